/** Members, their roles, and how the room looks: as the person asks for it. Whether it is allowed, the room's rule says when the commit is made. */
import * as v from 'valibot';
import { equalBytes } from '../../../shared/bytes.ts';
import { EngineError, MOST_PICTURE_BYTES, type Role, type RoomLook, type RoomSettings } from '../api.ts';
import type { IdentityKey } from '../mls/index.ts';
import { neutralised } from '../rooms/names.ts';
import { stay } from '../wire/bodies.ts';
import type { Room } from './room.ts';
import { fulfil } from './wishes.ts';

export function renameRoom(room: Room, given: string): Promise<void> {
  return fulfil(room, { kind: 'room', id: room.freshId(), change: { name: neutralised(given) } });
}

export function setLook(room: Room, { hue, picture }: RoomLook): Promise<void> {
  if (picture !== null && picture.length > MOST_PICTURE_BYTES) throw new EngineError('picture-too-large', `A picture has at most ${MOST_PICTURE_BYTES} bytes.`);
  const degrees = hue === null ? null : ((Math.round(hue) % 360) + 360) % 360;
  return fulfil(room, { kind: 'room', id: room.freshId(), change: { hue: degrees, picture } });
}

/** What is as it was is not wished for: somebody else may be changing that. */
export async function setSettings(room: Room, { approval, disappearing }: Partial<RoomSettings>): Promise<void> {
  const { agreed } = room.state.record;
  if (disappearing !== undefined && disappearing !== null && !v.is(stay, disappearing)) throw new EngineError('not-allowed', 'Messages stay for a second at least, and for a year at most.');
  const change = {
    ...(approval === undefined || approval === agreed.approval ? {} : { approval }),
    ...(disappearing === undefined || disappearing === agreed.disappearing ? {} : { disappearing }),
  };
  if (Object.keys(change).length > 0) await fulfil(room, { kind: 'room', id: room.freshId(), change });
}

export function setRole(room: Room, person: IdentityKey, role: Role): Promise<void> {
  return fulfil(room, { kind: 'role', id: room.freshId(), person, role }, () => requireMember(room, person));
}

export function removeMember(room: Room, person: IdentityKey, ban: boolean): Promise<void> {
  const name = room.state.record.members.find((member) => equalBytes(member.person, person))?.name ?? '';
  return fulfil(room, { kind: 'remove', id: room.freshId(), person, ban, name }, () => {
    requireMember(room, person);
    if (equalBytes(person, room.host.profile().identityKey)) throw new EngineError('not-allowed', 'Nobody removes themselves: leave the room.');
  });
}

export function unban(room: Room, person: IdentityKey): Promise<void> {
  return fulfil(room, { kind: 'unban', id: room.freshId(), person }, () => {
    if (!room.state.record.agreed.banned.some((banned) => equalBytes(banned.person, person))) throw new EngineError('not-a-member', 'That person is not banned.');
  });
}

function requireMember(room: Room, person: IdentityKey): void {
  if (!room.state.record.members.some((member) => equalBytes(member.person, person))) throw new EngineError('not-a-member', 'That person is not in the room.');
}
