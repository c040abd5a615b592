/** Names that people choose: labels, shown but never trusted. */
export const MOST_NAME_CHARACTERS = 64;

/** Control, bidi (UAX #9), zero-width and other invisible characters, and unpaired surrogates: they make one name look like another. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0\u2800\u034F\uFE00-\uFE0F]/gu;

/** Code points: what a name's length is counted in. */
export const lengthOf = (name: string): number => Array.from(name).length;

/** A name as it may be shown: invisible characters gone, spaces single, at most 64 characters. */
export function neutralised(name: string): string {
  const plain = name.normalize('NFC').replace(INVISIBLE, '').replace(/\s+/gu, ' ').trim();
  return Array.from(plain).slice(0, MOST_NAME_CHARACTERS).join('').trim();
}
