/** People with a device each in one MLS group: for tests of the facade. */
import { utf8 } from '../../shared/bytes.ts';
import { createGroup, joinExternal, makeDevice, makeIdentity, type Identity, type MlsGroup, type Received, type Suite } from '../../pwa/engine/mls/index.ts';

export interface Peer {
  readonly identity: Identity;
  group: MlsGroup;
}

export async function founder(suite: Suite, groupId: Uint8Array = utf8('a room')): Promise<Peer> {
  const identity = makeIdentity();
  return { identity, group: await createGroup({ groupId, suite, device: makeDevice(identity), leafExtensions: [{ name: 'profile', data: utf8('founder') }], extensions: [] }) };
}

/** Makes the external commit of a newcomer; nobody has processed it yet. */
export async function newcomer(groupInfo: Uint8Array, proof: Uint8Array = new Uint8Array(0)): Promise<Peer & { message: Uint8Array }> {
  const identity = makeIdentity();
  const { group, message } = await joinExternal({ groupInfo, device: makeDevice(identity), leafExtensions: [{ name: 'profile', data: utf8('newcomer') }], authenticate: () => proof });
  return { identity, group, message };
}

/** Everybody takes the message; for commits the peers move on. */
export async function deliver(message: Uint8Array, peers: readonly Peer[], judge = () => true): Promise<readonly Received[]> {
  const results: Received[] = [];
  for (const peer of peers) {
    const received = await peer.group.receive(message, judge);
    if (received.kind !== 'removed') peer.group = received.group;
    results.push(received);
  }
  return results;
}
