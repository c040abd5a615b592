/**
 * Whether one who knows no key can tell a room that is there from one that is not: by what is answered, or by how long that takes.
 *
 * Times are compared by rank: of all pairs of a trial of one kind and one of the other, in how many the one took longer. Where both come from
 * the same distribution, that is a half, however noisy the machine, and the trials are interleaved so that noise meets both alike.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { EpochId, InviteKey, RoomId, TicketProof } from '../../shared/ids.ts';
import { inviteStatement, openStatement } from '../../shared/statements.ts';
import { seeded } from '../support/dice.ts';
import { Pair, Refused, type RelayClient, type Refusal } from '../support/relay-client.ts';
import type { Target } from './target.ts';

/** How far from a half the share may be: what chance does hardly once in a million comparisons, and no less than what an attacker would need years to use. */
const most = (trials: number): number => Math.max(0.1, 5 * Math.sqrt((2 * trials + 1) / (12 * trials ** 2)));

/** The share of pairs in which one of `a` is greater than one of `b`; ties count half. */
export function greater(a: readonly number[], b: readonly number[]): number {
  const all = [...a.map((value) => ({ value, a: true })), ...b.map((value) => ({ value, a: false }))].sort((x, y) => x.value - y.value);
  let below = 0;
  let sum = 0;
  for (let i = 0; i < all.length;) {
    let j = i;
    while (j < all.length && all[j]?.value === all[i]?.value) j++;
    const tied = all.slice(i, j);
    const others = tied.filter(({ a }) => !a).length;
    sum += (tied.length - others) * (below + others / 2);
    below += others;
    i = j;
  }
  return sum / (a.length * b.length);
}

type Try = (client: RelayClient) => Promise<unknown>;

export async function guessing(target: Target, trials: number): Promise<object> {
  const { creator, epoch } = await target.room();
  const stored = await target.room(); // which nobody has open: a relay that keeps no idle rooms has to look it up
  stored.creator.socket.terminate();
  const noRoom = (): RoomId => new Uint8Array(randomBytes(32)) as RoomId;
  const noEpoch = (): EpochId => new Uint8Array(randomBytes(16)) as EpochId;
  const open = (room: () => RoomId, id: () => EpochId): Try => (client) => {
    const [pair, at, of] = [new Pair(), room(), id()];
    const sig = pair.sign(openStatement({ origin: target.url, room: at, epoch: of, nonce: client.nonce }));
    return client.ask('opened', (ref) => ({ t: 'open', ref, room: at, epoch: of, sig }));
  };
  const reopen = (room: () => RoomId, id: () => EpochId): Try => (client) => {
    const [pair, at, of] = [new Pair(), room(), id()];
    // The guesser has as much to do as for the others: their time is measured with the relay's.
    const sig = pair.sign(openStatement({ origin: target.url, room: at, epoch: of, nonce: client.nonce }));
    return client.ask('opened', (ref) => ({ t: 'reopen', ref, room: at, epoch: of, proof: sig.slice(0, 32) as Uint8Array as TicketProof }));
  };
  const invite = (room: () => RoomId): Try => (client) => {
    const [pair, at] = [new Pair(), room()];
    const key = pair.public as InviteKey;
    const sig = pair.sign(inviteStatement({ origin: target.url, room: at, invite: key, nonce: client.nonce }));
    return client.ask('opened', (ref) => ({ t: 'open-invite', ref, room: at, invite: key, sig }));
  };
  const tries: Readonly<Record<string, Try>> = {
    'no such room': open(noRoom, noEpoch),
    'no such room, a known epoch': open(noRoom, () => epoch.id),
    'a room in use, a wrong key': open(() => epoch.room, () => epoch.id),
    'a room in use, a wrong epoch': open(() => epoch.room, noEpoch),
    'a stored room, a wrong key': open(() => stored.epoch.room, () => stored.epoch.id),
    'a stored room, a wrong epoch': open(() => stored.epoch.room, noEpoch),
    'no such room, a ticket': reopen(noRoom, noEpoch),
    'a room in use, a wrong ticket': reopen(() => epoch.room, () => epoch.id),
    'a room in use, a wrong ticket and epoch': reopen(() => epoch.room, noEpoch),
    'a stored room, a wrong ticket': reopen(() => stored.epoch.room, () => stored.epoch.id),
    'no such room, an invite': invite(noRoom),
    'a room in use, a wrong invite': invite(() => epoch.room),
    'a stored room, a wrong invite': invite(() => stored.epoch.room),
  };
  // So that a difference would be seen: pings, which are answered at once.
  const control = 'a ping';
  const dice = seeded(trials);
  const guesser = await target.client();
  const times = new Map<string, number[]>([...Object.keys(tries), control].map((name) => [name, []]));
  const answers = new Map<string, Set<string>>();
  for (let n = 0; n < trials; n++) {
    for (const [name, attempt] of dice.some(Object.entries(tries), Object.keys(tries).length)) {
      const began = performance.now();
      const refused = await attempt(guesser).then(() => assert.fail(`${name} was let in`), (error: unknown) => (error instanceof Refused ? error.refusal : assert.fail(String(error))));
      times.get(name)?.push(performance.now() - began);
      answers.set(name, (answers.get(name) ?? new Set()).add(likeness(refused)));
    }
    const began = performance.now();
    await guesser.settle();
    times.get(control)?.push(performance.now() - began);
    guesser.controls.length = 0;
  }
  const said = new Set([...answers.values()].flatMap((all) => [...all]));
  assert.deepEqual([...said], ['["no-access",0,true,true,["code","id","ref","retryAfter","room","t"]]'], 'one answer for all');
  const [first = '', ...others] = Object.keys(tries);
  const shares: Record<string, number> = {};
  for (const name of others) {
    const share = greater(times.get(name) ?? [], times.get(first) ?? []);
    shares[name] = Math.round(share * 100) / 100;
    assert.ok(Math.abs(share - 0.5) < most(trials), `“${name}” takes longer than “${first}” in ${Math.round(share * 100)} of 100 pairs`);
  }
  const seen = greater(times.get(control) ?? [], times.get(first) ?? []);
  assert.ok(Math.abs(seen - 0.5) > 0.3, `a difference that is there is seen (${seen})`);
  for (const client of [creator, guesser]) client.socket.terminate();
  return { trials, shares, control: Math.round(seen * 100) / 100 };
}

/** An answer without what the asker chose. */
const likeness = (refusal: Refusal): string =>
  JSON.stringify([refusal.code, refusal.retryAfter, refusal.room !== null, refusal.id === null, Object.keys(refusal).sort((a, b) => a.localeCompare(b))]);
