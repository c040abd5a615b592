/** One of twelve hues (degrees, OKLCH) from a key: the same person looks the same on every device. */
export function hueOf(key: string): number {
  // FNV-1a over the text: the key is random already, this only folds all of it in.
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193) >>> 0;
  }
  return (hash % HUES) * (360 / HUES) + 15;
}

const HUES = 12;

/** All of them, in the order of the rainbow. */
export const HUE_CHOICES: readonly number[] = Array.from({ length: HUES }, (_, at) => at * (360 / HUES) + 15);

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What stands in an avatar: the first letters of the first and the last word, or an emoji that the name begins with. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter((word) => word !== '');
  const first = firstGrapheme(words[0] ?? '');
  if (/\p{Extended_Pictographic}/u.test(first)) return first;
  const last = words.length > 1 ? firstGrapheme(words.at(-1) ?? '') : '';
  return /^[\p{L}\p{N}]/u.test(last) ? (first + last).toLocaleUpperCase() : first.toLocaleUpperCase();
}

function firstGrapheme(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment;
  return '';
}
