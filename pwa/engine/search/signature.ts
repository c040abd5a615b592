/**
 * A segment's signature: which runs of three letters may occur in it, as one bit each in a Bloom filter with a
 * single hash. It answers "certainly not here" without opening the segment: about 8,000 different runs, as in 512
 * messages of talk, fill a fifth of it, so that a word of five letters is mistaken once in a hundred times.
 */
import { beginsWord, UNPARTED, type Term } from './query.ts';

export const SIGNATURE_BYTES = 4096;
const BITS = SIGNATURE_BYTES * 8;
/** Stand in for a letter: a word's beginning, and no third letter. Neither occurs in folded text. */
const BEGIN = 1;
const NONE = 2;

export const emptySignature = (): Uint8Array => new Uint8Array(SIGNATURE_BYTES);

const bitOf = (a: number, b: number, c: number): number => {
  let hash = Math.imul(a, 0x9e37_79b1) ^ Math.imul(b, 0x85eb_ca6b) ^ Math.imul(c, 0xc2b2_ae35);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b_3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) & (BITS - 1);
};

/** Every three units; every one and two where a word begins, and anywhere in scripts whose words are short and not parted. */
function* runsOf(text: string): Generator<number> {
  const unparted = UNPARTED.test(text);
  for (let at = 0; at < text.length; at++) {
    const a = text.charCodeAt(at);
    const b = at + 1 < text.length ? text.charCodeAt(at + 1) : NONE;
    if (beginsWord(text, at)) {
      yield bitOf(BEGIN, a, NONE);
      if (b !== NONE) yield bitOf(BEGIN, a, b);
    }
    if (b !== NONE && at + 2 < text.length) yield bitOf(a, b, text.charCodeAt(at + 2));
    if (unparted) yield bitOf(a, b, NONE);
    if (unparted) yield bitOf(a, NONE, NONE);
  }
}

function* runsOfTerm({ text, prefix }: Term): Generator<number> {
  if (prefix) yield bitOf(BEGIN, text.charCodeAt(0), text.length > 1 ? text.charCodeAt(1) : NONE);
  const unparted = UNPARTED.test(text);
  for (let at = 0; at < text.length; at++) {
    const a = text.charCodeAt(at);
    if (at + 2 < text.length) yield bitOf(a, text.charCodeAt(at + 1), text.charCodeAt(at + 2));
    if (unparted) yield at + 1 < text.length ? bitOf(a, text.charCodeAt(at + 1), NONE) : bitOf(a, NONE, NONE);
  }
}

export function sign(signature: Uint8Array, text: string): void {
  for (const bit of runsOf(text)) signature[bit >>> 3] = (signature[bit >>> 3] ?? 0) | (1 << (bit & 7));
}

/** False only where no text that was signed holds the term. */
export function mayHold(signature: Uint8Array, term: Term): boolean {
  for (const bit of runsOfTerm(term)) if (((signature[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false;
  return true;
}
