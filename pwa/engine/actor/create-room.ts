/** A new room: made on the device, wholly usable at once; the relay learns of it when there is one. */
import { roomIdOf } from '../../../shared/statements.ts';
import type { OwnerKey } from '../../../shared/ids.ts';
import { sha256 } from '../crypto/hash.ts';
import { newSigningKeys } from '../crypto/signature.ts';
import { createGroup, makeDevice, type Suite } from '../mls/index.ts';
import { newRoomRecord, roomChanges } from '../records/room-record.ts';
import { epochKeys } from '../rooms/epoch-keys.ts';
import { invitesExtension, profileExtension, roomExtension } from '../rooms/extensions.ts';
import { neutralised } from '../rooms/names.ts';
import { begun } from '../wire/chain.ts';
import type { RoomHost } from './host.ts';
import { shownOf } from './people.ts';
import { Room } from './room.ts';

export async function createRoom(host: RoomHost, relay: string, suite: Suite, given: string): Promise<Room> {
  const profile = host.profile();
  const owner = newSigningKeys();
  const publicKey = owner.publicKey as OwnerKey;
  const room = roomIdOf(publicKey, sha256);
  const name = neutralised(given);
  const group = await createGroup({
    groupId: room, suite, device: makeDevice(profile), leafExtensions: [profileExtension(profile.name)],
    extensions: [roomExtension({ suite, name, owner: profile.identityKey }), invitesExtension([])],
  });
  const keys = await epochKeys(room, group);
  const record = newRoomRecord({
    room, relay, createdAt: host.clock.now(), owner: { publicKey, secretKey: owner.secretKey }, standing: { kind: 'member' }, chain: begun(room), epoch: keys.epoch,
    secret: null, inviter: null, confirmed: true, ...shownOf(group, { name }),
  });
  const made = new Room(host, record, [], null);
  const step = made.step();
  step.mls = { group, keys };
  step.change(...roomChanges(step.room, record));
  made.note(step, 0, { kind: 'created', by: { person: profile.identityKey, name: profile.name } });
  await made.store(step);
  return made;
}

