/** The same load and the same checker, through a network that misbehaves in every way it can. */
import { setTimeout as pause } from 'node:timers/promises';
import { seeded } from '../support/dice.ts';
import { check, type Violation } from './checker/check.ts';
import { Load } from './load/load.ts';
import { RelayUnderTest } from './load/relay-under-test.ts';
import { FaultyProxy, type Manner } from './proxy.ts';

export interface NetworkOptions {
  readonly seed: number;
  readonly rooms: number;
  /** How many connections of each manner there are to be, at least, and how many acks. */
  readonly each: number;
  readonly acks: number;
  readonly manners?: readonly Manner[];
}

export interface NetworkResult {
  readonly acked: number;
  readonly unknown: number;
  readonly connections: Readonly<Record<Manner, number>>;
  readonly violations: readonly Violation[];
}

const SILENCE = 600;

export async function badNetwork({ seed, rooms, each, acks, manners }: NetworkOptions): Promise<NetworkResult> {
  const dice = seeded(seed);
  const relay = await RelayUnderTest.prepare();
  try {
    await relay.start();
    const proxy = await FaultyProxy.start(relay.port, dice, manners);
    const load = await Load.make({ relay: relay.url, url: () => proxy.url, dice, rooms, members: 4, window: 8, commits: 0.01, silence: SILENCE });
    load.produce();
    while (load.recorder.acked < acks || proxy.fewest < each) await pause(100);
    proxy.heal();
    const history = await load.finish(60_000);
    await proxy.close();
    const unknown = history.attempts.filter(({ outcome }) => outcome.type === 'unknown').length;
    return { acked: load.recorder.acked, unknown, connections: proxy.counts, violations: check(history) };
  } finally {
    await relay.dispose();
  }
}
