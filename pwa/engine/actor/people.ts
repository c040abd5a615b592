/** Members as people: an identity may be in a room with several devices. */
import { toBase64Url, toHex } from '../../../shared/bytes.ts';
import type { Member as ShownMember, Person, PersonKey } from '../api.ts';
import { MlsError, type IdentityKey, type Member, type MlsGroup } from '../mls/index.ts';
import type { StoredPerson } from '../records/message-records.ts';
import { nameOf } from '../rooms/extensions.ts';
import { neutralised } from '../rooms/names.ts';
import type { RoomRecord, StoredMember } from '../records/room-record.ts';
import { agreedState, leavesByPerson, newestLeaf, roleOf, roleOfLeaf } from '../rooms/standing.ts';
import { seen } from '../trust/same-name.ts';

export const personKey = (person: IdentityKey): PersonKey => toBase64Url(person) as PersonKey;

export const personOf = ({ person, name }: StoredPerson): Person => ({ person: personKey(person), name: neutralised(name) });

export const memberOf = (stored: StoredMember, leaving: boolean): ShownMember => ({
  ...personOf(stored), role: stored.role, verified: false, sameNameAs: null, lastSeenAt: stored.lastSeenAt, presence: null, keysFrom: stored.keysFrom, readThrough: stored.readThrough, leaving, devices: stored.devices,
});

export const storedPerson = (member: Member): StoredPerson => ({ person: member.identityKey.slice() as IdentityKey, name: nameOf(member) });

/** One for each identity, in the order of their leaves. */
export function peopleIn(members: readonly Member[]): readonly StoredPerson[] {
  const seen = new Set<string>();
  return members.filter(({ identityKey }) => !seen.has(toHex(identityKey)) && seen.add(toHex(identityKey))).map(storedPerson);
}

/** What a room's record repeats of its group, so that lists need not load it. What this device knows of each member's doings goes on. */
export function shownOf(group: MlsGroup, before: Pick<RoomRecord, 'members' | 'sightings'>): Pick<RoomRecord, 'name' | 'members' | 'agreed' | 'sightings'> {
  const state = agreedState(group);
  if (state === undefined) throw new MlsError('bad-state');
  const { terms, roles } = state;
  const people = peopleIn(group.members);
  const leaves = leavesByPerson(group.members);
  const known = new Map(before.members.map((member) => [toHex(member.person), member]));
  return {
    name: neutralised(terms.name), sightings: seen(before.sightings, people),
    agreed: {
      kind: terms.kind, hue: terms.hue, picture: terms.picture, approval: terms.approval, disappearing: terms.disappearing,
      banned: roles.banned.map(({ identity, name, by }) => ({ person: identity, name: neutralised(name), by })),
    },
    members: people.map(({ person, name }): StoredMember => {
      const own = leaves.get(toHex(person)) ?? [];
      const newest = newestLeaf(own);
      const { lastSeenAt = 0, keysFrom = 0, readThrough = 0 } = known.get(toHex(person)) ?? {};
      return { person, name, role: newest === undefined ? 'member' : roleOfLeaf(roles, newest), devices: own.length, lastSeenAt, keysFrom, readThrough };
    }),
  };
}

/** Whether the person may take away what others wrote. */
export function isAdmin(group: MlsGroup, person: IdentityKey): boolean {
  const state = agreedState(group);
  const role = state === undefined ? undefined : roleOf(state, person);
  return role === 'owner' || role === 'admin';
}
