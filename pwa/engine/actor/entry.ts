/** An external commit of ours: made, judged by the room's rule as the members will, and stored before it is sent. */
import { encodeControl } from '../../../shared/control.ts';
import type { EnvelopeId, EpochId } from '../../../shared/ids.ts';
import { EngineError } from '../api.ts';
import { joinExternal, makeDevice, MlsError, suiteHpke, type GroupInfoView } from '../mls/index.ts';
import { epochKeys, headOf } from '../rooms/epoch-keys.ts';
import { joinedByExtension, profileExtension, returnKeyExtension, type JoinedBy } from '../rooms/extensions.ts';
import { forbiddenBy, type Forbidden } from '../rooms/policy.ts';
import { recipientsOf, registrationsOf } from '../rooms/registrations.ts';
import { returnKeys } from '../rooms/return-keys.ts';
import { sealGroupInfo } from '../rooms/sealed-group-info.ts';
import { sealToJoinKey } from '../wire/outer.ts';
import type { Room } from './room.ts';

export interface Entry {
  /** The epoch that it ends. */
  readonly parent: EpochId;
  readonly view: GroupInfoView;
  readonly joinedBy: Omit<JoinedBy, 'at'>;
  /** The proof that goes into the authenticated data: for a leaf with this signature key. */
  readonly proof: (deviceKey: Uint8Array) => Uint8Array;
}

/** Rejects with {@link EngineError} where the members would refuse it. */
export async function makeEntry(room: Room, { parent, view, joinedBy, proof }: Entry): Promise<void> {
  const { room: id } = room.state.record;
  const profile = room.host.profile();
  const device = makeDevice(profile);
  const leafExtensions = [
    profileExtension(profile.name), joinedByExtension({ ...joinedBy, at: Number(view.epoch) + 1 }), returnKeyExtension(returnKeys(id, profile).public),
  ];
  const authenticatedData = proof(device.deviceKey);
  const member = { leaf: -1, identityKey: profile.identityKey, deviceKey: device.deviceKey, extensions: leafExtensions };
  const forbidden = forbiddenBy({ by: { kind: 'external', member }, removed: [], extensions: view.extensions, leafExtensions, authenticatedData, before: view });
  if (forbidden !== undefined) throw refusalOf(forbidden);
  const { group, message, consumed } = await atTheDoor(() => joinExternal({ groupInfo: view, device, leafExtensions, authenticate: () => authenticatedData }));
  const keys = await epochKeys(id, group);
  const envelope = room.host.randomness.bytes(16) as EnvelopeId;
  const registered = registrationsOf(group);
  const sealed = sealToJoinKey(suiteHpke(view.suite), view.joinKey, { kind: 'commit', room: id, epoch: parent, id: envelope, head: headOf(keys, registered, false) }, message);
  const bundle = encodeControl({
    t: 'commit', room: id, id: envelope, parent, rejected: 0, access: keys.access.publicKey, closing: false, invites: [...registered], commit: sealed,
    groupInfo: sealGroupInfo(id, group.suite, await group.groupInfo(), recipientsOf(group)),
  });
  const step = room.step();
  step.pending = {
    group, keys, consumed, record: { id: envelope, parent: parent.slice() as EpochId, epoch: keys.epoch, bundle, sealed, fulfils: [], leaves: new Uint8Array(0) },
  };
  await room.store(step);
}

async function atTheDoor<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw cause instanceof MlsError ? new EngineError('bad-link', 'The room’s state does not let anyone in.', { cause }) : cause;
  }
}

function refusalOf(forbidden: Forbidden): EngineError {
  switch (forbidden) {
    case 'banned':
      return new EngineError('banned', 'The room does not let this person in, by any invite.');
    case 'used-up-invite':
      return new EngineError('invite-used-up', 'The invite was used as often as it may be.');
    case 'unknown-invite':
    case 'void-invite':
      return new EngineError('invite-revoked', 'The invite was taken back.');
    case 'full':
      return new EngineError('not-allowed', 'The room has as many members as it may.');
    case 'not-for-them':
      return new EngineError('not-allowed', 'The invite was made for somebody else.');
    default:
      return new EngineError('bad-link', 'The room does not let anyone in like this.');
  }
}
