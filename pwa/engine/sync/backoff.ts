/** Full jitter (the delay is uniform between nothing and a bound that doubles): a relay that returns is not stormed. */
import type { Randomness } from '../ports/randomness.ts';

const FIRST_BOUND = 500;
const LAST_BOUND = 30_000;
/** Where the relay is expected back at any moment. */
export const RESTART_BOUND = 4000;

/** Milliseconds to wait after `failures` failures in a row, of which there was at least one; below `longest`. */
export const backoff = (failures: number, randomness: Randomness, longest = LAST_BOUND): number =>
  Math.floor(randomness.fraction() * Math.min(longest, FIRST_BOUND * 2 ** Math.min(failures - 1, 16)));
