/** The wall clock of a real relay is set back and forth by days and decades, under load: nobody may notice. */
import { setTimeout as pause } from 'node:timers/promises';
import { seeded } from '../support/dice.ts';
import { check, type Violation } from './checker/check.ts';
import { Load } from './load/load.ts';
import { RelayUnderTest } from './load/relay-under-test.ts';
import type { Shim } from './shim/shim.ts';

const DAY = 24 * 3600 * 1000;

export interface ClockOptions {
  readonly shim: Shim;
  readonly seed: number;
  readonly rooms: number;
  readonly jumps: number;
}

export interface ClockResult {
  readonly acked: number;
  readonly jumps: number;
  /** Refusals other than those that the load itself earns. */
  readonly refused: number;
  /** Connections that ended. */
  readonly lost: number;
  readonly violations: readonly Violation[];
}

export async function jumpingClock({ shim, seed, rooms, jumps }: ClockOptions): Promise<ClockResult> {
  const dice = seeded(seed);
  const relay = await RelayUnderTest.prepare({ shim });
  try {
    await relay.start();
    const load = await Load.make({ relay: relay.url, dice, rooms, members: 4, window: 8, commits: 0.005 });
    load.produce();
    for (let i = 0; i < jumps; i++) {
      await load.acks(100 + dice.below(300));
      shim.clock = Math.round((dice.fraction() * 2 - 1) * dice.pick([1000, DAY, 400 * DAY, 10_000 * DAY]));
      await pause(dice.below(60));
    }
    const history = await load.finish(60_000);
    const lost = history.attempts.filter(({ outcome }) => outcome.type === 'unknown').length;
    return { acked: load.recorder.acked, jumps, refused: load.recorder.notStored, lost, violations: check(history) };
  } finally {
    shim.clock = 0;
    await relay.dispose();
  }
}
