/**
 * What a commit of ours does: everything that is wanted, as far as the room's rule allows it, and what any commit completes beside it:
 * people who left, leaves that a return made old, invites that are over, one's own name. Pure.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import type { RoomId } from '../../../shared/ids.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { assertNever } from '../../../shared/never.ts';
import { EngineError } from '../api.ts';
import type { Change as GroupChange, CommitFacts, Extension, IdentityKey, Member, MlsGroup } from '../mls/index.ts';
import type { Intent } from '../records/intent.ts';
import {
  invitesExtension, MOST_BANNED, MOST_REFUSED, profileExtension, profileIn, rolesExtension, roomExtension, type Invites, type Roles, type RoomTerms,
  type StandingInvite,
} from '../rooms/extensions.ts';
import { inviteKeys } from '../rooms/invite-keys.ts';
import { hasLeft, leavesData, type LeaveStatement } from '../rooms/leave-statement.ts';
import { forbiddenBy, type Forbidden } from '../rooms/policy.ts';
import { isInviteOfGone } from '../rooms/policy-change.ts';
import { agreedState, goneWith, has, isSpent, isSuperseded, leavesOfPerson, roleOf, usesOf, type AgreedState } from '../rooms/standing.ts';

export interface PlanContext {
  readonly room: RoomId;
  readonly me: { readonly identityKey: IdentityKey; readonly name: string };
  /** Unix seconds. */
  readonly seconds: number;
  /** Of which we know. */
  readonly leaves: readonly LeaveStatement[];
}

export interface Plan {
  readonly change: GroupChange;
  readonly removed: readonly Member[];
  readonly fulfils: readonly Intent[];
  /** What needs no commit any more, or cannot be had. */
  readonly settled: readonly { readonly intent: Intent; readonly problem?: EngineError }[];
}

/** The state after, in the making. */
interface Draft {
  readonly terms: RoomTerms;
  readonly roles: Roles;
  readonly invites: Invites;
  readonly removed: readonly Member[];
}

export function planned(group: MlsGroup, context: PlanContext, wanted: readonly Intent[]): Plan {
  const state = agreedState(group);
  const own = group.members.find(({ leaf }) => leaf === group.me);
  if (state === undefined || own === undefined) throw new EngineError('internal', 'The room’s own state does not hold.');
  const leaves = context.leaves.filter((one) => group.members.some((member) => member.leaf !== own.leaf && hasLeft([one], group.groupId, member)));
  const removed = group.members.filter((member) => member.leaf !== own.leaf && (isSuperseded(group.members, member) || hasLeft(leaves, group.groupId, member)));
  const leafExtensions = profileIn(own.extensions)?.name === context.me.name ? own.extensions : own.extensions.map((one) => (one.name === 'profile' ? profileExtension(context.me.name) : one));
  let draft: Draft = { terms: state.terms, roles: state.roles, invites: state.invites, removed };
  const fulfils: Intent[] = [];
  const settled: { intent: Intent; problem?: EngineError }[] = [];
  const finish = (unfinished: Draft): Draft => tidied(unfinished, state, group, leaves, context.seconds);
  for (const intent of wanted) {
    const next = applied(draft, state, context, group, intent);
    if (next === 'settled') settled.push({ intent });
    else if (next instanceof EngineError) settled.push({ intent, problem: next });
    else {
      const forbidden = forbiddenBy(factsOf(finish(next), state, group, own, leafExtensions, leaves));
      if (forbidden === undefined) {
        draft = next;
        fulfils.push(intent);
      } else settled.push({ intent, problem: notAllowed(forbidden) });
    }
  }
  const facts = factsOf(finish(draft), state, group, own, leafExtensions, leaves);
  const { authenticatedData } = facts;
  return {
    fulfils, settled, removed: facts.removed,
    change: {
      remove: facts.removed.map(({ leaf }) => leaf), authenticatedData,
      ...(facts.extensions === group.extensions ? {} : { extensions: facts.extensions }), ...(leafExtensions === own.extensions ? {} : { leafExtensions }),
    },
  };
}

