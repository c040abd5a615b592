/** The rule for commits by members: what each role may change, remove, invite. Part of `policy.ts`; pure. */
import { equalBytes, toHex } from '../../../shared/bytes.ts';
import type { CommitFacts, Extension, IdentityKey, Member } from '../mls/index.ts';
import { profileIn, returnKeyIn, type BannedEntry, type RefusedKnock, type RoomTerms, type StandingInvite } from './extensions.ts';
import { hasLeft, leavesIn, type LeaveStatement } from './leave-statement.ts';
import type { Forbidden } from './policy.ts';
import { agreedState, cameBy, goneWith, has, isAtLeast, isCovered, isPresent, isSpent, isSuperseded, mayRemove, roleOf, usesOf, type AgreedState, type Role } from './standing.ts';

interface Judged {
  readonly before: AgreedState;
  readonly after: AgreedState;
  readonly committer: IdentityKey;
  readonly role: Role;
  readonly removed: readonly Member[];
  /** Of the removed, those whose own statement it is. */
  readonly left: readonly Member[];
}

/** Undefined for a change that is allowed. */
export function forbiddenChange(facts: CommitFacts, before: AgreedState, committer: Member): Forbidden | undefined {
  const { removed } = facts;
  const after = agreedState({ extensions: facts.extensions, members: before.members.filter((member) => !has(removed.map(({ deviceKey }) => deviceKey), member.deviceKey)) });
  const leaves = leavesIn(facts.authenticatedData);
  const role = roleOf(before, committer.identityKey);
  if (after === undefined || leaves === undefined || role === undefined || facts.extensions.length !== 3) return 'malformed';
  const judged: Judged = { before, after, committer: committer.identityKey, role, removed, left: leftOf(removed, leaves, facts.before.groupId) };
  return (
    forbiddenLeaf(committer.extensions, facts.leafExtensions) ?? forbiddenTerms(judged) ?? forbiddenRemoval(judged) ?? forbiddenRoles(judged) ??
    forbiddenBans(judged) ?? forbiddenInvites(judged) ?? forbiddenRefusals(judged)
  );
}

const leftOf = (removed: readonly Member[], leaves: readonly LeaveStatement[], groupId: Uint8Array): readonly Member[] => removed.filter((leaf) => hasLeft(leaves, groupId, leaf));

/** One's own name may change; how one came, and by what one comes back, may not. */
function forbiddenLeaf(before: readonly Extension[], after: readonly Extension[]): Forbidden | undefined {
  const kept = before.every(({ name, data }, i) => name === after[i]?.name && (name === 'profile' || equalBytes(data, after[i].data)));
  return kept && before.length === after.length && profileIn(after) !== undefined ? undefined : 'leaf';
}

/** Of a room of two nothing changes but where it is, and how long messages stay: either of them may change that. */
function forbiddenTerms({ before: { terms: before }, after: { terms: after }, role }: Judged): Forbidden | undefined {
  if (before.suite !== after.suite || before.kind !== after.kind || !equalBytes(before.owner, after.owner) || !isSameMover(before.mover, after.mover)) return 'room';
  const looksAlike = before.name === after.name && before.hue === after.hue && before.approval === after.approval && isSame(before.picture, after.picture);
  if (looksAlike && before.relay === after.relay && before.disappearing === after.disappearing) return undefined;
  if (!isAtLeast(role, 'admin') && before.kind !== 'direct') return 'room';
  return looksAlike || before.kind === 'group' ? undefined : 'room';
}

const isSame = (a: Uint8Array | null, b: Uint8Array | null): boolean => (a === null || b === null ? a === b : equalBytes(a, b));

const isSameMover = (a: RoomTerms['mover'], b: RoomTerms['mover']): boolean =>
  a === null || b === null ? a === b : equalBytes(a.owner, b.owner) && equalBytes(a.key, b.key) && equalBytes(a.seed, b.seed) && equalBytes(a.certificate, b.certificate);

