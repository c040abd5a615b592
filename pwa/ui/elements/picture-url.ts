/**
 * A picture that somebody chose, as an address to draw it from. Only what its first bytes say is WebP, JPEG or PNG: never an
 * SVG, which could hold more than a picture. A data address, since the same bytes give the same one and none is left to let go of.
 */
export function pictureUrl(picture: Uint8Array | null): string | null {
  if (picture === null) return null;
  const type = typeOf(picture);
  return type === null ? null : `data:${type};base64,${btoa(Array.from(picture, (byte) => String.fromCharCode(byte)).join(''))}`;
}

function typeOf(bytes: Uint8Array): string | null {
  const begins = (at: number, ...expected: readonly number[]): boolean => expected.every((byte, index) => bytes[at + index] === byte);
  if (begins(0, 0x89, 0x50, 0x4e, 0x47)) return 'image/png';
  if (begins(0, 0xff, 0xd8, 0xff)) return 'image/jpeg';
  return begins(0, 0x52, 0x49, 0x46, 0x46) && begins(8, 0x57, 0x45, 0x42, 0x50) ? 'image/webp' : null;
}
