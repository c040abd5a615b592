/** The facade's promises, one by one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCommit, encodeMlsMessage, type LeafNode } from 'ts-mls';
import { utf8 } from '../../../shared/bytes.ts';
import { goneRecords, groupRecords, loadSodium, makeDevice, makeIdentity, MlsError, restoreGroup, wipe, type MlsGroup } from '../../../pwa/engine/mls/index.ts';
import { suiteImplementation } from '../../../pwa/engine/mls/suite.ts';
import { assertShutOut } from '../../support/shut-out.ts';
import { deliver, founder, newcomer, type Peer } from '../../support/members.ts';

await loadSodium();

const yes = (): boolean => true;
const never = (): boolean => assert.fail('the policy is not even asked');
const code = (expected: MlsError['code']) => (error: unknown) => error instanceof MlsError && error.code === expected;

async function room(size: number): Promise<Peer[]> {
  const members: Peer[] = [await founder('x25519')];
  while (members.length < size) {
    const joining = await newcomer(await (members[0] ?? assert.fail()).group.groupInfo());
    await deliver(joining.message, members);
    members.push(joining);
  }
  return members;
}

async function pair(): Promise<[Peer, Peer]> {
  const [alice, bob] = await room(2);
  return [alice ?? assert.fail(), bob ?? assert.fail()];
}

async function say(from: Peer, text: string): Promise<Uint8Array> {
  const { group, message } = await from.group.encrypt(utf8(text));
  from.group = group;
  return message;
}

test('a race of 8: all commit at once, one wins, every loser takes it and commits again', async () => {
  let members = await room(8);
  for (const winner of [3, 0, 7]) {
    const tries = await Promise.all(members.map(({ group }) => group.commit({})));
    const won = tries[winner] ?? assert.fail();
    for (const [i, peer] of members.entries()) {
      if (i === winner) {
        wipe(won.consumed);
        peer.group = won.group;
        continue;
      }
      // The loser drops its own, unwiped, and goes on from the state before it.
      const received = await peer.group.receive(won.message, yes);
      assert.ok(received.kind === 'commit');
      wipe(received.consumed);
      peer.group = received.group;
    }
    members = [...members];
    for (const { group } of members) assert.deepEqual(group.epochAuthenticator, won.group.epochAuthenticator);
  }
});

test('an old snapshot decrypts until what it used up is wiped, and not after', async () => {
  const [alice, bob] = await pair();
  const message = await say(alice, 'once');
  const before = bob.group;
  const first = await before.receive(message, never);
  assert.ok(first.kind === 'message');
  assert.equal((await before.receive(message, never)).kind, 'message');
  wipe(first.consumed);
  await assert.rejects(before.receive(message, never), code('unreadable'));
  assert.equal((await first.group.receive(await say(alice, 'twice'), never)).kind, 'message');
});

test('a message is taken once', async () => {
  const [alice, bob] = await pair();
  const message = await say(alice, 'once');
  await deliver(message, [bob]);
  await assert.rejects(bob.group.receive(message, never), code('unreadable'));
});

test('out of order up to ten back, and two hundred ahead', async () => {
  const [alice, bob] = await pair();
  const early: Uint8Array[] = [];
  for (let n = 0; n < 10; n++) early.push(await say(alice, `${n}`));
  for (let n = 10; n < 200; n++) await say(alice, `${n}`);
  const late = await say(alice, 'late');
  await deliver(early[9] ?? assert.fail(), [bob]);
  for (const message of early.slice(0, 9).reverse()) await deliver(message, [bob]);
  await deliver(late, [bob]);
  for (let n = 0; n < 201; n++) await say(alice, 'lost');
  await assert.rejects(bob.group.receive(await say(alice, 'too far'), never), code('unreadable'));
});

test('messages and commits of another epoch are told apart from broken ones', async () => {
  const [alice, bob] = await pair();
  const late = await say(bob, 'late');
  const { group, message } = await alice.group.commit({});
  await deliver(message, [bob]);
  alice.group = group;
  await assert.rejects(alice.group.receive(late, never), code('wrong-epoch'));
  await assert.rejects(bob.group.receive(message, never), code('wrong-epoch'));
});

test('one cannot read or follow oneself', async () => {
  const [alice] = await pair();
  const before = alice.group;
  const message = await say(alice, 'to the others');
  await assert.rejects(before.receive(message, never), code('not-authentic'));
  await assert.rejects(alice.group.receive(message, never), MlsError);
});

test('removing: the others go on, the removed one is told, nobody is left in doubt', async () => {
  const [alice, bob, carol] = await room(3);
  assert.ok(alice !== undefined && bob !== undefined && carol !== undefined);
  const { group, message } = await alice.group.commit({ remove: [bob.group.me], extensions: [{ name: 'invites', data: utf8('none') }] });
  await deliver(message, [carol]);
  const [told] = await deliver(message, [bob]);
  assert.ok(told?.kind === 'removed');
  assert.deepEqual(told.facts.removed.map(({ identityKey }) => identityKey), [bob.identity.identityKey]);
  assert.deepEqual(carol.group.epochAuthenticator, group.epochAuthenticator);
  assert.deepEqual(group.members.map(({ leaf }) => leaf), [0, 2]);
  await assert.rejects(group.commit({ remove: [1] }), code('not-a-member'));
  await assert.rejects(group.commit({ remove: [0] }), MlsError);
  await assert.rejects(group.commit({ remove: [99] }), code('not-a-member'));
});

test('a removed member is alone with the last state it had', async () => {
  const [alice, bob] = await pair();
  const removal = await alice.group.commit({ remove: [bob.group.me] });
  const after = (await removal.group.encrypt(utf8('alone at last'))).message;
  await assert.rejects(bob.group.receive(after, never), code('wrong-epoch'));
});

test('a member’s new keys shut out whoever copied the old ones', async () => {
  const [alice, bob] = await pair();
  const stolen = restoreGroup(groupRecords(bob.group));
  const healing = await bob.group.commit({});
  await assertShutOut(stolen, healing.message, healing.group);
  await deliver(healing.message, [alice]);
  const later = await alice.group.encrypt(utf8('healed'));
  await assert.rejects(stolen.receive(later.message, never), code('wrong-epoch'));
  assert.equal((await healing.group.receive(later.message, never)).kind, 'message');
});

/** What a member's own program could be made to send. */
async function hostile(peer: Peer, change: (leaf: LeafNode) => LeafNode): Promise<Uint8Array> {
  const { state } = peer.group;
  const ratchetTree = state.ratchetTree.map((node, index) => (index === 2 * peer.group.me && node?.nodeType === 'leaf' ? { ...node, leaf: change(node.leaf) } : node));
  const { commit } = await createCommit({ state: { ...state, ratchetTree }, cipherSuite: suiteImplementation('x25519') }, { wireAsPublicMessage: true });
  return encodeMlsMessage(commit);
}

