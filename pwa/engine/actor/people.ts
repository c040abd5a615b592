/** Members as people: an identity may be in a room with several devices. */
import { equalBytes, toBase64Url, toHex } from '../../../shared/bytes.ts';
import type { Member as ShownMember, Person, PersonKey } from '../api.ts';
import type { IdentityKey, Member, MlsGroup } from '../mls/index.ts';
import type { StoredPerson } from '../records/message-records.ts';
import { nameOf, roomTermsIn } from '../rooms/extensions.ts';
import { neutralised } from '../rooms/names.ts';
import type { RoomRecord } from '../records/room-record.ts';

export const personKey = (person: IdentityKey): PersonKey => toBase64Url(person) as PersonKey;

export const personOf = ({ person, name }: StoredPerson): Person => ({ person: personKey(person), name: neutralised(name) });

export const memberOf = (stored: StoredPerson): ShownMember => ({
  ...personOf(stored), role: 'member', verified: false, sameNameAs: null, lastSeenAt: 0, keysFrom: 0, leaving: false, devices: 1,
});

export const storedPerson = (member: Member): StoredPerson => ({ person: member.identityKey.slice() as IdentityKey, name: nameOf(member) });

/** One for each identity, in the order of their leaves. */
export function peopleIn(members: readonly Member[]): readonly StoredPerson[] {
  const seen = new Set<string>();
  return members.filter(({ identityKey }) => !seen.has(toHex(identityKey)) && seen.add(toHex(identityKey))).map(storedPerson);
}

/** What a room's record repeats of its group, so that lists need not load it. */
export const shownOf = (group: MlsGroup, before: Pick<RoomRecord, 'name'>): Pick<RoomRecord, 'name' | 'members'> => ({
  name: neutralised(roomTermsIn(group.extensions)?.name ?? before.name), members: peopleIn(group.members),
});

/** Whether the person may take away what others wrote. */
export function isAdmin(group: MlsGroup, person: IdentityKey): boolean {
  const owner = roomTermsIn(group.extensions)?.owner;
  return owner !== undefined && equalBytes(owner, person);
}

export const leavesOf = (group: MlsGroup, person: IdentityKey): readonly number[] =>
  group.members.filter(({ identityKey }) => equalBytes(identityKey, person)).map(({ leaf }) => leaf);
