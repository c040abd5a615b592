/** Each patch of ours to the MLS library: what it is for holds with it, and does not hold without. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as patched from 'ts-mls';
import type { ClientState, Extension, KeyPackage, MLSMessage, PrivateKeyPackage, Proposal } from 'ts-mls';
import { initializeEpoch } from 'ts-mls/keySchedule.js';
import { utf8 } from '../../../shared/bytes.ts';
import { loadSodium } from '../../../pwa/engine/crypto/sodium.ts';
import { suiteImplementation } from '../../../pwa/engine/mls/suite.ts';
import { unpatchedLibrary, type Library } from '../../support/unpatched.ts';

await loadSodium();
const unpatched = await unpatchedLibrary();
const cs = suiteImplementation('x25519');
const OURS = 0xf501;

/** Passes with the patches and fails, in this very way, without. */
function patch(name: string, scenario: (library: Library) => Promise<void>, without: RegExp): void {
  test(`with the patch: ${name}`, () => scenario(patched));
  test(`without it, not: ${name}`, () => assert.rejects(scenario(unpatched), without));
}

interface Device { readonly publicPackage: KeyPackage; readonly privatePackage: PrivateKeyPackage }

function device(library: Library, name: string): Promise<Device> {
  const capabilities = { ...library.defaultCapabilities(), extensions: [OURS] };
  return library.generateKeyPackage({ credentialType: 'basic', identity: utf8(name) }, capabilities, library.defaultLifetime, [], cs);
}

async function createdBy(library: Library, name: string): Promise<ClientState> {
  const { publicPackage, privatePackage } = await device(library, name);
  return library.createGroup(utf8('group'), publicPackage, privatePackage, [], cs);
}

/** The committer's commit reaches everybody; answers all states, by leaf, the added ones among them. */
async function commit(library: Library, members: readonly ClientState[], by: number, proposals: readonly Proposal[], added: readonly Device[] = []): Promise<ClientState[]> {
  const committer = members[by] ?? assert.fail('no such member');
  const result = await library.createCommit({ state: committer, cipherSuite: cs }, { extraProposals: [...proposals], ratchetTreeExtension: true });
  const removed = new Set(proposals.flatMap((proposal) => ('remove' in proposal ? [proposal.remove.removed] : [])));
  const next: ClientState[] = [];
  for (const [leaf, member] of members.entries()) {
    if (member === undefined || removed.has(leaf)) continue;
    next[leaf] = leaf === by ? result.newState : await take(library, member, result.commit);
  }
  for (const { publicPackage, privatePackage } of added) {
    const state = await library.joinGroup(result.welcome ?? assert.fail('no welcome'), publicPackage, privatePackage, library.emptyPskIndex, cs);
    next[state.privatePath.leafIndex] = state;
  }
  for (const state of next) {
    if (state !== undefined) assert.deepEqual(state.keySchedule.epochAuthenticator, result.newState.keySchedule.epochAuthenticator, 'the members disagree');
  }
  return next;
}

async function take(library: Library, state: ClientState, message: MLSMessage): Promise<ClientState> {
  assert.ok(message.wireformat === 'mls_private_message' || message.wireformat === 'mls_public_message');
  const result = await library.processMessage(message, state, library.emptyPskIndex, library.acceptAll, cs);
  return result.newState;
}

async function add(library: Library, members: readonly ClientState[], by: number, names: readonly string[]): Promise<ClientState[]> {
  const devices = await Promise.all(names.map((name) => device(library, name)));
  return commit(library, members, by, devices.map(({ publicPackage }) => ({ proposalType: 'add', add: { keyPackage: publicPackage } })), devices);
}

const remove = (...leaves: number[]): Proposal[] => leaves.map((removed) => ({ proposalType: 'remove', remove: { removed } }));
const extend = (...extensions: Extension[]): Proposal => ({ proposalType: 'group_context_extensions', groupContextExtensions: { extensions } });
const ROOM: Extension = { extensionType: OURS, extensionData: utf8('room') };

patch('a joiner accepts a tree whose nodes have different unmerged leaves (A)', async (library) => {
  let members = await add(library, [await createdBy(library, '0')], 0, ['1', '2', '3', '4', '5', '6', '7']);
  members = await commit(library, members, 0, remove(1, 5));
  members = await commit(library, members, 4, []);
  members = await add(library, members, 0, ['8']);
  // Leaf 1 is unmerged at the root and below it; leaf 5 at the root, and not there.
  members = await add(library, members, 0, ['9']);
  assert.equal(members.filter((member) => member !== undefined).length, 8);
}, /unmerged_leaves/);

