/** Byte strings as map keys: one character per byte, compared and hashed natively. */
export const keyOf = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');

/** Bytes of one's own. (`Buffer.slice` shares them, and so would keep the whole frame around a key alive.) */
export const copyOf = <T extends Uint8Array>(bytes: T): T => new Uint8Array(bytes) as Uint8Array as T;
