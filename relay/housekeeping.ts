/** What the relay does on the side, in small steps: trims, measures its space, and closes whoever holds too much memory. */
import type { Space } from './admission/space.ts';
import type { BlobKeeper } from './blobs/keeper.ts';
import type { Clock } from './clock.ts';
import { reasonOf, type RelayLog } from './log.ts';
import type { Retention } from './retention/retention.ts';
import type { Usage } from './store/holdings.ts';

/** Milliseconds between two steps of trimming: fan-out comes in between. */
const STEP_PAUSE = 20;
const IDLE_PAUSE = 1000;
/** After a step that failed: a disk takes time to come back. */
const FAILED_PAUSE = 10_000;
const MEASURE_EVERY = 5000;
/** Memory fills faster than a disk: many who ask for much and read none of it take a second. */
const SHED_EVERY = 200;

export interface HousekeepingOptions {
  /** Of all that is stored. */
  readonly usage: () => Promise<Usage>;
  readonly clock: Clock;
  readonly log: RelayLog;
  readonly retention: Retention;
  readonly blobs: BlobKeeper;
  readonly space: Space;
  /** Resolves when no turn is under way. */
  readonly settled: () => Promise<void>;
  /** Looks at memory once. */
  readonly shed: () => void;
}

/** Measures once, then works until the answer is called; that resolves when the last step is over. */
export async function keepHouse({ usage, clock, log, retention, blobs, space, settled, shed }: HousekeepingOptions): Promise<() => Promise<void>> {
  let ended = false;
  let under: Promise<void> = Promise.resolve();
  let cancel: () => void = () => undefined;
  let measuredAt = clock.ticks();
  space.measured(await usage());

  const step = async (): Promise<number> => {
    try {
      if (clock.ticks() - measuredAt >= MEASURE_EVERY) {
        measuredAt = clock.ticks();
        space.measured(await usage());
      }
      await settled();
      const more = [await retention.step(), await blobs.step()];
      return more.includes(true) ? STEP_PAUSE : IDLE_PAUSE;
    } catch (error) {
      log.error({ reason: reasonOf(error) }, 'what is old could not be trimmed');
      return FAILED_PAUSE;
    }
  };
  const workAfter = (pause: number): void => {
    if (ended) return;
    cancel = clock.after(pause, () => {
      under = step().then(workAfter);
    });
  };
  workAfter(STEP_PAUSE);
  let cancelShedding: () => void = () => undefined;
  const shedAfter = (pause: number): void => {
    cancelShedding = clock.after(pause, () => {
      shed();
      shedAfter(pause);
    });
  };
  shedAfter(SHED_EVERY);
  return async () => {
    ended = true;
    cancel();
    cancelShedding();
    await under;
  };
}
