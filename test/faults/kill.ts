/** `kill -9` at random moments under load, again and again, on the same data: then the whole history is judged. */
import { setTimeout as pause } from 'node:timers/promises';
import { seeded } from '../support/dice.ts';
import { check, type Violation } from './checker/check.ts';
import { Load } from './load/load.ts';
import { RelayUnderTest } from './load/relay-under-test.ts';

export interface KillOptions {
  readonly seed: number;
  readonly cycles: number;
  readonly rooms: number;
  /** The longest that a relay lives, in acks. */
  readonly acks: number;
  /** Cycles after which the history so far is judged and forgotten, and new rooms are made. */
  readonly perHistory: number;
  readonly progress?: (line: string) => void;
}

export interface KillResult {
  readonly cycles: number;
  readonly acked: number;
  /** Attempts whose answer never came: what the kills are about. */
  readonly unknown: number;
  readonly refused: number;
  readonly violations: readonly Violation[];
}

/** One cycle in so many dies while it still starts or its clients still return. */
const EARLY = 0.15;

export async function killCycles({ seed, cycles, rooms, perHistory, acks, progress = () => undefined }: KillOptions): Promise<KillResult> {
  const dice = seeded(seed);
  const relay = await RelayUnderTest.prepare();
  const violations: Violation[] = [];
  let [acked, unknown, refused] = [0, 0, 0];
  try {
    for (let done = 0; done < cycles;) {
      await relay.start();
      const load = await Load.make({ relay: relay.url, dice, rooms, members: 4, window: 8, commits: 0.005 });
      load.produce();
      for (const end = Math.min(cycles, done + perHistory); done < end; done++) {
        await load.acks(1 + dice.below(acks));
        await pause(dice.below(30));
        await relay.end('SIGKILL');
        if (dice.chance(EARLY)) {
          const starting = relay.start();
          await pause(dice.below(400));
          await relay.end('SIGKILL');
          await starting;
        }
        await relay.start();
      }
      const history = await load.finish(60_000);
      violations.push(...check(history));
      acked += load.recorder.acked;
      refused += load.recorder.refused;
      unknown += history.attempts.filter(({ outcome }) => outcome.type === 'unknown').length;
      await relay.end('SIGTERM');
      progress(`${done} of ${cycles} kills: ${acked} acked, ${unknown} without an answer, ${violations.length} promises broken`);
    }
  } finally {
    await relay.dispose();
  }
  return { cycles, acked, unknown, refused, violations };
}
