/** Whoever holds an invite may come in, and nothing else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeMlsMessage, emptyPskIndex, encodeMlsMessage, joinGroupExternal, processMessage, type CiphersuiteImpl, type Commit, type MLSMessage, type ProposalOrRef } from 'ts-mls';
import { utf8 } from '../../../shared/bytes.ts';
import { loadSodium, makeDevice, makeIdentity, MlsError, type MlsGroup } from '../../../pwa/engine/mls/index.ts';
import { clientConfig, makeKeyPackage } from '../../../pwa/engine/mls/leaf.ts';
import { suiteImplementation } from '../../../pwa/engine/mls/suite.ts';
import { deliver, founder, newcomer, type Peer } from '../../support/members.ts';

await loadSodium();

const never = (): boolean => assert.fail('the policy is not even asked');
const code = (expected: MlsError['code']) => (error: unknown) => error instanceof MlsError && error.code === expected;

async function pair(): Promise<[Peer, Peer]> {
  const alice = await founder('x25519');
  const bob = await newcomer(await alice.group.groupInfo());
  await deliver(bob.message, [alice]);
  return [alice, bob];
}

function decode(bytes: Uint8Array): MLSMessage {
  return decodeMlsMessage(bytes, 0)?.[0] ?? assert.fail('not decodable');
}

function altered(message: Uint8Array, change: (commit: Commit) => Commit): Uint8Array {
  const decoded = decode(message);
  assert.ok(decoded.wireformat === 'mls_public_message' && decoded.publicMessage.content.contentType === 'commit');
  const content = { ...decoded.publicMessage.content, commit: change(decoded.publicMessage.content.commit) };
  return encodeMlsMessage({ ...decoded, publicMessage: { ...decoded.publicMessage, content } });
}

/** A perfectly signed external commit that also removes `victim`: RFC 9420 §12.4.3.2 has it for a rejoin of oneself. */
async function evicting(group: MlsGroup, victim: number): Promise<Uint8Array> {
  const cs = suiteImplementation(group.suite);
  const { publicPackage, privatePackage } = await makeKeyPackage(group.suite, makeDevice(makeIdentity()), []);
  const info = decode(await group.groupInfo());
  assert.ok(info.wireformat === 'mls_group_info');
  const leaf = group.members.find((member) => member.leaf === victim) ?? assert.fail('no victim');
  const config = {
    ...clientConfig,
    keyPackageEqualityConfig: {
      ...clientConfig.keyPackageEqualityConfig,
      compareKeyPackageToLeafNode: (_: unknown, node: { signaturePublicKey: Uint8Array }) => Buffer.compare(node.signaturePublicKey, leaf.deviceKey) === 0,
    },
  };
  const { publicMessage } = await joinGroupExternal(info.groupInfo, publicPackage, privatePackage, true, cs, undefined, config);
  return encodeMlsMessage({ version: 'mls10', wireformat: 'mls_public_message', publicMessage });
}

test('a newcomer comes in, with their leaf extensions and their proof, and is told to the policy', async () => {
  const alice = await founder('x25519');
  const bob = await newcomer(await alice.group.groupInfo(), utf8('proof'));
  const received = await alice.group.receive(bob.message, ({ by, removed, authenticatedData }) => {
    assert.equal(by.kind, 'external');
    assert.deepEqual(by.member.identityKey, bob.identity.identityKey);
    assert.deepEqual(by.member.extensions, [{ name: 'profile', data: utf8('newcomer') }]);
    assert.deepEqual(authenticatedData, utf8('proof'));
    return removed.length === 0;
  });
  assert.ok(received.kind === 'commit');
  assert.deepEqual(received.group.epochAuthenticator, bob.group.epochAuthenticator);
  // They stay through the newcomer's own later updates.
  const update = await bob.group.commit({});
  const after = await received.group.receive(update.message, () => true);
  assert.ok(after.kind === 'commit');
  assert.deepEqual(after.group.members[1]?.extensions, [{ name: 'profile', data: utf8('newcomer') }]);
});

test('an external commit that removes a member is refused, though the library takes it', async () => {
  const [alice, bob] = await pair();
  const message = await evicting(alice.group, bob.group.me);
  const decoded = decode(message);
  assert.ok(decoded.wireformat === 'mls_public_message');
  const taken = await processMessage(decoded, alice.group.state, emptyPskIndex, () => 'accept', suiteImplementation('x25519'));
  assert.equal(taken.newState.groupContext.epoch, alice.group.epoch + 1n);
  await assert.rejects(alice.group.receive(message, never), code('forbidden'));
  await assert.rejects(bob.group.receive(message, never), code('forbidden'));
});

const EXTRA: Record<string, (commit: Commit, first: ProposalOrRef) => Commit> = {
  'a second ExternalInit': (commit, first) => ({ ...commit, proposals: [first, first] }),
  'no ExternalInit': (commit) => ({ ...commit, proposals: [] }),
  'new extensions': (commit, first) => ({
    ...commit, proposals: [first, { proposalOrRefType: 'proposal', proposal: { proposalType: 'group_context_extensions', groupContextExtensions: { extensions: [] } } }],
  }),
  'a Remove before it': (commit, first) => ({ ...commit, proposals: [{ proposalOrRefType: 'proposal', proposal: { proposalType: 'remove', remove: { removed: 0 } } }, first] }),
  'a reference': (commit, first) => ({ ...commit, proposals: [first, { proposalOrRefType: 'reference', reference: new Uint8Array(32) }] }),
  'a custom proposal': (commit, first) => ({ ...commit, proposals: [first, { proposalOrRefType: 'proposal', proposal: { proposalType: 0xf123, proposalData: new Uint8Array(1) } }] }),
  'a PSK': (commit, first) => ({
    ...commit,
    proposals: [first, { proposalOrRefType: 'proposal', proposal: { proposalType: 'psk', psk: { preSharedKeyId: { psktype: 'external', pskId: utf8('psk'), pskNonce: new Uint8Array(32) } } } }],
  }),
  'no path': (commit, first) => ({ proposals: [first], path: undefined }),
};

