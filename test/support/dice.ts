/** Repeatable chance: the same seed throws the same dice (mulberry32). */
export interface Dice {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** Uniform in 0 … bound − 1. */
  below(bound: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** `count` different ones. */
  some<T>(from: readonly T[], count: number): T[];
  bytes(length: number): Uint8Array;
}

export function seeded(seed: number): Dice {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(fraction() * bound);
  const pick = <T>(from: readonly T[]): T => {
    const one = from[below(from.length)];
    if (one === undefined) throw new RangeError('nothing to pick from');
    return one;
  };
  return {
    fraction, below, pick,
    chance: (probability) => fraction() < probability,
    some: <T>(from: readonly T[], count: number) => {
      const left = [...from];
      return Array.from({ length: Math.min(count, left.length) }, () => left.splice(below(left.length), 1)).flat();
    },
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  };
}