test('a member cannot become another person, or another device', async () => {
  const [alice, bob] = await pair();
  const somebody = makeDevice(makeIdentity());
  const becoming = await hostile(bob, (leaf) => ({ ...leaf, credential: { credentialType: 'basic', identity: somebody.credential }, signaturePublicKey: somebody.deviceKey }));
  await assert.rejects(alice.group.receive(becoming, never), MlsError);
  const own = makeDevice(bob.identity);
  const swapped = await hostile(bob, (leaf) => ({ ...leaf, credential: { credentialType: 'basic', identity: own.credential }, signaturePublicKey: own.deviceKey }));
  await assert.rejects(alice.group.receive(swapped, never), code('forbidden'));
});

test('what a member’s commit makes of its leaf is told to the policy; what it understands it cannot drop', async () => {
  const [alice, bob] = await pair();
  const bare = await hostile(bob, (leaf) => ({ ...leaf, extensions: [] }));
  const told: unknown[] = [];
  await assert.rejects(alice.group.receive(bare, (facts) => { told.push(facts.leafExtensions); return false; }), code('forbidden'));
  assert.deepEqual(told, [[]]);
  const dull = await hostile(bob, (leaf) => ({ ...leaf, capabilities: { ...leaf.capabilities, extensions: [0xf511] } }));
  await assert.rejects(alice.group.receive(dull, never), code('forbidden'));
});

test('commits of the kinds that we never make are refused', async () => {
  const [alice, bob] = await pair();
  const cs = suiteImplementation('x25519');
  for (const extraProposals of [
    [{ proposalType: 'group_context_extensions', groupContextExtensions: { extensions: [{ extensionType: 0xf5ff, extensionData: new Uint8Array(1) }] } }],
    [{ proposalType: 0xf123, proposalData: new Uint8Array(1) }],
    [{ proposalType: 'reinit', reinit: { groupId: utf8('new'), version: 'mls10', cipherSuite: cs.name, extensions: [] } }],
  ] as const) {
    const { commit } = await createCommit({ state: bob.group.state, cipherSuite: cs }, { extraProposals: extraProposals.map((proposal) => structuredClone(proposal) as never), wireAsPublicMessage: true });
    await assert.rejects(alice.group.receive(encodeMlsMessage(commit), never), code('forbidden'));
  }
});

