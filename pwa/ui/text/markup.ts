/**
 * What people mean by the signs they type: *bold*, _italic_, ~struck~, `code`, fenced code, lists and quotations. Read into a
 * tree whose leaves are ranges of the text itself: nothing is ever made into HTML, and what means nothing stays as it was typed.
 */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export type Inline =
  | ({ readonly kind: 'words' } & Range)
  | ({ readonly kind: 'code' } & Range)
  | { readonly kind: 'bold' | 'italic' | 'struck'; readonly inside: readonly Inline[] };

export type Block =
  | { readonly kind: 'lines'; readonly inside: readonly Inline[] }
  | ({ readonly kind: 'code' } & Range)
  | { readonly kind: 'quote'; readonly lines: readonly (readonly Inline[])[] }
  /** `from`: the number of the first item; null for a list without numbers. */
  | { readonly kind: 'list'; readonly from: number | null; readonly items: readonly (readonly Inline[])[] };

const FENCE = '```';
const BULLET = /^[-*•] (?=\S)/u;
const NUMBER = /^(\d{1,4})[.)] (?=\S)/u;
const QUOTE = /^> ?(?=\S)/u;

export function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < text.length) {
    const [block, next] = fencedAt(text, at) ?? listAt(text, at) ?? quoteAt(text, at) ?? linesAt(text, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

type Read = readonly [block: Block, next: number];

const lineEnd = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
};

function fencedAt(text: string, at: number): Read | undefined {
  if (!text.startsWith(FENCE, at)) return undefined;
  // What stands behind the opening fence on its line is the language, where more follows.
  const firstEnd = lineEnd(text, at);
  const start = firstEnd < text.length && /^[\w+#-]{0,20}$/u.test(text.slice(at + 3, firstEnd)) ? firstEnd + 1 : at + 3;
  const end = text.indexOf(FENCE, start);
  if (end === -1 || text.slice(start, end).trim() === '') return undefined;
  const next = end + 3;
  return [{ kind: 'code', start, end: text[end - 1] === '\n' ? end - 1 : end }, text[next] === '\n' ? next + 1 : next];
}

function listAt(text: string, at: number): Read | undefined {
  const first = NUMBER.exec(text.slice(at, lineEnd(text, at)));
  const mark = first === null ? BULLET : NUMBER;
  const [items, next] = linesWith(text, at, mark);
  if (items.length === 0) return undefined;
  return [{ kind: 'list', from: first === null ? null : Number(first[1]), items }, next];
}

function quoteAt(text: string, at: number): Read | undefined {
  const [lines, next] = linesWith(text, at, QUOTE);
  return lines.length === 0 ? undefined : [{ kind: 'quote', lines }, next];
}

/** The lines from there on that begin with a mark, without it. */
function linesWith(text: string, from: number, mark: RegExp): readonly [readonly (readonly Inline[])[], number] {
  const lines: (readonly Inline[])[] = [];
  let at = from;
  while (at < text.length) {
    const end = lineEnd(text, at);
    const found = mark.exec(text.slice(at, end));
    if (found === null) break;
    lines.push(inlinesOf(text, at + found[0].length, end));
    at = end + 1;
  }
  return [lines, Math.min(at, text.length)];
}

/** Lines that are nothing else, with their breaks, up to where something else begins. */
function linesAt(text: string, from: number): Read {
  let at = from;
  do {
    at = lineEnd(text, at) + 1;
  } while (at < text.length && !beginsBlock(text, at));
  const end = Math.min(at, text.length);
  // The break before another block is that block's own.
  const shown = end < text.length && text[end - 1] === '\n' ? end - 1 : end;
  return [{ kind: 'lines', inside: inlinesOf(text, from, shown) }, end];
}

const beginsBlock = (text: string, at: number): boolean => {
  const line = text.slice(at, lineEnd(text, at));
  return BULLET.test(line) || NUMBER.test(line) || QUOTE.test(line) || (line.startsWith(FENCE) && fencedAt(text, at) !== undefined);
};

const ADDRESS = /(?:https?:\/\/|www\.)\S+/iuy;

/** The end of a web address that begins there: signs in it are its own. */
function addressAt(text: string, at: number, end: number): number | undefined {
  const letter = text.charCodeAt(at) | 0x20;
  if ((letter !== 0x68 && letter !== 0x77) || (at > 0 && isWord(text[at - 1]))) return undefined;
  ADDRESS.lastIndex = at;
  return ADDRESS.test(text) ? Math.min(end, ADDRESS.lastIndex) : undefined;
}

const SIGNS = { '*': 'bold', _: 'italic', '~': 'struck' } as const;
type Sign = keyof typeof SIGNS;
const isSign = (letter: string | undefined): letter is Sign => letter !== undefined && Object.hasOwn(SIGNS, letter);
const WORD = /[\p{L}\p{N}]/u;
const isWord = (letter: string | undefined): boolean => letter !== undefined && WORD.test(letter);
const isSpace = (letter: string | undefined): boolean => letter === undefined || /\s/u.test(letter);

/** Deeper than this, signs are words: what one writes is never so deep, what one makes up to hang a reader is. */
const DEEPEST = 4;
/** Signs that are looked at for the one that closes. */
const MOST_TRIES = 40;

function inlinesOf(text: string, start: number, end: number, depth = 0): readonly Inline[] {
  const inlines: Inline[] = [];
  let words = start;
  const flush = (to: number): void => {
    if (to > words) inlines.push({ kind: 'words', start: words, end: to });
  };
  let line = -1;
  for (let at = start; at < end; at++) {
    if (at > line) line = Math.min(end, lineEnd(text, at));
    const address = addressAt(text, at, line);
    if (address !== undefined) {
      at = address - 1;
      continue;
    }
    const read = depth < DEEPEST ? (codeAt(text, at, line) ?? signAt(text, at, line, start, depth)) : undefined;
    if (read === undefined) continue;
    flush(at);
    inlines.push(read.inline);
    words = read.next;
    at = read.next - 1;
  }
  flush(end);
  return inlines;
}

interface ReadInline {
  readonly inline: Inline;
  readonly next: number;
}

/** `end`: of the line. */
function codeAt(text: string, at: number, end: number): ReadInline | undefined {
  if (text[at] !== '`') return undefined;
  const close = text.indexOf('`', at + 1);
  if (close === -1 || close >= end || text.slice(at + 1, close).trim() === '') return undefined;
  return { inline: { kind: 'code', start: at + 1, end: close }, next: close + 1 };
}

/** A sign, single or double, that opens before a word's letter and closes behind one, on one line, outside of words. */
function signAt(text: string, at: number, end: number, start: number, depth: number): ReadInline | undefined {
  const sign = text[at];
  if (!isSign(sign) || (at > start && (isWord(text[at - 1]) || text[at - 1] === sign))) return undefined;
  const width = text[at + 1] === sign ? 2 : 1;
  const inner = at + width;
  if (inner >= end || isSpace(text[inner]) || text[inner] === sign) return undefined;
  const mark = sign.repeat(width);
  let close = text.indexOf(mark, inner + 1);
  for (let tries = 0; tries < MOST_TRIES && close !== -1 && close + width <= end; tries++, close = text.indexOf(mark, close + 1)) {
    if (isSpace(text[close - 1]) || isWord(text[close + width]) || text[close + width] === sign || text[close - 1] === sign) continue;
    return { inline: { kind: SIGNS[sign], inside: inlinesOf(text, inner, close, depth + 1) }, next: close + width };
  }
  return undefined;
}

/** The words alone, in one line: for quotes, previews and what is read out. */
export function plainText(text: string): string {
  const said = (one: Inline): string => ('inside' in one ? one.inside.map(said).join('') : text.slice(one.start, one.end));
  const line = (all: readonly Inline[]): string => all.map(said).join('');
  return blocksOf(text).map((block) => {
    switch (block.kind) {
      case 'lines':
        return line(block.inside);
      case 'code':
        return text.slice(block.start, block.end);
      case 'quote':
        return block.lines.map(line).join(' ');
      case 'list':
        return block.items.map(line).join(', ');
    }
  }).join(' ').replaceAll(/\s+/gu, ' ').trim();
}