for (const [name, change] of Object.entries(EXTRA)) {
  test(`an external commit with ${name} is refused`, async () => {
    const [alice] = await pair();
    const { message } = await newcomer(await alice.group.groupInfo());
    const hostile = altered(message, (commit) => change(commit, commit.proposals[0] ?? assert.fail('no proposal')));
    await assert.rejects(alice.group.receive(hostile, never), code('forbidden'));
    assert.equal((await alice.group.receive(message, () => true)).kind, 'commit', 'the honest one still is taken');
  });
}

test('replayed, it is refused: in the next epoch, and in another room', async () => {
  const alice = await founder('x25519');
  const { message } = await newcomer(await alice.group.groupInfo());
  await deliver(message, [alice]);
  await assert.rejects(alice.group.receive(message, never), code('wrong-epoch'));
  const elsewhere = await founder('x25519', utf8('another room'));
  await assert.rejects(elsewhere.group.receive(message, never), code('malformed'));
  const twin = await founder('x25519');
  await assert.rejects(twin.group.receive(message, never), code('not-authentic'));
});

test('where the policy says no, the group stays as it was', async () => {
  const [alice] = await pair();
  const { message } = await newcomer(await alice.group.groupInfo());
  const { epoch } = alice.group;
  await assert.rejects(alice.group.receive(message, () => false), code('forbidden'));
  assert.equal(alice.group.epoch, epoch);
  assert.equal((await alice.group.receive(message, () => true)).kind, 'commit');
});

test("a newcomer cannot bring a member's key, on which the library does not look", async () => {
  const [alice, bob] = await pair();
  const info = decode(await alice.group.groupInfo());
  const node = alice.group.state.ratchetTree[2 * bob.group.me];
  assert.ok(info.wireformat === 'mls_group_info' && node?.nodeType === 'leaf');
  const cs = suiteImplementation('x25519');
  const stolen = await cs.hpke.importPublicKey(node.leaf.hpkePublicKey);
  let derived = 0;
  // The first pair that a path derives is the leaf's.
  const thief: CiphersuiteImpl = {
    ...cs, hpke: { ...cs.hpke, deriveKeyPair: async (ikm) => ({ ...(await cs.hpke.deriveKeyPair(ikm)), ...(derived++ === 0 ? { publicKey: stolen } : {}) }) },
  };
  const { publicPackage, privatePackage } = await makeKeyPackage('x25519', makeDevice(makeIdentity()), []);
  const { publicMessage } = await joinGroupExternal(info.groupInfo, publicPackage, privatePackage, false, thief, undefined, clientConfig);
  const message = { version: 'mls10', wireformat: 'mls_public_message', publicMessage } as const;
  const taken = await processMessage(message, alice.group.state, emptyPskIndex, () => 'accept', cs);
  assert.equal(taken.newState.groupContext.epoch, alice.group.epoch + 1n);
  await assert.rejects(alice.group.receive(encodeMlsMessage(message), never), code('forbidden'));
});

test('a device that is in the room already cannot come in again beside itself', async () => {
  const alice = await founder('x25519');
  const device = makeDevice(makeIdentity());
  const join = async () => (await newcomerWith(alice, device)).message;
  await deliver(await join(), [alice]);
  await assert.rejects(alice.group.receive(await join(), never), code('forbidden'));
});

async function newcomerWith(host: Peer, device: ReturnType<typeof makeDevice>): Promise<{ message: Uint8Array }> {
  const info = decode(await host.group.groupInfo());
  assert.ok(info.wireformat === 'mls_group_info');
  const { publicPackage, privatePackage } = await makeKeyPackage('x25519', device, []);
  const { publicMessage } = await joinGroupExternal(info.groupInfo, publicPackage, privatePackage, false, suiteImplementation('x25519'), undefined, clientConfig);
  return { message: encodeMlsMessage({ version: 'mls10', wireformat: 'mls_public_message', publicMessage }) };
}

test('one who could not live with our extensions is refused', async () => {
  const alice = await founder('x25519');
  const cs = suiteImplementation('x25519');
  const info = decode(await alice.group.groupInfo());
  assert.ok(info.wireformat === 'mls_group_info');
  const { publicPackage, privatePackage } = await makeKeyPackage('x25519', makeDevice(makeIdentity()), []);
  const poor = { ...publicPackage, leafNode: { ...publicPackage.leafNode, capabilities: { ...publicPackage.leafNode.capabilities, extensions: [] } } };
  const { publicMessage } = await joinGroupExternal(info.groupInfo, poor, privatePackage, false, cs, undefined, clientConfig);
  await assert.rejects(alice.group.receive(encodeMlsMessage({ version: 'mls10', wireformat: 'mls_public_message', publicMessage }), never), code('forbidden'));
});
