/**
 * What one looks for: words, all of which must be there. A word of three letters or more is found anywhere,
 * inside other words too; a shorter one where a word begins; in scripts that do not part their words,
 * anywhere. What stands in quotation marks is found as it stands.
 */
import { folded, foldedWithPlaces } from './folding.ts';

export interface Term {
  readonly text: string;
  /** Only where a word begins. */
  readonly prefix: boolean;
}

/** Letters from which on a word's inside is looked at. */
const INSIDE = 3;
const LETTER = /[\p{L}\p{N}]/u;
const BEGINS_WITH_LETTER = /^[\p{L}\p{N}]/u;
/** Han, kana, Thai, Lao, Khmer, Burmese: written without spaces. */
export const UNPARTED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** The terms of a query, the most telling first; none where it asks for nothing. */
export function termsOf(query: string): readonly Term[] {
  const terms: Term[] = [];
  for (const [, phrase, word] of folded(query).matchAll(/"([^"]*)"?|([^\s"]+)/gu)) {
    const text = (phrase ?? word ?? '').trim();
    if (text !== '' && !terms.some((term) => term.text === text)) terms.push({ text, prefix: phrase === undefined && isShortWord(text) });
  }
  return terms.sort((a, b) => b.text.length - a.text.length);
}

const isShortWord = (text: string): boolean => Array.from(text).length < INSIDE && BEGINS_WITH_LETTER.test(text) && !UNPARTED.test(text);

/** The first place of a term in folded text between two offsets; -1 where there is none. */
export function findTerm(text: string, { text: wanted, prefix }: Term, from: number, to: number): number {
  for (let at = text.indexOf(wanted, from); at !== -1 && at + wanted.length <= to; at = text.indexOf(wanted, at + 1)) {
    if (!prefix || beginsWord(text, at)) return at;
  }
  return -1;
}

/** The last place of a term that ends at `to` or before; -1 where there is none. */
export function findLastTerm(text: string, { text: wanted, prefix }: Term, to: number): number {
  if (to < wanted.length) return -1;
  for (let at = text.lastIndexOf(wanted, to - wanted.length); at !== -1; at = at === 0 ? -1 : text.lastIndexOf(wanted, at - 1)) {
    if (!prefix || beginsWord(text, at)) return at;
  }
  return -1;
}

/** Whether no letter stands right before. */
export function beginsWord(text: string, at: number): boolean {
  const unit = text.charCodeAt(at - 1);
  const before = unit >= 0xdc00 && unit <= 0xdfff ? text.slice(at - 2, at) : text.slice(Math.max(0, at - 1), at);
  return !LETTER.test(before);
}

export const holdsAll = (text: string, terms: readonly Term[]): boolean => terms.every((term) => findTerm(text, term, 0, text.length) !== -1);

/** Start and end in UTF-16 units of the text's NFC form. */
export type Place = readonly [start: number, end: number];

/** Where the terms stand in a text, in order, none overlapping: for marking what was found. */
export function placesOf(text: string, terms: readonly Term[]): readonly Place[] {
  const { text: plain, places } = foldedWithPlaces(text);
  const whole = text.normalize('NFC');
  const found: Place[] = [];
  for (const term of terms) {
    for (let at = findTerm(plain, term, 0, plain.length); at !== -1; at = findTerm(plain, term, at + 1, plain.length)) {
      const last = places[at + term.text.length - 1] ?? 0;
      found.push([places[at] ?? 0, last + ((whole.codePointAt(last) ?? 0) > 0xffff ? 2 : 1)]);
    }
  }
  return merged(found.sort(([a], [b]) => a - b));
}

function merged(sorted: readonly Place[]): readonly Place[] {
  const out: Place[] = [];
  for (const [start, end] of sorted) {
    const last = out.at(-1);
    if (last !== undefined && start <= last[1]) out[out.length - 1] = [last[0], Math.max(last[1], end)];
    else out.push([start, end]);
  }
  return out;
}