test('a commit that the policy refuses changes nothing, for the removed one neither', async () => {
  const [alice, bob] = await pair();
  const { message } = await alice.group.commit({ remove: [bob.group.me] });
  await assert.rejects(bob.group.receive(message, () => false), code('forbidden'));
  assert.equal((await bob.group.receive(await say(alice, 'still here'), never)).kind, 'message');
});

test('the exporter agrees among members, and differs by label and epoch', async () => {
  const [alice, bob] = await pair();
  const secret = await alice.group.export('sotto access', 32);
  assert.equal(secret.length, 32);
  assert.deepEqual(await bob.group.export('sotto access', 32), secret);
  assert.notDeepEqual(await alice.group.export('sotto outer', 32), secret);
  const { group } = await alice.group.commit({});
  assert.notDeepEqual(await group.export('sotto access', 32), secret);
});

test('what is stored comes back whole; a message rewrites no tree; nothing aliases', async () => {
  const [alice, bob] = await pair();
  const stored = groupRecords(bob.group);
  const before = bob.group;
  await deliver(await say(alice, 'one'), [bob]);
  const changed = groupRecords(bob.group, before);
  assert.deepEqual(changed.map(({ name }) => name), ['ratchets 0']);
  const merged = stored.map((record) => changed.find(({ name }) => name === record.name) ?? record);
  const copy = merged.map(({ bytes }) => bytes.slice());
  const restored: MlsGroup = restoreGroup(merged);
  const received = await restored.receive(await say(alice, 'two'), never);
  assert.ok(received.kind === 'message');
  wipe(received.consumed);
  assert.deepEqual(merged.map(({ bytes }) => bytes), copy);
  assert.deepEqual(restored.members, bob.group.members);
  assert.deepEqual(restored.epochAuthenticator, bob.group.epochAuthenticator);
});

test('what changed, written over what was stored, is the group that is; of a group that is gone nothing stays', async () => {
  const members = await room(20);
  const [alice, ...others] = members as [Peer, ...Peer[]];
  const stored = new Map(groupRecords(alice.group).map(({ name, bytes }) => [name, bytes]));
  for (let size = others.length; size > 0; size -= 3) {
    const before = alice.group;
    const gone = others.splice(Math.max(0, size - 3));
    const { group } = await alice.group.commit({ remove: gone.map((peer) => peer.group.me) });
    alice.group = group;
    for (const name of goneRecords(group, before)) stored.delete(name);
    for (const { name, bytes } of groupRecords(group, before)) stored.set(name, bytes);
    const restored = restoreGroup([...stored].map(([name, bytes]) => ({ name, bytes })));
    assert.deepEqual(new Map(groupRecords(restored).map(({ name, bytes }) => [name, bytes])), stored);
    assert.deepEqual(restored.epochAuthenticator, group.epochAuthenticator);
  }
  for (const name of goneRecords(null, alice.group)) stored.delete(name);
  assert.equal(stored.size, 0);
});

test('no epoch is kept after it has ended', async () => {
  const [alice, bob] = await pair();
  const sizes: number[] = [];
  for (let n = 0; n < 6; n++) {
    const { group, message } = await alice.group.commit({});
    await deliver(message, [bob]);
    alice.group = group;
    sizes.push(groupRecords(bob.group).reduce((sum, { bytes }) => sum + bytes.length, 0));
  }
  assert.ok(Math.max(...sizes) - Math.min(...sizes) < 64, sizes.join(' '));
});

test('a damaged store is said to be one', () => {
  assert.throws(() => restoreGroup([]), code('bad-state'));
  assert.throws(() => restoreGroup([{ name: 'epoch', bytes: new Uint8Array(40) }, { name: 'nodes 0', bytes: Uint8Array.of(1, 2, 3) }]), code('bad-state'));
});

test('two commits made from one snapshot use up no key of a ratchet; one that would is refused', async () => {
  const ada = await founder('x25519');
  const bo = await newcomer(await ada.group.groupInfo());
  await deliver(bo.message, [ada]);
  const stored = groupRecords(ada.group);
  const tries = await Promise.all([ada.group.commit({}), ada.group.commit({ extensions: [{ name: 'room', data: utf8('renamed') }] })]);
  assert.deepEqual(groupRecords(ada.group), stored);
  for (const { message } of tries) {
    // MLSMessage: version mls10, wire format mls_public_message (RFC 9420 §6).
    assert.deepEqual([...message.subarray(0, 4)], [0, 1, 0, 1]);
    assert.equal((await bo.group.receive(message, () => true)).kind, 'commit');
  }
  const { commit } = await createCommit({ state: ada.group.state, cipherSuite: suiteImplementation('x25519') }, { wireAsPublicMessage: false });
  await assert.rejects(bo.group.receive(encodeMlsMessage(commit), () => true), { code: 'forbidden' });
});