/** Our own commits are judged by the same rule as all others. */
function factsOf(draft: Draft, before: AgreedState, group: MlsGroup, own: Member, leafExtensions: readonly Extension[], leaves: readonly LeaveStatement[]): CommitFacts {
  const changed = draft.terms !== before.terms || draft.roles !== before.roles || draft.invites !== before.invites;
  const extensions = changed ? [roomExtension(draft.terms), rolesExtension(draft.roles), invitesExtension(draft.invites.invites, draft.invites.refused)] : group.extensions;
  const used = leaves.filter((one) => draft.removed.some(({ deviceKey }) => equalBytes(deviceKey, one.device)));
  return { by: { kind: 'member', member: own }, removed: draft.removed, extensions, leafExtensions, authenticatedData: leavesData(used), before: group };
}

/** What follows from the rest: roles and invites of those who go, and invites that are over. */
function tidied(draft: Draft, before: AgreedState, group: MlsGroup, leaves: readonly LeaveStatement[], seconds: number): Draft {
  const members = group.members.filter((member) => !draft.removed.includes(member));
  const left = draft.removed.filter((leaf) => hasLeft(leaves, group.groupId, leaf));
  const gone = goneWith(group.members, draft.removed).map(({ identityKey }) => identityKey);
  const stays = (list: readonly IdentityKey[]): readonly IdentityKey[] => (list.some((person) => has(gone, person)) ? list.filter((person) => !has(gone, person)) : list);
  const [owners, admins, plain] = [stays(draft.roles.owners), stays(draft.roles.admins), stays(draft.roles.members)];
  const same = owners === draft.roles.owners && admins === draft.roles.admins && plain === draft.roles.members;
  const roles: Roles = same ? draft.roles : { ...draft.roles, owners: [...owners], admins: [...admins], members: [...plain] };
  const after: AgreedState = { terms: draft.terms, roles, invites: draft.invites, members };
  const wasThere = (invite: StandingInvite): boolean => before.invites.invites.some(({ id }) => equalBytes(id, invite.id));
  const isOver = (invite: StandingInvite): boolean =>
    wasThere(invite) && ((invite.expires !== 0 && invite.expires <= seconds) || isInviteOfGone({ members: group.members, removed: draft.removed, left }, invite) || isSpentForGood(after, invite));
  const invites = draft.invites.invites.some(isOver) ? { ...draft.invites, invites: draft.invites.invites.filter((invite) => !isOver(invite)) } : draft.invites;
  return { ...draft, roles, invites };
}

/** A used-up invite stays in the list of those who may be asked about it; one whose person is in, or that its maker may not give, does not. */
const isSpentForGood = (state: AgreedState, invite: StandingInvite): boolean => isSpent(state, { ...invite, uses: 0 });