/**
 * Anybody completes what a person said themselves: that they leave, or, by coming back, that their older leaf is none any more. Else it
 * takes a role, and then the person goes altogether.
 */
function forbiddenRemoval({ before, after, role, committer, removed, left }: Judged): Forbidden | undefined {
  for (const leaf of removed) {
    if (left.includes(leaf) || isSuperseded(before.members, leaf)) continue;
    const other = roleOf(before, leaf.identityKey);
    if (before.terms.kind === 'direct' || other === undefined || equalBytes(leaf.identityKey, committer) || !mayRemove(role, other)) return 'removal';
    if (isPresent(after, leaf.identityKey)) return 'removal';
  }
  return undefined;
}

/** Whoever is gone has no role any more, and what an owner alone may do, an owner did. */
function forbiddenRoles({ before, after, role }: Judged): Forbidden | undefined {
  const { owners, admins, members } = after.roles;
  const listed = [...owners, ...admins, ...members];
  if (new Set(listed.map(toHex)).size !== listed.length || listed.some((person) => !isPresent(after, person))) return 'roles';
  const stayed = (list: readonly IdentityKey[]): readonly IdentityKey[] => list.filter((person) => isPresent(after, person));
  const unchanged = isSameSet(owners, stayed(before.roles.owners)) && isSameSet(admins, stayed(before.roles.admins)) && isSameSet(members, stayed(before.roles.members));
  if (unchanged) return undefined;
  return role === 'owner' && before.terms.kind === 'group' && owners.length > 0 ? undefined : 'roles';
}

