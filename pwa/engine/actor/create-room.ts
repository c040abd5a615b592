/** A new room: made on the device, wholly usable at once; the relay learns of it when there is one. */
import { moverStatement, roomIdOf } from '../../../shared/statements.ts';
import type { OwnerKey, RoomId } from '../../../shared/ids.ts';
import { sha256 } from '../crypto/hash.ts';
import { randomBytes } from '../crypto/sodium.ts';
import { newSigningKeys, sign, signingKeysFrom, type SigningKeys } from '../crypto/signature.ts';
import { createGroup, makeDevice, type IdentityKey, type Suite } from '../mls/index.ts';
import { toBase64Url } from '../../../shared/bytes.ts';
import type { Intent } from '../records/intent.ts';
import { newRoomRecord, roomChanges, type Peer } from '../records/room-record.ts';
import { inviteKeys } from '../rooms/invite-keys.ts';
import { epochKeys } from '../rooms/epoch-keys.ts';
import {
  invitesExtension, joinedByExtension, profileExtension, returnKeyExtension, rolesExtension, roomExtension, type JoinedBy, type RoomTerms,
} from '../rooms/extensions.ts';
import { neutralised } from '../rooms/names.ts';
import { returnKeys } from '../rooms/return-keys.ts';
import { begun } from '../wire/chain.ts';
import type { RoomHost } from './host.ts';
import { shownOf } from './people.ts';
import { renewed } from './heard.ts';
import { Room } from './room.ts';
import { nextRenewal } from './upkeep.ts';

export async function createRoom(host: RoomHost, relay: string, suite: Suite, given: string, peer: Peer | null = null): Promise<Room> {
  const kind = peer === null ? 'group' : 'direct';
  const profile = host.profile();
  const owner = newSigningKeys();
  const publicKey = owner.publicKey as OwnerKey;
  const room = roomIdOf(publicKey, sha256);
  const name = neutralised(given);
  const me = profile.identityKey;
  const group = await createGroup({
    groupId: room, suite, device: makeDevice(profile), leafExtensions: [profileExtension(profile.name), joinedByExtension(FOUNDED), returnKeyExtension(returnKeys(room, profile).public)],
    extensions: [
      roomExtension({ suite, kind, name, hue: null, picture: null, owner: me, approval: false, disappearing: null, relay: null, mover: newMover(room, owner) }),
      rolesExtension({ owners: [me], admins: [], members: [], banned: [] }), invitesExtension([]),
    ],
  });
  const keys = await epochKeys(room, group);
  const record = newRoomRecord({
    room, relay, createdAt: host.clock.now(), owner: { publicKey, secretKey: owner.secretKey }, standing: { kind: 'member' }, chain: begun(room), epoch: keys.epoch,
    secret: null, inviter: null, confirmed: true, peer, ...shownOf(group, { members: [], sightings: [] }),
  });
  const made = new Room(host, record, [], null);
  const step = made.step();
  step.mls = { group, keys };
  step.update({ renewAt: nextRenewal(made, 1) });
  renewed(step, me, host.clock.now());
  if (peer !== null && peer.secret !== null) step.update({ wanted: [invitationOf(room, peer.person, peer.secret)] });
  made.note(step, 0, { kind: 'created', by: { person: profile.identityKey, name: profile.name } });
  step.change(...roomChanges(step.room, step.record));
  await made.store(step);
  return made;
}

/** The one who is to be the other in a room of two. */
const invitationOf = (room: RoomId, person: IdentityKey, secret: Uint8Array): Intent => ({
  kind: 'invite', id: toBase64Url(inviteKeys(room, secret).id), secret, uses: 1, expires: 0, role: 'admin', label: '', for: person,
});

/** Whoever makes a room came by no invite. */
const FOUNDED: JoinedBy = { invite: null, of: null, role: 'member', at: 0 };

/** By which any admin can open the room's log at another relay, long after whoever made the room is gone. */
function newMover(room: RoomId, owner: SigningKeys): RoomTerms['mover'] {
  const seed = randomBytes(32);
  const { publicKey: key } = signingKeysFrom(seed);
  return { owner: owner.publicKey, key, seed, certificate: sign(moverStatement({ room, mover: key }), owner.secretKey) };
}
