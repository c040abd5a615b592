/** A part of a text around what was found in it. */
export interface Part {
  readonly text: string;
  readonly found: boolean;
}

type Place = readonly [start: number, end: number];

const BEFORE = 32;
const LENGTH = 160;

/** `places`: in order, none overlapping, in the text's NFC form. Breaks become spaces; what is left out at either end becomes "…". */
export function excerptOf(text: string, places: readonly Place[]): readonly Part[] {
  const whole = text.normalize('NFC');
  const first = places[0]?.[0] ?? 0;
  const start = first <= BEFORE ? 0 : wordStart(whole, first - BEFORE);
  const end = start + LENGTH >= whole.length ? whole.length : start + LENGTH;
  const parts: Part[] = [];
  const add = (from: number, to: number, found: boolean): void => {
    const part = whole.slice(Math.max(from, start), Math.min(to, end)).replaceAll(/\s+/gu, ' ');
    if (part !== '') parts.push({ text: part, found });
  };
  let at = start;
  for (const [from, to] of places) {
    if (from >= end) break;
    add(at, from, false);
    add(from, to, true);
    at = to;
  }
  add(at, end, false);
  return [...(start > 0 ? [{ text: '… ', found: false }] : []), ...parts, ...(end < whole.length ? [{ text: ' …', found: false }] : [])];
}

/** Not in the middle of a word, nor of a character. */
function wordStart(text: string, from: number): number {
  const space = text.indexOf(' ', from);
  if (space !== -1 && space < from + BEFORE) return space + 1;
  const unit = text.charCodeAt(from);
  return unit >= 0xdc00 && unit <= 0xdfff ? from + 1 : from;
}