const isSameSet = (a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean => a.length === b.length && a.every((one) => has(b, one));

function forbiddenBans({ before, after, role, committer }: Judged): Forbidden | undefined {
  const [was, is] = [before.roles.banned, after.roles.banned];
  const isIn = (list: readonly BannedEntry[], entry: BannedEntry): boolean =>
    list.some(({ identity, name, by }) => equalBytes(identity, entry.identity) && name === entry.name && equalBytes(by, entry.by));
  const made = is.filter((entry) => !isIn(was, entry));
  if (new Set(is.map(({ identity }) => toHex(identity))).size !== is.length || is.some(({ identity }) => isPresent(after, identity))) return 'bans';
  if (made.some(({ by }) => !equalBytes(by, committer))) return 'bans';
  const unchanged = made.length === 0 && was.length === is.length;
  return unchanged || (isAtLeast(role, 'admin') && before.terms.kind === 'group') ? undefined : 'bans';
}

function forbiddenInvites(judged: Judged): Forbidden | undefined {
  const { before, after } = judged;
  const { invites } = after.invites;
  const distinct = (of: (invite: StandingInvite) => Uint8Array): boolean => new Set(invites.map((invite) => toHex(of(invite)))).size === invites.length;
  if (!distinct(({ id }) => id) || !distinct(({ sign }) => sign) || !distinct(({ kem }) => kem)) return 'invite-made';
  for (const invite of invites) {
    const old = before.invites.invites.find(({ id }) => equalBytes(id, invite.id));
    if (old === undefined ? !mayInvite(judged, invite) : !isSameInvite(old, invite)) return 'invite-made';
    if (mustGo(judged, invite)) return 'left-behind';
  }
  const dropped = before.invites.invites.filter(({ id }) => !invites.some((invite) => equalBytes(invite.id, id)));
  return dropped.every((invite) => mayDrop(judged, invite)) ? undefined : 'invite-dropped';
}

function mayInvite({ before, after, role, committer }: Judged, invite: StandingInvite): boolean {
  const { terms } = after;
  if (!equalBytes(invite.by, committer) || !isAtLeast(role, invite.role)) return false;
  if (after.members.some(({ extensions }) => { const key = returnKeyIn(extensions); return key !== undefined && equalBytes(key.sign, invite.sign); })) return false;
  if (after.invites.refused.some(({ key }) => equalBytes(key, invite.sign))) return false;
  if (invite.for !== null && has(after.roles.banned.map(({ identity }) => identity), invite.for)) return false;
  if (terms.kind === 'direct') return invite.for !== null && invite.uses === 1 && after.members.every(({ identityKey }) => equalBytes(identityKey, committer));
  if (terms.approval && !isAtLeast(role, 'admin')) return false;
  return invite.of === null || mayAdmit(before, after, role, invite, invite.of);
}

/** The answer to a knock is on the terms of the invite that was knocked with, and one of its uses. */
function mayAdmit(before: AgreedState, after: AgreedState, role: Role, { for: who, uses, role: gives }: StandingInvite, of: Uint8Array): boolean {
  const original = before.invites.invites.find(({ id }) => equalBytes(id, of));
  if (original === undefined || original.for !== null || who === null || uses !== 1 || gives !== original.role) return false;
  if (!isAtLeast(role, 'admin') || !isCovered(before, original)) return false;
  return original.uses === 0 || usesOf(after, of) <= original.uses;
}

/** The invites that are dropped with whoever goes: all that they made; and, unless they left by themselves, those that they know. */
function mustGo({ before, after, removed, left }: Judged, invite: StandingInvite): boolean {
  return isInviteOfGone({ members: before.members, removed, left }, invite) || !isPresent(after, invite.by);
}

export interface Going {
  /** Before. */
  readonly members: readonly Member[];
  readonly removed: readonly Member[];
  readonly left: readonly Member[];
}

/** Who leaves may come back by a link that was posted for all; who is removed must not. */
export function isInviteOfGone({ members, removed, left }: Going, invite: StandingInvite): boolean {
  return goneWith(members, removed).some((leaf) => {
    if (equalBytes(leaf.identityKey, invite.by) || (invite.for !== null && equalBytes(leaf.identityKey, invite.for))) return true;
    return !left.includes(leaf) && cameBy(leaf, invite.id);
  });
}

/**
 * One's own; admins any; and everybody what is of no use any more, or may not be: nobody can say that an invite with an end has not
 * reached it, and one that is dropped too early lets nobody in who should stay out.
 */
function mayDrop(judged: Judged, invite: StandingInvite): boolean {
  const { before, role, committer } = judged;
  return equalBytes(invite.by, committer) || isAtLeast(role, 'admin') || invite.expires !== 0 || isSpent(before, invite) || mustGo(judged, invite);
}

const isSameInvite = (a: StandingInvite, b: StandingInvite): boolean =>
  equalBytes(a.kem, b.kem) && equalBytes(a.sign, b.sign) && equalBytes(a.by, b.by) && a.role === b.role && a.uses === b.uses && a.expires === b.expires && a.label === b.label &&
  isSame(a.for, b.for) && isSame(a.of, b.of);

/** Admins alone refuse, and tidy up. */
function forbiddenRefusals({ before, after, role, committer }: Judged): Forbidden | undefined {
  const [was, is] = [before.invites.refused, after.invites.refused];
  const isIn = (list: readonly RefusedKnock[], one: RefusedKnock): boolean =>
    list.some(({ key, identity, name, by }) => equalBytes(key, one.key) && equalBytes(identity, one.identity) && name === one.name && equalBytes(by, one.by));
  const made = is.filter((one) => !isIn(was, one));
  if (made.length === 0 && was.length === is.length) return undefined;
  if (new Set(is.map(({ key }) => toHex(key))).size !== is.length || made.some(({ by }) => !equalBytes(by, committer))) return 'refusals';
  const taken = made.some(({ key }) => after.invites.invites.some(({ sign }) => equalBytes(sign, key)) || after.members.some(({ extensions }) => equalBytes(returnKeyIn(extensions)?.sign ?? new Uint8Array(0), key)));
  return isAtLeast(role, 'admin') && !taken ? undefined : 'refusals';
}
