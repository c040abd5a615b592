/** Vectors prove too little: random membership changes, all members compared after every step, are the gate. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex, utf8 } from '../../shared/bytes.ts';
import { groupRecords, loadSodium, MlsError, restoreGroup, type Suite } from '../../pwa/engine/mls/index.ts';
import { deliver, founder, newcomer, type Peer } from './members.ts';
import { seeded, type Dice } from './dice.ts';

await loadSodium();

const MOST = 24;
const STEPS = Number(process.env.SOTTO_FUZZ_STEPS ?? 200);
const SEEDS = Number(process.env.SOTTO_FUZZ_SEEDS ?? 20);
const FIRST = Number(process.env.SOTTO_FUZZ_FIRST ?? 1);

export function fuzz(suite: Suite): void {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    test(`${suite}: members agree through ${STEPS} random changes (seed ${seed})`, () => run(suite, seeded(seed)));
  }
}

async function run(suite: Suite, dice: Dice): Promise<void> {
  let members: Peer[] = [await founder(suite)];
  for (let step = 0; step < STEPS; step++) {
    // Small rooms are cheap and large ones rare, so that many shapes of the tree are met in little time.
    const crowded = members.length >= (dice.chance(0.05) ? MOST : 8);
    const choice = dice.below(10);
    if (members.length < 2 || (choice < 3 && !crowded)) members = await join(members, dice);
    else if (choice < 5 || crowded) members = await remove(members, dice);
    else if (choice < 6) await commit(members, dice, {});
    else if (choice < 7) await commit(members, dice, { extensions: dice.chance(0.2) ? [] : [{ name: 'room', data: utf8(`step ${step}`) }] });
    else if (choice < 9) await talk(members, dice, step);
    else restart(members, dice);
    assert.equal(new Set(members.map(({ group }) => toHex(group.epochAuthenticator))).size, 1, `step ${step}: the members no longer agree`);
    assert.deepEqual(new Set(members.map(({ group }) => group.members.length)), new Set([members.length]), `step ${step}`);
  }
}

async function join(members: Peer[], dice: Dice): Promise<Peer[]> {
  const host = dice.pick(members);
  const joining = await newcomer(await host.group.groupInfo());
  await deliver(joining.message, members);
  return [...members, joining];
}

async function remove(members: Peer[], dice: Dice): Promise<Peer[]> {
  const committer = dice.pick(members);
  const others = members.filter((peer) => peer !== committer);
  const gone = dice.some(others, 1 + dice.below(Math.min(3, others.length)));
  const extensions = dice.chance(0.5) ? { extensions: [{ name: 'invites' as const, data: utf8(`without ${gone.length}`) }] } : {};
  const { group, message } = await committer.group.commit({ remove: gone.map((peer) => peer.group.me), ...extensions });
  const staying = others.filter((peer) => !gone.includes(peer));
  await deliver(message, staying);
  for (const peer of gone) {
    const [received] = await deliver(message, [peer]);
    assert.equal(received?.kind, 'removed', 'the removed member derived the next epoch');
    await assert.rejects(peer.group.receive((await group.encrypt(utf8('behind their back'))).message, () => true), MlsError);
  }
  committer.group = group;
  return [committer, ...staying];
}

async function commit(members: readonly Peer[], dice: Dice, change: Parameters<Peer['group']['commit']>[0]): Promise<void> {
  const committer = dice.pick(members);
  const { group, message } = await committer.group.commit(change);
  await deliver(message, members.filter((peer) => peer !== committer));
  committer.group = group;
  if (change.extensions !== undefined) for (const peer of members) assert.deepEqual(peer.group.extensions, change.extensions);
}

async function talk(members: readonly Peer[], dice: Dice, step: number): Promise<void> {
  const sender = dice.pick(members);
  const { group, message } = await sender.group.encrypt(utf8(`message ${step}`));
  sender.group = group;
  for (const received of await deliver(message, members.filter((peer) => peer !== sender))) {
    assert.equal(received.kind, 'message');
    assert.deepEqual(received.kind === 'message' && received.plaintext, utf8(`message ${step}`));
    assert.deepEqual(received.kind === 'message' && received.sender.identityKey, sender.identity.identityKey);
  }
}

function restart(members: readonly Peer[], dice: Dice): void {
  const peer = dice.pick(members);
  peer.group = restoreGroup(groupRecords(peer.group).map(({ name, bytes }) => ({ name, bytes: bytes.slice() })));
}
