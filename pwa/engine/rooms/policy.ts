/**
 * The one rule by which every member judges every commit, its own too: a pure function of the state
 * before and the facts, so that all honest members answer alike.
 *
 * Whether an invite is past its time cannot be asked here, as members share no clock: the relay enforces
 * it, and any next commit drops it.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import type { CommitFacts, Member } from '../mls/index.ts';
import { joinedByIn, profileIn, returnKeyIn, type JoinedBy, type ReturnKey } from './extensions.ts';
import { entryClaimIn, verifyJoinProof, type EntryClaim } from './join-proof.ts';
import { forbiddenChange } from './policy-change.ts';
import { agreedState, has, isCovered, leavesOfPerson, newestLeaf, usesOf, type AgreedState } from './standing.ts';

/** Why a commit is refused. */
export type Forbidden =
  | 'malformed' | 'no-proof' | 'banned' | 'full'
  /** Entering. */
  | 'unknown-invite' | 'used-up-invite' | 'void-invite' | 'not-for-them' | 'needs-approval'
  /** Changing. */
  | 'leaf' | 'room' | 'roles' | 'bans' | 'invite-made' | 'invite-dropped' | 'refusals' | 'removal' | 'left-behind';

/** Leaves of one person: each return adds one, until somebody's commit takes the old ones away. */
const MOST_LEAVES = 8;
export const MOST_MEMBERS = 1000;

export const isAllowed = (facts: CommitFacts): boolean => forbiddenBy(facts) === undefined;

/** Undefined for a commit that is allowed. */
export function forbiddenBy(facts: CommitFacts): Forbidden | undefined {
  const before = agreedState(facts.before);
  if (before === undefined) return 'malformed';
  switch (facts.by.kind) {
    case 'external':
      return forbiddenEntry(facts, before, facts.by.member);
    case 'member':
      return forbiddenChange(facts, before, facts.by.member);
  }
}

/** By an invite or by one's return key; signed for this very leaf in this very epoch. */
function forbiddenEntry({ before, authenticatedData, removed }: CommitFacts, state: AgreedState, joiner: Member): Forbidden | undefined {
  const joinedBy = joinedByIn(joiner.extensions);
  const returnKey = returnKeyIn(joiner.extensions);
  if (removed.length > 0 || profileIn(joiner.extensions) === undefined || joinedBy === undefined || returnKey === undefined) return 'malformed';
  if (joiner.extensions.length !== 3 || joinedBy.at !== Number(before.epoch) + 1) return 'malformed';
  if (has(state.roles.banned.map(({ identity }) => identity), joiner.identityKey)) return 'banned';
  const own = leavesOfPerson(state.members, joiner.identityKey);
  if (state.members.length >= MOST_MEMBERS || own.length >= MOST_LEAVES) return 'full';
  if (!isOwnReturnKey(state, joiner, returnKey)) return 'malformed';
  const claim = entryClaimIn(authenticatedData);
  switch (claim?.kind) {
    case undefined:
      return 'no-proof';
    case 'invite':
      return forbiddenJoin(state, joiner, joinedBy, claim) ?? (holds(state, claim, before, joiner) ? undefined : 'no-proof');
    case 'return':
      return forbiddenReturn(own, joinedBy, claim) ?? (verifyJoinProof(claim, claim.key, before, joiner.deviceKey) ? undefined : 'no-proof');
  }
}

function holds(state: AgreedState, claim: Extract<EntryClaim, { kind: 'invite' }>, before: CommitFacts['before'], joiner: Member): boolean {
  const invite = state.invites.invites.find(({ id }) => equalBytes(id, claim.invite));
  return invite !== undefined && verifyJoinProof(claim, invite.sign, before, joiner.deviceKey);
}

/** One key is never registered twice for two things; and all leaves of a person have the same. */
function isOwnReturnKey({ invites, members }: AgreedState, joiner: Member, { sign, kem }: ReturnKey): boolean {
  if (invites.invites.some((invite) => equalBytes(invite.sign, sign)) || invites.refused.some(({ key }) => equalBytes(key, sign))) return false;
  return members.every((member) => {
    const theirs = returnKeyIn(member.extensions);
    if (theirs === undefined) return true;
    const same = equalBytes(theirs.sign, sign);
    return equalBytes(member.identityKey, joiner.identityKey) ? same && equalBytes(theirs.kem, kem) : !same;
  });
}

function forbiddenJoin(state: AgreedState, joiner: Member, joinedBy: JoinedBy, claim: Extract<EntryClaim, { kind: 'invite' }>): Forbidden | undefined {
  const invite = state.invites.invites.find(({ id }) => equalBytes(id, claim.invite));
  if (invite === undefined) return 'unknown-invite';
  if (!isSameId(joinedBy.invite, invite.id) || !isSameId(joinedBy.of, invite.of) || joinedBy.role !== invite.role) return 'malformed';
  if (invite.for !== null && !equalBytes(invite.for, joiner.identityKey)) return 'not-for-them';
  if (invite.for === null && (state.terms.approval || state.terms.kind === 'direct')) return 'needs-approval';
  if (invite.uses !== 0 && usesOf(state, invite.id) >= invite.uses) return 'used-up-invite';
  if (!isCovered(state, invite)) return 'void-invite';
  const others = state.members.filter(({ identityKey }) => !equalBytes(identityKey, joiner.identityKey));
  return state.terms.kind === 'direct' && others.some(({ identityKey }) => !equalBytes(identityKey, others[0]?.identityKey ?? identityKey)) ? 'full' : undefined;
}

/** The same person, whose older leaf is still there, on the terms on which they came; nothing is removed by it. */
function forbiddenReturn(own: readonly Member[], joinedBy: JoinedBy, claim: Extract<EntryClaim, { kind: 'return' }>): Forbidden | undefined {
  const leaf = newestLeaf(own);
  const old = leaf === undefined ? undefined : joinedByIn(leaf.extensions);
  const key = leaf === undefined ? undefined : returnKeyIn(leaf.extensions);
  if (old === undefined || key === undefined || !equalBytes(key.sign, claim.key)) return 'no-proof';
  return isSameId(old.invite, joinedBy.invite) && isSameId(old.of, joinedBy.of) && old.role === joinedBy.role ? undefined : 'malformed';
}

const isSameId = (a: Uint8Array | null, b: Uint8Array | null): boolean => (a === null || b === null ? a === b : equalBytes(a, b));

