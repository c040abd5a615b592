/** What people wrote over the years, the same at each run: texts of a line to a paragraph, in bursts, with signs, links and answers. */

export interface Said {
  /** Index of who said it; 0 is this device's person. */
  readonly by: number;
  /** Unix milliseconds. */
  readonly at: number;
  readonly text: string;
  /** So many messages before it stands the one that it answers; 0 for none. */
  readonly answers: number;
}

export const PEOPLE = ['Noor Haddad', 'Ana Duarte', 'Jonas Weber', 'Mei Tanaka', 'Tomás Ó Briain', 'Priya Raman', 'Laila Mansour', 'Sam Okafor'] as const;

const WORDS = (
  'the train leaves at eight from platform three and the hut opens ten minutes later so bring bread cheese plums a rope some coffee your boots map tent stove light book that Ana left on kitchen table yesterday ' +
  'when it rained we stayed home all day reading letters from summer while somebody painted door red again because neighbours like how garden looks between apple trees where children play until evening comes ' +
  'maybe tomorrow we could meet near market hall before noon if weather holds otherwise Sunday works better for everyone except Jonas who sings with choir every second week under old bridge across river'
).split(' ');

/** Words that stand in few messages: what one looks for. */
export const RARE = ['gyroscope', 'marzipan', 'Zwetschgenkuchen', 'café noir', 'lighthouse keeper'] as const;

/** A number below one for each call; xorshift, since a run has to be as the one before. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** `count` messages up to `until`, the oldest first. */
export function* history(count: number, until: number, people: number, seed: number): Generator<Said> {
  const roll = dice(seed);
  const gaps = Array.from({ length: count }, () => (roll() < 0.7 ? roll() * 90_000 : roll() * 6 * 3_600_000));
  let at = until - gaps.reduce((sum, gap) => sum + gap, 0);
  let by = 0;
  for (let n = 0; n < count; n++) {
    const gap = gaps[n] ?? 0;
    at += gap;
    if (gap > 60_000 || roll() < 0.35) by = Math.floor(roll() * people);
    yield { by, at: Math.floor(at), text: textOf(n, roll), answers: n > 50 && roll() < 0.08 ? 1 + Math.floor(roll() ** 3 * 40) : 0 };
  }
}

function textOf(n: number, roll: () => number): string {
  const length = 1 + Math.floor(roll() ** 2.2 * 42);
  const words = Array.from({ length }, () => WORDS[Math.floor(roll() * WORDS.length)] ?? '');
  const kind = roll();
  if (kind < 0.04) words.push(`https://example.org/${words[0] ?? ''}/${n}`);
  else if (kind < 0.09) words.push('🙂');
  else if (kind < 0.13) words[0] = `*${words[0] ?? ''}*`;
  if (n % 997 === 3) words.push(RARE[Math.floor(n / 997) % RARE.length] ?? '');
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1) + (kind > 0.5 ? '.' : '');
}
