/**
 * The one rule by which every member judges every commit, its own too: a pure function of the state
 * before and the facts, so that all honest members answer alike.
 *
 * Whether an invite is past its time cannot be asked here, as members share no clock: the relay enforces
 * it, and any next commit drops it.
 */
import { equalBytes, toHex } from '../../../shared/bytes.ts';
import type { CommitFacts, Member } from '../mls/index.ts';
import { invitesIn, joinedByIn, profileIn, roomTermsIn, type RoomTerms, type StandingInvite } from './extensions.ts';
import { inviteNamedIn, verifyJoinProof } from './join-proof.ts';

export function isAllowed(facts: CommitFacts): boolean {
  switch (facts.by.kind) {
    case 'external':
      return mayJoin(facts, facts.by.member);
    case 'member':
      return mayChange(facts, facts.by.member);
  }
}

/** Only by a standing invite that still has uses, whose holder signed for this very leaf in this very epoch. */
function mayJoin({ before, authenticatedData, removed }: CommitFacts, joiner: Member): boolean {
  const named = inviteNamedIn(authenticatedData);
  const invite = named === undefined ? undefined : invitesIn(before.extensions)?.find(({ id }) => equalBytes(id, named));
  if (invite === undefined || removed.length > 0) return false;
  if (profileIn(joiner.extensions) === undefined) return false;
  const joinedBy = joinedByIn(joiner.extensions);
  if (joinedBy === undefined || !equalBytes(joinedBy, invite.id)) return false;
  if (invite.uses !== 0 && usesOf(invite.id, before.members) >= invite.uses) return false;
  return verifyJoinProof(authenticatedData, invite.sign, before, joiner.deviceKey);
}

/** How many of the members came by an invite. */
export const usesOf = (invite: Uint8Array, members: readonly Member[]): number =>
  members.filter((member) => {
    const by = joinedByIn(member.extensions);
    return by !== undefined && equalBytes(by, invite);
  }).length;

function mayChange({ before, extensions, removed }: CommitFacts, committer: Member): boolean {
  const terms = roomTermsIn(before.extensions);
  const termsAfter = roomTermsIn(extensions);
  const invites = invitesIn(before.extensions);
  const invitesAfter = invitesIn(extensions);
  if (terms === undefined || termsAfter === undefined || invites === undefined || invitesAfter === undefined) return false;
  return isSameRoom(terms, termsAfter) && areSoundInvites(invites, invitesAfter, committer) && mayRemove(terms, invitesAfter, removed, committer);
}

/** The name may change; what the room is, may not. */
const isSameRoom = (before: RoomTerms, after: RoomTerms): boolean => before.suite === after.suite && equalBytes(before.owner, after.owner);

/** Invites may be dropped, and new ones made in one's own name; none may be altered, and no key or id stand twice. */
function areSoundInvites(before: readonly StandingInvite[], after: readonly StandingInvite[], committer: Member): boolean {
  const distinct = (of: (invite: StandingInvite) => Uint8Array): boolean => new Set(after.map((invite) => toHex(of(invite)))).size === after.length;
  if (!distinct(({ id }) => id) || !distinct(({ sign }) => sign) || !distinct(({ kem }) => kem)) return false;
  return after.every((invite) => {
    const old = before.find(({ id }) => equalBytes(id, invite.id));
    return old === undefined ? equalBytes(invite.by, committer.identityKey) : isSameInvite(old, invite);
  });
}

const isSameInvite = (a: StandingInvite, b: StandingInvite): boolean =>
  equalBytes(a.kem, b.kem) && equalBytes(a.sign, b.sign) && equalBytes(a.by, b.by) && a.role === b.role && a.uses === b.uses && a.expires === b.expires && a.label === b.label;

/** Only the owner removes, and in the same commit every invite goes that the removed made or used: they hold its secret. */
function mayRemove(terms: RoomTerms, invitesAfter: readonly StandingInvite[], removed: readonly Member[], committer: Member): boolean {
  if (removed.length === 0) return true;
  return equalBytes(committer.identityKey, terms.owner) && withoutInvitesOf(invitesAfter, removed).length === invitesAfter.length;
}

/** The invites that none of these members made or used. */
export const withoutInvitesOf = (invites: readonly StandingInvite[], removed: readonly Member[]): readonly StandingInvite[] =>
  invites.filter(({ id, by }) =>
    !removed.some((member) => {
      const used = joinedByIn(member.extensions);
      return equalBytes(by, member.identityKey) || (used !== undefined && equalBytes(used, id));
    }),
  );