function applied(draft: Draft, state: AgreedState, { room, me }: PlanContext, group: MlsGroup, intent: Intent): Draft | 'settled' | EngineError {
  const { roles, invites } = draft;
  const without = (list: readonly IdentityKey[], person: IdentityKey): IdentityKey[] => list.filter((one) => !equalBytes(one, person));
  switch (intent.kind) {
    case 'refresh':
    case 'renew':
      return draft;
    case 'invite': {
      const keys = inviteKeys(room, intent.secret);
      if (state.invites.invites.some(({ id }) => equalBytes(id, keys.id))) return 'settled';
      const made: StandingInvite = {
        id: keys.id, kem: keys.kem(group.suite).publicKey, sign: keys.sign.publicKey, role: intent.role, uses: intent.uses, expires: intent.expires, by: me.identityKey,
        label: intent.label, for: intent.for, of: null,
      };
      return withInvite(draft, made);
    }
    case 'admit': {
      if (group.members.some(({ identityKey }) => equalBytes(identityKey, intent.person)) || invites.invites.some(({ id }) => equalBytes(id, intent.as.id))) return 'settled';
      const original = invites.invites.find(({ id }) => equalBytes(id, intent.of));
      if (original === undefined) return new EngineError('invite-revoked', 'The invite with which they knocked is gone.');
      if (original.uses !== 0 && usesOf({ invites, members: group.members }, original.id) >= original.uses) return new EngineError('invite-used-up', 'The invite with which they knocked is used up.');
      return withInvite(draft, { ...intent.as, role: original.role, uses: 1, expires: 0, by: me.identityKey, label: original.label, for: intent.person, of: original.id });
    }
    case 'refuse': {
      if (invites.refused.some(({ key }) => equalBytes(key, intent.key))) return 'settled';
      const refused = [...invites.refused, { key: intent.key, identity: intent.person, name: intent.name, by: me.identityKey }].slice(-MOST_REFUSED);
      return { ...draft, invites: { ...invites, refused } };
    }
    case 'revoke': {
      const left = invites.invites.filter(({ id }) => !equalBytes(id, intent.invite));
      return left.length === invites.invites.length ? 'settled' : { ...draft, invites: { ...invites, invites: left } };
    }
    case 'remove': {
      const leaves = leavesOfPerson(group.members, intent.person);
      const isBanned = has(roles.banned.map(({ identity }) => identity), intent.person);
      if (leaves.length === 0 && (!intent.ban || isBanned)) return 'settled';
      const entry = { identity: intent.person, name: intent.name, by: me.identityKey };
      const banned = intent.ban && !isBanned ? [...roles.banned, entry] : roles.banned;
      if (banned.length > MOST_BANNED) return new EngineError('not-allowed', 'The room has as many banned people as it may.');
      return { ...draft, removed: [...draft.removed.filter((leaf) => !leaves.includes(leaf)), ...leaves], roles: banned === roles.banned ? roles : { ...roles, banned } };
    }
    case 'unban': {
      const banned = roles.banned.filter(({ identity }) => !equalBytes(identity, intent.person));
      return banned.length === roles.banned.length ? 'settled' : { ...draft, roles: { ...roles, banned } };
    }
    case 'role': {
      const now = roleOf({ ...state, roles }, intent.person);
      if (now === undefined) return new EngineError('not-a-member', 'That person is not in the room.');
      if (now === intent.role) return 'settled';
      const [owners, admins, members] = [without(roles.owners, intent.person), without(roles.admins, intent.person), without(roles.members, intent.person)];
      const list = { owner: owners, admin: admins, member: members }[intent.role];
      list.push(intent.person);
      if (owners.length === 0) return new EngineError('not-allowed', 'The room needs an owner: name another one first.');
      return { ...draft, roles: { ...roles, owners, admins, members } };
    }
    case 'room': {
      const terms = { ...draft.terms, ...intent.change };
      return isAlready(draft.terms, intent.change) ? 'settled' : { ...draft, terms };
    }
    default:
      return assertNever(intent);
  }
}

function withInvite(draft: Draft, invite: StandingInvite): Draft | EngineError {
  const { invites } = draft.invites;
  if (invites.length >= LIMITS.invites) return new EngineError('not-allowed', 'The room has as many invites as it may: take one back first.');
  return { ...draft, invites: { ...draft.invites, invites: [...invites, invite] } };
}

function isAlready(terms: RoomTerms, change: Partial<RoomTerms>): boolean {
  const { picture, ...others } = change;
  const samePicture = picture === undefined || (picture === null || terms.picture === null ? picture === terms.picture : equalBytes(picture, terms.picture));
  return samePicture && (Object.keys(others) as (keyof typeof others)[]).every((key) => terms[key] === others[key]);
}

const DETAILS: Partial<Record<Forbidden, string>> = {
  removal: 'Owners remove anybody, admins plain members.', roles: 'Owners alone change roles, and one always remains.', room: 'Owners and admins alone change the room.',
  bans: 'Owners and admins alone ban.', 'invite-made': 'This role cannot make such an invite here.', 'invite-dropped': 'An invite is taken back by whoever made it, or by an admin.',
  refusals: 'Owners and admins alone answer those who knock.',
};

const notAllowed = (forbidden: Forbidden): EngineError => new EngineError('not-allowed', DETAILS[forbidden] ?? 'The room’s rules do not allow that.');
