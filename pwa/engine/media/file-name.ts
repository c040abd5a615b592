/** What a file is called: somebody else's words, that must not lead anywhere nor look like something else. */
const MOST_CHARACTERS = 120;
const MOST_ENDING = 16;

/** Control, bidi (UAX #9), zero-width and other invisible characters: "photo\u202Egpj.exe" is shown as "photoexe.jpg". */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\u115F\u1160\u3164\uFFA0\u2800\u034F]/gu;
/** Separators of folders, and what file systems take for more than a letter. */
const MEANINGFUL = /[/\\:*?"<>|\u2044\u2215\u29F8\u29F9\uFE68\uFF0F\uFF3C]/gu;
/** Names of devices on Windows, whatever their ending. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?=\.|$)/iu;

/** Without folders, dots in front, or anything unseen; at most 120 characters, its ending kept. Empty where nothing is left. */
export function fileName(given: string): string {
  const plain = given.normalize('NFC').replace(INVISIBLE, '').replace(MEANINGFUL, '_').replace(/\s+/gu, ' ').replace(/^[\s.]+|[\s.]+$/gu, '').replace(DEVICE, '_$&');
  const all = Array.from(plain);
  if (all.length <= MOST_CHARACTERS) return plain;
  const dot = all.lastIndexOf('.');
  const ending = dot > 0 && all.length - dot <= MOST_ENDING ? all.slice(dot) : [];
  return [...all.slice(0, MOST_CHARACTERS - ending.length), ...ending].join('').trim();
}
