/** Our libsodium provider and ts-mls' own two, message by message, each way round. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  acceptAll, createApplicationMessage, createCommit, createGroup, createGroupInfoWithExternalPubAndRatchetTree, decodeMlsMessage, defaultCapabilities,
  defaultCryptoProvider, defaultLifetime, emptyPskIndex, encodeMlsMessage, generateKeyPackage, getCiphersuiteFromName, joinGroup, joinGroupExternal,
  mlsExporter, nobleCryptoProvider, processMessage, type CiphersuiteImpl, type ClientState, type CryptoProvider, type MLSMessage, type Proposal,
} from 'ts-mls';
import { utf8 } from '../../../shared/bytes.ts';
import { loadSodium } from '../../../pwa/engine/crypto/sodium.ts';
import { sodiumProvider, suiteImplementation, type Suite } from '../../../pwa/engine/mls/suite.ts';

await loadSodium();

interface Party { readonly cs: CiphersuiteImpl; state: ClientState }

const member = (cs: CiphersuiteImpl, name: string) => generateKeyPackage({ credentialType: 'basic', identity: utf8(name) }, defaultCapabilities(), defaultLifetime, [], cs);

/** As on the wire. */
function sent(message: MLSMessage): MLSMessage {
  return decodeMlsMessage(encodeMlsMessage(message), 0)?.[0] ?? assert.fail('not decodable');
}

async function take(party: Party, message: MLSMessage): Promise<Uint8Array | undefined> {
  const decoded = sent(message);
  assert.ok(decoded.wireformat === 'mls_private_message' || decoded.wireformat === 'mls_public_message');
  const result = await processMessage(decoded, party.state, emptyPskIndex, acceptAll, party.cs);
  party.state = result.newState;
  return result.kind === 'applicationMessage' ? result.message : undefined;
}

async function commit(by: Party, others: readonly Party[], extraProposals: Proposal[] = [], wireAsPublicMessage = false): Promise<void> {
  const { newState, commit } = await createCommit({ state: by.state, cipherSuite: by.cs }, { extraProposals, wireAsPublicMessage });
  for (const other of others) await take(other, commit);
  by.state = newState;
  await agree([by, ...others]);
}

async function agree(parties: readonly Party[]): Promise<void> {
  const exported = await Promise.all(parties.map(({ state, cs }) => mlsExporter(state.keySchedule.exporterSecret, 'label', utf8('context'), 40, cs)));
  for (const [i, { state }] of parties.entries()) {
    assert.deepEqual(state.keySchedule.epochAuthenticator, parties[0]?.state.keySchedule.epochAuthenticator);
    assert.deepEqual(exported[i], exported[0]);
  }
}

async function talk(from: Party, to: readonly Party[], count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const { newState, privateMessage } = await createApplicationMessage(from.state, utf8(`message ${n}`), from.cs, utf8('data'));
    from.state = newState;
    for (const party of to) assert.deepEqual(await take(party, { version: 'mls10', wireformat: 'mls_private_message', privateMessage }), utf8(`message ${n}`));
  }
}

async function conversation(first: CiphersuiteImpl, second: CiphersuiteImpl): Promise<void> {
  const alicePackage = await member(first, 'alice');
  const alice: Party = { cs: first, state: await createGroup(utf8('group'), alicePackage.publicPackage, alicePackage.privatePackage, [], first) };

  const bobPackage = await member(second, 'bob');
  const { newState, welcome } = await createCommit(
    { state: alice.state, cipherSuite: first },
    { extraProposals: [{ proposalType: 'add', add: { keyPackage: bobPackage.publicPackage } }], ratchetTreeExtension: true },
  );
  alice.state = newState;
  const bob: Party = { cs: second, state: await joinGroup(welcome ?? assert.fail('no welcome'), bobPackage.publicPackage, bobPackage.privatePackage, emptyPskIndex, second) };
  await agree([alice, bob]);

  await talk(alice, [bob], 3);
  await talk(bob, [alice], 3);
  await commit(alice, [bob]);
  await commit(bob, [alice], [], true);
  await talk(bob, [alice], 1);

  // In from outside, by the GroupInfo of the one, with the provider of the other.
  const carolPackage = await member(second, 'carol');
  const info = sent({ version: 'mls10', wireformat: 'mls_group_info', groupInfo: await createGroupInfoWithExternalPubAndRatchetTree(alice.state, [], first) });
  assert.ok(info.wireformat === 'mls_group_info');
  const joined = await joinGroupExternal(info.groupInfo, carolPackage.publicPackage, carolPackage.privatePackage, false, second);
  const carol: Party = { cs: second, state: joined.newState };
  for (const party of [alice, bob]) await take(party, { version: 'mls10', wireformat: 'mls_public_message', publicMessage: joined.publicMessage });
  await agree([alice, bob, carol]);
  await talk(carol, [alice, bob], 2);
  await commit(alice, [carol], [{ proposalType: 'remove', remove: { removed: 1 } }]);
  await talk(alice, [carol], 1);
  await talk(carol, [alice], 1);
}

const NAMES: Record<Suite, Parameters<typeof getCiphersuiteFromName>[0]> = {
  xwing: 'MLS_256_XWING_CHACHA20POLY1305_SHA512_Ed25519',
  x25519: 'MLS_128_DHKEMX25519_CHACHA20POLY1305_SHA256_Ed25519',
};
const OTHERS: Record<string, CryptoProvider> = { noble: nobleCryptoProvider, default: defaultCryptoProvider };

for (const suite of ['xwing', 'x25519'] as const) {
  for (const [name, provider] of Object.entries(OTHERS)) {
    test(`${suite}: libsodium speaks with ts-mls' ${name} provider, each in each role`, async () => {
      const theirs = await provider.getCiphersuiteImpl(getCiphersuiteFromName(NAMES[suite]));
      const ours = await sodiumProvider.getCiphersuiteImpl(getCiphersuiteFromName(NAMES[suite]));
      assert.equal(ours, suiteImplementation(suite));
      await conversation(ours, theirs);
      await conversation(theirs, ours);
    });
  }
}
