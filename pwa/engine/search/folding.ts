/**
 * Text as it is searched: case, accents, width and the like folded away, so that "zurich" finds "Zürich"
 * and "ＡＢＣ" is "abc". Marks that make another letter, such as the Japanese voicing marks, are kept.
 */

/** Letters that compatibility decomposition (UAX #15) leaves whole, yet are written without their mark by those who lack the key. */
const PLAIN: ReadonlyMap<string, string> = new Map(Object.entries({
  ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ħ: 'h', ı: 'i', ŋ: 'n', '\u0671': '\u0627', '\u0649': '\u064a', '\u0629': '\u0647',
  '\u2018': "'", '\u2019': "'", '\u201c': '"', '\u201d': '"', '\u2010': '-', '\u2011': '-',
}));

const ASCII = /^[ -~]*$/u;
const SPACE = /^\s$/u;
/** Marks, and what has no shape: zero-width and bidi controls, the Arabic stretching bar. The two voicing marks stay. */
const SHAPELESS = /[\p{Mn}\p{Me}\p{Cf}\u0640]/gu;
const VOICED = /[\u3099\u309a]/u;
const KATAKANA = /[\u30a1-\u30f6]/gu;
const HANGUL = /^[\u1100-\u11ff\uac00-\ud7af]/u;
const KANA = /^[\u3040-\u30ff\uff66-\uff9f]/u;

const known = new Map<string, string>();
const MOST_KNOWN = 8192;

function foldedLetter(letter: string): string {
  const before = known.get(letter);
  if (before !== undefined) return before;
  const plain = fold(letter);
  if (known.size < MOST_KNOWN) known.set(letter, plain);
  return plain;
}

function fold(letter: string): string {
  if (SPACE.test(letter)) return ' ';
  if (HANGUL.test(letter)) return letter;
  if (VOICED.test(letter)) return letter;
  if (KANA.test(letter)) return letter.normalize('NFKC').replaceAll(KATAKANA, (kana) => String.fromCodePoint((kana.codePointAt(0) ?? 0) - 0x60));
  const bare = letter.normalize('NFKD').replaceAll(SHAPELESS, '').toLowerCase().replaceAll(SHAPELESS, '');
  return Array.from(bare, (one) => PLAIN.get(one) ?? one).join('');
}

/** As it stands in the index. */
export function folded(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  let plain = '';
  for (const letter of text.normalize('NFC')) plain += foldedLetter(letter);
  return plain;
}

export interface Folded {
  readonly text: string;
  /** Where each UTF-16 unit of `text` came from, in the NFC form of the original. */
  readonly places: readonly number[];
}

/** The same, for showing where something was found. */
export function foldedWithPlaces(text: string): Folded {
  let plain = '';
  const places: number[] = [];
  let at = 0;
  for (const letter of text.normalize('NFC')) {
    const part = foldedLetter(letter);
    for (let unit = 0; unit < part.length; unit += 1) places.push(at);
    plain += part;
    at += letter.length;
  }
  return { text: plain, places };
}
