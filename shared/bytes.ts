/** Small, dependency-free operations on byte strings that both ends need. */

/** Joins byte strings into one new buffer. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Equality of public byte strings. Not constant-time: secrets are compared by libsodium. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** Throws TypeError on malformed UTF-8: replacing bytes in silence would change what was signed. */
export const fromUtf8 = (bytes: Uint8Array): string => decoder.decode(bytes);

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** The inverse of {@link toHex}: lower case and even length only, else undefined. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** base64url without padding (RFC 4648 §5). */
export function toBase64Url(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** The inverse of {@link toBase64Url}; undefined for anything that it could not have written. */
export function fromBase64Url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));
  return toBase64Url(bytes) === text ? bytes : undefined;
}

/** Writes a non-negative safe integer as 8 bytes, big-endian. */
export function writeU64(target: Uint8Array, at: number, value: number): void {
  writeU32(target, at, Math.floor(value / 2 ** 32));
  writeU32(target, at + 4, value >>> 0);
}

function writeU32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}

/** Reads 8 big-endian bytes; undefined above 2^53 − 1, which no number here can hold exactly. Throws RangeError where they are not there. */
export function readU64(source: Uint8Array, at: number): number | undefined {
  const high = readU32(source, at);
  return high >= 2 ** 21 ? undefined : high * 2 ** 32 + readU32(source, at + 4);
}

function readU32(source: Uint8Array, at: number): number {
  const a = source[at];
  const b = source[at + 1];
  const c = source[at + 2];
  const d = source[at + 3];
  if (a === undefined || b === undefined || c === undefined || d === undefined) throw new RangeError('beyond the end');
  return a * 2 ** 24 + ((b << 16) | (c << 8) | d);
}

/** Whether a byte string stands at `at` of another. */
export function standsAt(whole: Uint8Array, at: number, part: Uint8Array): boolean {
  for (let i = 0; i < part.length; i++) if (whole[at + i] !== part[i]) return false;
  return true;
}
