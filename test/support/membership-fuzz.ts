/** Vectors prove too little: random membership changes, all members compared after every step, are the gate. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex, utf8 } from '../../shared/bytes.ts';
import { groupRecords, loadSodium, MlsError, restoreGroup, wipe, type Suite } from '../../pwa/engine/mls/index.ts';
import { assertShutOut } from './shut-out.ts';
import { commitWithAdds } from './adds.ts';
import { deliver, founder, newcomer, type Peer } from './members.ts';
import { seeded, type Dice } from './dice.ts';

await loadSodium();

const MOST = 24;
/** Trees of up to this size are met most of the time, larger ones now and then: every shape, in little time. */
const USUAL = 6;
/** For so many steps of each run, the room may get large. */
const LARGE_STEPS = 12;
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
  const large = dice.below(STEPS - LARGE_STEPS);
  for (let step = 0; step < STEPS; step++) {
    const most = step >= large && step < large + LARGE_STEPS ? MOST : USUAL;
    members = await act(members, dice, most, step);
    assert.equal(new Set(members.map(({ group }) => toHex(group.epochAuthenticator))).size, 1, `step ${step}: the members no longer agree`);
    for (const { group } of members) assert.equal(group.members.length, members.length, `step ${step}`);
  }
}

async function act(members: Peer[], dice: Dice, most: number, step: number): Promise<Peer[]> {
  const choice = dice.below(20);
  if (members.length > most || (members.length > 1 && choice < 4)) return remove(members, dice);
  if (members.length === most && choice < 12) return remove(members, dice);
  if (most === MOST && members.length <= MOST / 2) return several(members, dice, most, step);
  if (members.length === 1 || choice < 8) return join(members, dice);
  if (choice < 12) return several(members, dice, most, step);
  if (choice < 14) await commit(members, dice, {});
  else if (choice < 15) await commit(members, dice, { extensions: dice.chance(0.2) ? [] : [{ name: 'room', data: utf8(`step ${step}`) }] });
  else if (choice < 18) await talk(members, dice, step);
  else restart(members, dice);
  return members;
}

async function join(members: Peer[], dice: Dice): Promise<Peer[]> {
  const joining = await newcomer(await dice.pick(members).group.groupInfo());
  await take(joining.message, members);
  return [...members, joining];
}

async function remove(members: Peer[], dice: Dice): Promise<Peer[]> {
  const committer = dice.pick(members);
  const others = members.filter((peer) => peer !== committer);
  const gone = dice.some(others, dice.chance(0.7) ? 1 : 1 + dice.below(Math.min(4, others.length)));
  const extensions = dice.chance(0.5) ? { extensions: [{ name: 'invites' as const, data: utf8(`without ${gone.length}`) }] } : {};
  const { group, message, consumed } = await committer.group.commit({ remove: gone.map((peer) => peer.group.me), ...extensions });
  const staying = others.filter((peer) => !gone.includes(peer));
  await take(message, staying);
  for (const peer of gone) {
    const [received] = await deliver(message, [peer]);
    assert.equal(received?.kind, 'removed', 'the removed member derived the next epoch');
    await assert.rejects(peer.group.receive((await group.encrypt(utf8('behind their back'))).message, () => true), MlsError);
    await assertShutOut(peer.group, message, group);
  }
  wipe(consumed);
  committer.group = group;
  return [committer, ...staying];
}

/** Adds by Welcome, some at once, some with a removal and new extensions in one commit: what leaves nodes with unmerged leaves. */
async function several(members: Peer[], dice: Dice, most: number, step: number): Promise<Peer[]> {
  const committer = dice.pick(members);
  const others = members.filter((peer) => peer !== committer);
  const gone = dice.chance(0.4) ? dice.some(others, 1 + dice.below(2)) : [];
  const room = Math.max(1, most - members.length);
  const added = await commitWithAdds({
    committer, others, gone, adds: 1 + dice.below(Math.min(most === MOST ? 8 : 3, room)),
    extensions: dice.chance(0.3) ? [{ name: 'room', data: utf8(`several ${step}`) }] : undefined,
  });
  return [committer, ...others.filter((peer) => !gone.includes(peer)), ...added];
}

async function commit(members: readonly Peer[], dice: Dice, change: Parameters<Peer['group']['commit']>[0]): Promise<void> {
  const committer = dice.pick(members);
  const { group, message, consumed } = await committer.group.commit(change);
  await take(message, members.filter((peer) => peer !== committer));
  wipe(consumed);
  committer.group = group;
  if (change.extensions !== undefined) for (const peer of members) assert.deepEqual(peer.group.extensions, change.extensions);
}

async function talk(members: readonly Peer[], dice: Dice, step: number): Promise<void> {
  const sender = dice.pick(members);
  const { group, message, consumed } = await sender.group.encrypt(utf8(`message ${step}`));
  wipe(consumed);
  sender.group = group;
  for (const received of await take(message, members.filter((peer) => peer !== sender))) {
    assert.equal(received.kind, 'message');
    assert.deepEqual(received.kind === 'message' && received.plaintext, utf8(`message ${step}`));
    assert.deepEqual(received.kind === 'message' && received.sender.identityKey, sender.identity.identityKey);
  }
}

/** All that is wiped after a step must be of no use to any later one. */
async function take(message: Uint8Array, peers: readonly Peer[]): ReturnType<typeof deliver> {
  const results = await deliver(message, peers);
  for (const received of results) if (received.kind !== 'removed') wipe(received.consumed);
  return results;
}

function restart(members: readonly Peer[], dice: Dice): void {
  const peer = dice.pick(members);
  peer.group = restoreGroup(groupRecords(peer.group));
}
