/** A member who turns on the others: with the state that their own device has, and any commit they like to make of it. */
import { createCommit, encodeMlsMessage } from 'ts-mls';
import { fromBase64Url } from '../../shared/bytes.ts';
import { encodeControl, type ClientControl } from '../../shared/control.ts';
import { commitHead } from '../../shared/commit.ts';
import type { AccessKey, EnvelopeId, RoomId } from '../../shared/ids.ts';
import { invitesDigestOf } from '../../shared/statements.ts';
import { sha256 } from '../../pwa/engine/crypto/hash.ts';
import type { RoomKey } from '../../pwa/engine/api.ts';
import { MlsGroup } from '../../pwa/engine/mls/group.ts';
import { restoreGroup, type GroupRecordName } from '../../pwa/engine/mls/index.ts';
import { suiteImplementation } from '../../pwa/engine/mls/suite.ts';
import { decodeRooms } from '../../pwa/engine/records/room-record.ts';
import { sealedStorage } from '../../pwa/engine/records/sealed-storage.ts';
import { epochKeys, type EpochKeys } from '../../pwa/engine/rooms/epoch-keys.ts';
import { recipientsOf, registrationsOf } from '../../pwa/engine/rooms/registrations.ts';
import { sealGroupInfo } from '../../pwa/engine/rooms/sealed-group-info.ts';
import { sealOuter } from '../../pwa/engine/wire/outer.ts';
import type { Someone } from './engine-world.ts';

export type Bundle = Extract<ClientControl, { t: 'commit' }>;

export interface Turncoat {
  readonly room: RoomId;
  readonly group: MlsGroup;
  readonly keys: EpochKeys;
  readonly rejected: number;
  /** A whole bundle around a commit, registered and sealed as it should be, but for what is given; with a GroupInfo that lets people in. */
  bundle(next: MlsGroup, message: Uint8Array, lie?: { readonly closing?: boolean; readonly access?: AccessKey }): Promise<Bundle>;
  /** On their own connection, which has the room open. */
  send(bundle: Bundle): void;
}

export async function turn(someone: Someone, key: RoomKey): Promise<Turncoat> {
  const { storage, deviceKey } = someone.options();
  const sealed = sealedStorage(storage, await deviceKey.deviceKey());
  const rows = await sealed.range('groups', { prefix: [key, 'now'] });
  const record = decodeRooms(await sealed.range('rooms', { prefix: [key] }))[0]?.record;
  if (record === undefined) throw new Error(`${someone.name} is in no such room`);
  const group = restoreGroup(rows.map((row) => ({ name: row.key[2] as GroupRecordName, bytes: row.value })));
  const room = fromBase64Url(key) as RoomId;
  const keys = await epochKeys(room, group);
  return {
    room, group, keys, rejected: record.rejected,
    async bundle(next, message, { closing = false, access } = {}) {
      const id = someone.world.dice.bytes(16) as EnvelopeId;
      const nextKeys = await epochKeys(room, next);
      const registered = access ?? nextKeys.access.publicKey;
      const invites = registrationsOf(next);
      const head = commitHead({ access: registered, invites: invitesDigestOf(invites, sha256), closing });
      return {
        t: 'commit', room, id, parent: keys.epoch, rejected: record.rejected, access: registered, closing, invites: [...invites],
        commit: sealOuter(keys.outer, { kind: 'commit', room, epoch: keys.epoch, id, head }, message),
        groupInfo: sealGroupInfo(room, next.suite, await next.groupInfo(), recipientsOf(next)),
      };
    },
    send(bundle) {
      const line = [...someone.world.network.lines].find(({ owner }) => owner === someone.name);
      if (line === undefined) throw new Error(`${someone.name} is not connected`);
      line.up(encodeControl(bundle));
    },
  };
}

/** A commit that is well signed, with path secrets of which `spoil` says, one by one, which are sealed to nobody. */
export async function garbagePath({ group }: Turncoat, spoil: (n: number) => boolean): Promise<{ readonly next: MlsGroup; readonly message: Uint8Array }> {
  const cipherSuite = suiteImplementation(group.suite);
  let n = 0;
  const seal: typeof cipherSuite.hpke.seal = async (...given) => {
    const { enc, ct } = await cipherSuite.hpke.seal(...given);
    return { enc, ct: spoil(n++) ? ct.map((byte) => byte ^ 1) : ct };
  };
  const { newState, commit } = await createCommit(
    { state: group.state, cipherSuite: { ...cipherSuite, hpke: { ...cipherSuite.hpke, seal } } }, { wireAsPublicMessage: true },
  );
  return { next: new MlsGroup({ ...newState, historicalReceiverData: new Map() }), message: encodeMlsMessage(commit) };
}
