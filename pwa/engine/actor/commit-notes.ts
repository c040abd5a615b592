/** What a commit did, as lines of the conversation: who did what, and nothing that nobody did. */
import { equalBytes } from '../../../shared/bytes.ts';
import type { Extension, IdentityKey, Member } from '../mls/index.ts';
import type { StoredFact, StoredPerson } from '../records/message-records.ts';
import { joinedByIn, nameOf } from '../rooms/extensions.ts';
import { hasLeft, leavesIn } from '../rooms/leave-statement.ts';
import { agreedState, goneWith, has, isPresent, roleOf, type AgreedState } from '../rooms/standing.ts';
import { storedPerson } from './people.ts';

interface GroupView {
  readonly groupId: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly members: readonly Member[];
}

export interface CommitDone {
  readonly before: GroupView;
  readonly after: GroupView;
  /** The committer's leaf before, or a newcomer's. */
  readonly by: Member;
  readonly external: boolean;
  readonly removed: readonly Member[];
  readonly authenticatedData: Uint8Array;
}

export function notesOf(done: CommitDone): readonly StoredFact[] {
  const before = agreedState(done.before);
  const after = agreedState(done.after);
  if (before === undefined || after === undefined) return [];
  if (done.external) return [entryOf(before, done.by)];
  const by = storedPerson(done.by);
  return [...removalsOf(done, before, after, by), ...rolesOf(before, after, by), ...termsOf(before, after, by), ...refusalsOf(before, after, by), ...nameOfCommitter(done)];
}

function entryOf(before: AgreedState, joiner: Member): StoredFact {
  const who = storedPerson(joiner);
  if (isPresent(before, joiner.identityKey)) return { kind: 'returned', who };
  const id = joinedByIn(joiner.extensions)?.invite;
  const invite = id === undefined || id === null ? undefined : before.invites.invites.find((one) => equalBytes(one.id, id));
  return invite?.of === undefined || invite.of === null ? { kind: 'joined', who } : { kind: 'let-in', who, by: personIn(before, invite.by) };
}

/** Bans of people who are not there any more among them. */
function removalsOf({ before: { groupId, members }, removed, authenticatedData }: CommitDone, before: AgreedState, after: AgreedState, by: StoredPerson): readonly StoredFact[] {
  const leaves = leavesIn(authenticatedData) ?? [];
  const wasBanned = before.roles.banned.map(({ identity }) => identity);
  const isBanned = after.roles.banned.map(({ identity }) => identity);
  const gone: Member[] = [];
  for (const leaf of goneWith(members, removed)) if (!gone.some(({ identityKey }) => equalBytes(identityKey, leaf.identityKey))) gone.push(leaf);
  // The committer and the others come upon them in orders of their own.
  gone.sort((a, b) => a.leaf - b.leaf);
  const removals = gone.map((leaf): StoredFact => {
    const who = storedPerson(leaf);
    if (has(isBanned, leaf.identityKey)) return { kind: 'banned', who, by };
    return hasLeft(leaves, groupId, leaf) ? { kind: 'left', who } : { kind: 'removed', who, by };
  });
  const absent = after.roles.banned.filter(({ identity }) => !has(wasBanned, identity) && !isPresent(before, identity));
  const pardoned = before.roles.banned.filter(({ identity }) => !has(isBanned, identity));
  return [
    ...removals, ...absent.map(({ identity, name }): StoredFact => ({ kind: 'banned', who: { person: identity, name }, by })),
    ...pardoned.map(({ identity, name }): StoredFact => ({ kind: 'unbanned', who: { person: identity, name }, by })),
  ];
}

function rolesOf(before: AgreedState, after: AgreedState, by: StoredPerson): readonly StoredFact[] {
  // Which is so for nearly every commit, and then nobody need be looked at.
  if (before.roles === after.roles) return [];
  const told: IdentityKey[] = [];
  return after.members.flatMap((member): readonly StoredFact[] => {
    const { identityKey } = member;
    const role = roleOf(after, identityKey);
    if (has(told, identityKey) || role === undefined || role === roleOf(before, identityKey)) return [];
    told.push(identityKey);
    return [{ kind: 'role', who: storedPerson(member), by, role }];
  });
}

function termsOf({ terms: before }: AgreedState, { terms: after }: AgreedState, by: StoredPerson): readonly StoredFact[] {
  const notes: StoredFact[] = [];
  if (before.name !== after.name) notes.push({ kind: 'renamed', by, name: after.name });
  const samePicture = before.picture === null || after.picture === null ? before.picture === after.picture : equalBytes(before.picture, after.picture);
  if (before.hue !== after.hue || !samePicture) notes.push({ kind: 'pictured', by });
  if (before.approval !== after.approval) notes.push({ kind: 'approval', by, required: after.approval });
  if (before.disappearing !== after.disappearing) notes.push({ kind: 'disappearing', by, seconds: after.disappearing });
  if (before.relay !== after.relay) notes.push({ kind: 'moved', by, relay: after.relay ?? '' });
  return notes;
}

const refusalsOf = (before: AgreedState, after: AgreedState, by: StoredPerson): readonly StoredFact[] =>
  after.invites.refused.filter(({ key }) => !before.invites.refused.some((one) => equalBytes(one.key, key)))
    .map(({ identity, name }) => ({ kind: 'knock-refused', who: { person: identity, name }, by }));

function nameOfCommitter({ by, after }: CommitDone): readonly StoredFact[] {
  const leaf = after.members.find(({ deviceKey }) => equalBytes(deviceKey, by.deviceKey));
  const was = nameOf(by);
  return leaf === undefined || nameOf(leaf) === was ? [] : [{ kind: 'name', who: storedPerson(leaf), was }];
}

const personIn = ({ members }: AgreedState, person: IdentityKey): StoredPerson => {
  const member = members.find(({ identityKey }) => equalBytes(identityKey, person));
  return member === undefined ? { person, name: '' } : storedPerson(member);
};
