/** Time and chance as the browser has them. */
import type { Clock } from '../engine/ports/clock.ts';
import type { Randomness } from '../engine/ports/randomness.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms);
    return () => { clearTimeout(timer); };
  },
};

export const systemRandomness: Randomness = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  fraction: () => Math.random(),
};
