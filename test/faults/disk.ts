/** The disk is full, or fails, under a real relay at work: who is told what meanwhile, and whether all is well when it returns. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ErrorCode } from '../../shared/codes.ts';
import { seeded } from '../support/dice.ts';
import { RelayClient } from '../support/relay-client.ts';
import { check, type Violation } from './checker/check.ts';
import { Load } from './load/load.ts';
import { RelayUnderTest } from './load/relay-under-test.ts';
import type { Fault, Shim } from './shim/shim.ts';

export interface DiskOptions {
  readonly shim: Shim;
  readonly seed: number;
  readonly fault: Exclude<Fault, 'none'>;
  /** How often it goes wrong and comes back. */
  readonly times: number;
  readonly rooms: number;
}

export interface DiskResult {
  readonly acked: number;
  /** What senders were told while it lasted. */
  readonly told: Readonly<Partial<Record<ErrorCode, number>>>;
  /** What `/healthz` said then: its HTTP status, and the problem it named. */
  readonly health: readonly { readonly status: number; readonly problem: string | undefined }[];
  /** Envelopes that a newcomer read from the relay while it took no writes. */
  readonly read: number;
  /** Milliseconds from the disk's return until `/healthz` said so, at most. */
  readonly recovery: number;
  readonly violations: readonly Violation[];
}

export async function failingDisk({ shim, seed, fault, times, rooms }: DiskOptions): Promise<DiskResult> {
  const dice = seeded(seed);
  const relay = await RelayUnderTest.prepare({ shim });
  const health: { status: number; problem: string | undefined }[] = [];
  let [read, recovery] = [0, 0];
  try {
    await relay.start();
    const load = await Load.make({ relay: relay.url, dice, rooms, members: 4, window: 8, commits: 0.01 });
    load.produce();
    for (let i = 0; i < times; i++) {
      await load.acks(300 + dice.below(1000));
      const { notStored } = load.recorder;
      shim.fault = fault;
      await load.until(() => load.recorder.notStored > notStored + 20);
      health.push(await troubled(relay.url));
      read += await readAll(relay.url, load);
      await pause(dice.below(200));
      // Once in a while the power goes too, before anybody could repair anything.
      if (dice.chance(0.3)) await relay.end('SIGKILL');
      shim.fault = 'none';
      const began = performance.now();
      if (!relay.runs) await relay.start();
      while ((await healthOf(relay.url)).status !== 200) await pause(20);
      recovery = Math.max(recovery, performance.now() - began);
    }
    await load.acks(300);
    await relay.end('SIGKILL');
    await relay.start();
    const history = await load.finish(60_000);
    const told: Partial<Record<ErrorCode, number>> = {};
    for (const { outcome } of history.attempts) if (outcome.type === 'refused') told[outcome.code] = (told[outcome.code] ?? 0) + 1;
    return { acked: load.recorder.acked, told, health, read, recovery, violations: check(history) };
  } finally {
    shim.fault = 'none';
    await relay.dispose();
  }
}

/** Milliseconds within which the trouble is to be told. */
const SOON = 10_000;

/** On a full disk a small write may still fit, and all is well until the next that does not: so it is asked until it says so. */
async function troubled(url: string): ReturnType<typeof healthOf> {
  const limit = performance.now() + SOON;
  for (;;) {
    const health = await healthOf(url);
    if (health.status !== 200 || performance.now() > limit) return health;
    await pause(10);
  }
}

export async function healthOf(url: string): Promise<{ status: number; problem: string | undefined }> {
  const response = await fetch(`${url}/healthz`);
  const body = (await response.json()) as { problem?: string };
  return { status: response.status, problem: body.problem };
}

/** As somebody who comes now: opens a room, and reads it from its first envelope on. */
async function readAll(url: string, load: Load): Promise<number> {
  const [member] = load.members;
  if (member === undefined) return 0;
  const newcomer = await RelayClient.connect(url);
  await newcomer.open(member.room.first);
  await newcomer.catchUp(member.room.id);
  await newcomer.end();
  return newcomer.envelopes.length;
}