patch('a tree that names an unmerged leaf elsewhere than below the node is refused (A)', async (library) => {
  let members = await add(library, [await createdBy(library, '0')], 0, ['1', '2', '3']);
  members = await commit(library, members, 0, []);
  const [state] = members;
  assert.ok(state !== undefined);
  const tree = state.ratchetTree.map((node, index) => (index === 1 && node?.nodeType === 'parent' ? { ...node, parent: { ...node.parent, unmergedLeaves: [3] } } : node));
  const info = await library.createGroupInfoWithExternalPub(state, [], cs);
  const { publicPackage, privatePackage } = await device(library, 'eve');
  await assert.rejects(library.joinGroupExternal(info, publicPackage, privatePackage, false, cs, tree), /did not represent a non-blank descendant/);
}, /did not represent/);

patch('external_pub is a struct that holds a vector (B)', async (library) => {
  const state = await createdBy(library, 'alice');
  const info = await library.createGroupInfoWithExternalPubAndRatchetTree(state, [], cs);
  const external = info.extensions.find(({ extensionType }) => extensionType === 'external_pub');
  assert.equal(external?.extensionData.length, 33);
  assert.equal(external.extensionData[0], 32);
  const { publicPackage, privatePackage } = await device(library, 'bob');
  const { publicMessage, newState } = await library.joinGroupExternal(info, publicPackage, privatePackage, false, cs);
  const { newState: alice } = await library.processPublicMessage(state, publicMessage, library.emptyPskIndex, cs);
  assert.deepEqual(alice.keySchedule.epochAuthenticator, newState.keySchedule.epochAuthenticator);
}, /32 !== 33/);

patch('a commit that changes extensions carries a path (C)', async (library) => {
  const [alice] = await add(library, [await createdBy(library, 'alice')], 0, ['bob']);
  assert.ok(alice !== undefined);
  const result = await library.createCommit({ state: alice, cipherSuite: cs }, { extraProposals: [extend(ROOM)], wireAsPublicMessage: true });
  assert.ok(result.commit.wireformat === 'mls_public_message' && result.commit.publicMessage.content.contentType === 'commit');
  assert.ok(result.commit.publicMessage.content.commit.path !== undefined, 'no path');
}, /no path/);

patch('a commit that changes extensions without a path is refused (C)', async (library) => {
  const [alice, bob] = await add(library, [await createdBy(library, 'alice')], 0, ['bob']);
  assert.ok(alice !== undefined && bob !== undefined);
  const result = await unpatched.createCommit({ state: alice, cipherSuite: cs }, { extraProposals: [extend(ROOM)] });
  await assert.rejects(take(library, bob, result.commit), /Update path is required/);
}, /Missing expected rejection/);

patch('a removal and a change of extensions go in one commit (C)', async (library) => {
  const members = await add(library, [await createdBy(library, 'alice')], 0, ['bob', 'carol']);
  const after = await commit(library, members, 0, [...remove(1), extend(ROOM)]);
  assert.deepEqual(after[2]?.groupContext.extensions, [ROOM]);
}, /bad-ciphertext/);

patch('extensions can be taken away (C)', async (library) => {
  let members = await add(library, [await createdBy(library, 'alice')], 0, ['bob']);
  members = await commit(library, members, 0, [extend(ROOM), ...remove()]);
  members = await commit(library, members, 1, [extend()]);
  for (const member of members) assert.deepEqual(member.groupContext.extensions, []);
}, /deepStrictEqual|deep-equal|bad-ciphertext/);

for (const suite of ['x25519', 'xwing'] as const) {
  patch(`${suite}: the last other member, removed, cannot derive the next epoch (D)`, async (library) => {
    const cs = suiteImplementation(suite);
    const alice = await library.generateKeyPackage({ credentialType: 'basic', identity: utf8('alice') }, library.defaultCapabilities(), library.defaultLifetime, [], cs);
    const bob = await library.generateKeyPackage({ credentialType: 'basic', identity: utf8('bob') }, library.defaultCapabilities(), library.defaultLifetime, [], cs);
    const alone = await library.createGroup(utf8('group'), alice.publicPackage, alice.privatePackage, [], cs);
    const added = await library.createCommit(
      { state: alone, cipherSuite: cs }, { extraProposals: [{ proposalType: 'add', add: { keyPackage: bob.publicPackage } }], ratchetTreeExtension: true },
    );
    const removedMember = await library.joinGroup(added.welcome ?? assert.fail('no welcome'), bob.publicPackage, bob.privatePackage, library.emptyPskIndex, cs);
    const { newState } = await library.createCommit({ state: added.newState, cipherSuite: cs }, { extraProposals: remove(1) });
    // All of this Bob has: his own init secret, what the commit shows, and no path secret, as there is nobody to send one to.
    const zeros = new Uint8Array(cs.kdf.size);
    const guess = await initializeEpoch(removedMember.keySchedule.initSecret, zeros, newState.groupContext, zeros, cs.kdf);
    assert.notDeepEqual(guess.keySchedule.epochAuthenticator, newState.keySchedule.epochAuthenticator, 'Bob reads on');
  }, /Bob reads on/);
}
