/** Adds by Welcome. The facade never makes them, other implementations may, and the trees they leave must hold. */
import assert from 'node:assert/strict';
import { createCommit, emptyPskIndex, joinGroup, processMessage, type ClientState, type Proposal } from 'ts-mls';
import { toLibrary, type Extension } from '../../pwa/engine/mls/extensions.ts';
import { MlsGroup } from '../../pwa/engine/mls/group.ts';
import { makeDevice, makeIdentity } from '../../pwa/engine/mls/index.ts';
import { clientConfig, makeKeyPackage } from '../../pwa/engine/mls/leaf.ts';
import { suiteImplementation } from '../../pwa/engine/mls/suite.ts';
import type { Peer } from './members.ts';

export async function commitWithAdds(o: {
  readonly committer: Peer; readonly others: readonly Peer[]; readonly gone: readonly Peer[]; readonly adds: number; readonly extensions: readonly Extension[] | undefined;
}): Promise<readonly Peer[]> {
  const { suite, state } = o.committer.group;
  const cs = suiteImplementation(suite);
  const newcomers = await Promise.all(
    Array.from({ length: o.adds }, async () => {
      const identity = makeIdentity();
      return { identity, ...(await makeKeyPackage(suite, makeDevice(identity), [])) };
    }),
  );
  const extraProposals: Proposal[] = [
    ...newcomers.map(({ publicPackage }): Proposal => ({ proposalType: 'add', add: { keyPackage: publicPackage } })),
    ...o.gone.map(({ group }): Proposal => ({ proposalType: 'remove', remove: { removed: group.me } })),
  ];
  if (o.extensions !== undefined) extraProposals.push({ proposalType: 'group_context_extensions', groupContextExtensions: { extensions: o.extensions.map(toLibrary) } });
  const { newState, commit, welcome } = await createCommit({ state, cipherSuite: cs }, { extraProposals, ratchetTreeExtension: true, wireAsPublicMessage: true });
  assert.ok(commit.wireformat === 'mls_public_message');
  for (const peer of o.others) {
    if (o.gone.includes(peer)) continue;
    const result = await processMessage(commit, peer.group.state, emptyPskIndex, () => 'accept', cs);
    peer.group = snapshot(result.newState);
  }
  o.committer.group = snapshot(newState);
  return Promise.all(
    newcomers.map(async ({ identity, publicPackage, privatePackage }) => ({
      identity,
      group: snapshot(await joinGroup(welcome ?? assert.fail('no welcome'), publicPackage, privatePackage, emptyPskIndex, cs, undefined, undefined, clientConfig)),
    })),
  );
}

const snapshot = (state: ClientState): MlsGroup => new MlsGroup({ ...state, historicalReceiverData: new Map() });
