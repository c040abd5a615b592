/** Who is who in a room, as its agreed state says: roles, uses of invites, the leaves of one person. All of it pure. */
import { equalBytes, toHex } from '../../../shared/bytes.ts';
import type { Extension, IdentityKey, Member } from '../mls/index.ts';
import { allInvitesIn, joinedByIn, rolesIn, roomTermsIn, type Invites, type Roles, type RoomTerms, type StandingInvite } from './extensions.ts';

export type Role = 'owner' | 'admin' | 'member';

export interface AgreedState {
  readonly terms: RoomTerms;
  readonly roles: Roles;
  readonly invites: Invites;
  readonly members: readonly Member[];
}

/** Undefined where a part is missing or malformed. */
export function agreedState({ extensions, members }: { readonly extensions: readonly Extension[]; readonly members: readonly Member[] }): AgreedState | undefined {
  const terms = roomTermsIn(extensions);
  const roles = rolesIn(extensions);
  const invites = allInvitesIn(extensions);
  return terms === undefined || roles === undefined || invites === undefined ? undefined : { terms, roles, invites, members };
}

export const has = (list: readonly Uint8Array[], key: Uint8Array): boolean => list.some((one) => equalBytes(one, key));

export const leavesOfPerson = (members: readonly Member[], person: IdentityKey): readonly Member[] => members.filter(({ identityKey }) => equalBytes(identityKey, person));

export const isPresent = ({ members }: Pick<AgreedState, 'members'>, person: IdentityKey): boolean => members.some(({ identityKey }) => equalBytes(identityKey, person));

/** From which epoch on a leaf was there. */
export const beganAt = (member: Member): number => joinedByIn(member.extensions)?.at ?? 0;

/** The one that a person came by, or came back by, last. */
export const newestLeaf = (leaves: readonly Member[]): Member | undefined => leaves.reduce<Member | undefined>((newest, leaf) => (newest === undefined || beganAt(leaf) > beganAt(newest) ? leaf : newest), undefined);

/** Whether the same person has a newer leaf, who thereby proved that the old one may go. */
export const isSuperseded = (members: readonly Member[], leaf: Member): boolean => supersededIn(members).some((old) => old.leaf === leaf.leaf);

/** Lists of members are never changed in place, and are asked about with each message: each is looked through once. */
const superseded = new WeakMap<readonly Member[], readonly Member[]>();

export function supersededIn(members: readonly Member[]): readonly Member[] {
  const known = superseded.get(members);
  if (known !== undefined) return known;
  const old = [...leavesByPerson(members).values()].flatMap((leaves) => leaves.filter((leaf) => leaves.some((other) => beganAt(other) > beganAt(leaf))));
  superseded.set(members, old);
  return old;
}

/** By the hex of the identity, in the order of their first leaves. */
export function leavesByPerson(members: readonly Member[]): ReadonlyMap<string, readonly Member[]> {
  const people = new Map<string, Member[]>();
  for (const member of members) {
    const person = toHex(member.identityKey);
    const leaves = people.get(person);
    if (leaves === undefined) people.set(person, [member]);
    else leaves.push(member);
  }
  return people;
}

/** Undefined for who is not in the room. An explicit role comes before the one that an invite gave. */
export function roleOf(state: AgreedState, person: IdentityKey): Role | undefined {
  const leaf = newestLeaf(leavesOfPerson(state.members, person));
  return leaf === undefined ? undefined : roleOfLeaf(state.roles, leaf);
}

/** `leaf`: the newest of its person. */
export function roleOfLeaf({ owners, admins, members }: Roles, leaf: Member): Role {
  const { identityKey: person } = leaf;
  if (has(owners, person)) return 'owner';
  if (has(admins, person)) return 'admin';
  if (has(members, person)) return 'member';
  return joinedByIn(leaf.extensions)?.role ?? 'member';
}

const RANK = { member: 0, admin: 1, owner: 2 } as const;

export const isAtLeast = (role: Role, least: Role): boolean => RANK[role] >= RANK[least];

/** Owners everybody, admins plain members. */
export const mayRemove = (role: Role, other: Role): boolean => role === 'owner' || (role === 'admin' && other === 'member');

/** The leaf came by this invite, or by one that was made out to its person for having knocked with it. */
export function cameBy(leaf: Member, invite: Uint8Array): boolean {
  const by = joinedByIn(leaf.extensions);
  return [by?.invite, by?.of].some((used) => used !== undefined && used !== null && equalBytes(used, invite));
}

/** How many people are in by an invite, or may come any moment because they knocked with it and were let in. */
export function usesOf({ invites, members }: Pick<AgreedState, 'invites' | 'members'>, invite: Uint8Array): number {
  const people: IdentityKey[] = [];
  for (const member of members) if (cameBy(member, invite) && !has(people, member.identityKey)) people.push(member.identityKey);
  const awaited = invites.invites.filter((one) => one.of !== null && one.for !== null && equalBytes(one.of, invite) && !has(people, one.for));
  return people.length + awaited.length;
}

/** Nobody can come by it any more, whatever the time: all its uses are used, its one person is in, or its maker may not give that role now. */
export function isSpent(state: AgreedState, invite: StandingInvite): boolean {
  if (invite.for !== null && isPresent(state, invite.for)) return true;
  return (invite.uses !== 0 && usesOf(state, invite.id) >= invite.uses) || !isCovered(state, invite);
}

/** Whether its maker is there and may still give the role that it gives. */
export function isCovered(state: AgreedState, invite: Pick<StandingInvite, 'by' | 'role'>): boolean {
  const maker = roleOf(state, invite.by);
  return maker !== undefined && isAtLeast(maker, invite.role);
}

/** The people of these leaves who are gone altogether once the leaves are. */
export const goneWith = (members: readonly Member[], removed: readonly Member[]): readonly Member[] =>
  removed.filter(({ identityKey }) => !members.some((member) => equalBytes(member.identityKey, identityKey) && !removed.some(({ leaf }) => leaf === member.leaf)));
