/**
 * One commit envelope: our own come back, another's that all judge alike, or one that is invalid, which
 * is counted and otherwise left alone.
 */
import { equalBytes, toBase64Url } from '../../../shared/bytes.ts';
import { COMMIT_HEADER_BYTES, decodeCommitPayload, type CommitPayload } from '../../../shared/commit.ts';
import type { Envelope } from '../../../shared/envelope.ts';
import type { Seq } from '../../../shared/ids.ts';
import { assertNever } from '../../../shared/never.ts';
import { MlsError, type CommitFacts, type Member, type Received } from '../mls/index.ts';
import type { StoredKnock } from '../records/room-record.ts';
import { epochKeys, isRegisteredTruly } from '../rooms/epoch-keys.ts';
import { allInvitesIn, rolesIn } from '../rooms/extensions.ts';
import type { LeaveStatement } from '../rooms/leave-statement.ts';
import { isAllowed } from '../rooms/policy.ts';
import { failureOf } from '../recovery/failures.ts';
import { openOuter } from '../wire/outer.ts';
import { notesOf, type CommitDone } from './commit-notes.ts';
import { renewed } from './heard.ts';
import { personOf, shownOf } from './people.ts';
import { answerLead, heardFrom, refusedOne } from './apart.ts';
import { heardWithin } from './dead-end.ts';
import { followMove } from './moving.ts';
import { nextRenewal } from './upkeep.ts';
import { noteSameNames } from './recognition.ts';
import type { Room } from './room.ts';
import type { InGroup, Pending, Step } from './state.ts';
import { forsake } from './wishes.ts';

export async function receiveCommit(room: Room, step: Step, envelope: Envelope): Promise<void> {
  const payload = decodeCommitPayload(envelope.payload);
  const { pending } = step;
  if (payload !== undefined && pending !== null && equalBytes(pending.record.id, envelope.id) && equalBytes(pending.record.sealed, payload.sealed)) {
    return takeOwn(room, step, pending, envelope.seq);
  }
  const judgement = payload === undefined ? INVALID : await judged(step, envelope, payload);
  // Whatever it is, it came first: the relay will not take ours.
  step.pending = null;
  switch (judgement.kind) {
    case 'invalid':
      step.update({ rejected: step.record.rejected + 1 });
      refusedOne(step, judgement.by, envelope.seq);
      room.note(step, envelope.seq, { kind: 'invalid-commit', by: judgement.by === null ? null : room.storedPerson(judgement.by) });
      return;
    case 'removed':
      return leaveFor(room, step, judgement.facts, envelope.seq);
    case 'commit':
      step.consumed.push(...judgement.consumed);
      if (judgement.facts.by.kind === 'member') heardWithin(step, judgement.facts.by.member);
      heardFrom(step, judgement.facts.by.member);
      answerLead(step, judgement.facts.by.member, envelope.seq);
      noteDone(room, step, doneBy(judgement.facts, judgement.group), envelope.seq);
      return enter(room, step, judgement, envelope.seq, judgement.facts.by.member);
    default:
      return assertNever(judgement);
  }
}

type Judgement =
  | (InGroup & { readonly kind: 'commit'; readonly facts: CommitFacts; readonly consumed: readonly Uint8Array[] })
  | Extract<Received, { kind: 'removed' }>
  /** `by`: whoever signed it, where that is certain. */
  | { readonly kind: 'invalid'; readonly by: Member | null };

const INVALID: Judgement = { kind: 'invalid', by: null };

async function judged(step: Step, envelope: Envelope, payload: CommitPayload): Promise<Judgement> {
  const { mls } = step;
  if (mls === null) return INVALID;
  try {
    // Only what was sealed together with what is registered opens: from here on, a fault is its sender's and not the relay's.
    const outer = openOuter(mls.keys, { ...envelope, head: envelope.payload.subarray(0, COMMIT_HEADER_BYTES) }, payload.sealed);
    const received = await mls.group.receive(outer.message, (facts) => isAllowed(facts) && outer.fromOutside === (facts.by.kind === 'external'));
    if (received.kind === 'message') return INVALID;
    const by = received.facts.by.member;
    // The next epoch's keys are out of reach: what remains to be seen is that the commit was marked as what it is.
    if (received.kind === 'removed') return payload.closing ? received : { kind: 'invalid', by };
    const keys = await epochKeys(envelope.room, received.group);
    if (!isRegisteredTruly(payload, received.group, keys, received.facts.removed.length > 0)) return { kind: 'invalid', by };
    return { ...received, keys };
  } catch (cause) {
    if (failureOf(cause, 'reading-commit') === undefined) throw cause;
    return { kind: 'invalid', by: (cause instanceof MlsError ? cause.signer : undefined) ?? null };
  }
}

/** Ours was the first valid one: what was made pending is now so. */
function takeOwn(room: Room, step: Step, pending: Pending, seq: Seq): void {
  const before = step.mls?.group;
  const own = before?.members.find(({ leaf }) => leaf === before.me);
  step.pending = null;
  step.consumed.push(...pending.consumed);
  if (before !== undefined && own !== undefined) {
    const removed = before.members.filter(({ deviceKey }) => !pending.group.members.some((member) => equalBytes(member.deviceKey, deviceKey)));
    noteDone(room, step, { before, after: pending.group, by: own, external: false, removed, authenticatedData: pending.record.leaves }, seq);
    enter(room, step, pending, seq, own);
  }
  const { fulfils } = pending.record;
  const done = step.record.wanted.filter(({ id }) => fulfils.includes(id));
  step.update({ wanted: step.record.wanted.filter((intent) => !done.includes(intent)) });
  for (const intent of done) {
    if (intent.kind === 'invite' && intent.for === null) room.keepSecret(step, intent);
    if (intent.kind === 'revoke') step.change({ kind: 'delete', store: 'meta', key: ['invite', room.key, toBase64Url(intent.invite)] });
    step.then(() => room.fulfilled(intent.id));
  }
}

function enter(room: Room, step: Step, next: InGroup, began: Seq, by: Member): void {
  step.mls = { group: next.group, keys: next.keys };
  const { knocks, leaves, members: before } = step.record;
  const { invites = [], refused = [] } = allInvitesIn(next.group.extensions) ?? {};
  const { members } = next.group;
  const isOpen = ({ person, as, invite }: StoredKnock): boolean =>
    invites.some(({ id }) => equalBytes(id, invite)) &&
    !members.some(({ identityKey }) => equalBytes(identityKey, person)) && !invites.some(({ sign }) => equalBytes(sign, as.sign)) && !refused.some(({ key }) => equalBytes(key, as.sign));
  const isThere = ({ device }: LeaveStatement): boolean => members.some(({ deviceKey }) => equalBytes(deviceKey, device));
  step.update({
    epoch: next.keys.epoch, began, rejected: 0, ...shownOf(next.group, step.record), ...(knocks.every(isOpen) ? {} : { knocks: knocks.filter(isOpen) }),
    ...(leaves.every(isThere) ? {} : { leaves: leaves.filter(isThere) }),
  });
  noteSameNames(room, step, before, began);
  renewed(step, by.identityKey, room.host.clock.now());
  if (equalBytes(by.deviceKey, ownDevice(next) ?? EMPTY)) step.update({ renewAt: nextRenewal(room, members.length) });
  followMove(room, step);
  // A refresh only paves the way: somebody else has done it.
  step.update({ wanted: step.record.wanted.filter(({ kind }) => kind !== 'refresh') });
}

const EMPTY = new Uint8Array(0);

const ownDevice = ({ group }: InGroup): Uint8Array | undefined => group.members.find(({ leaf }) => leaf === group.me)?.deviceKey;

/** We were removed: history stays, the keys go. */
function leaveFor(room: Room, step: Step, facts: CommitFacts, seq: Seq): void {
  const after = { groupId: facts.before.groupId, extensions: facts.extensions, members: facts.before.members.filter(({ leaf }) => !facts.removed.some((gone) => gone.leaf === leaf)) };
  noteDone(room, step, { ...doneBy(facts, after), after }, seq);
  const others = step.record.members.filter(({ person }) => !facts.removed.some(({ identityKey }) => equalBytes(identityKey, person)));
  const me = room.host.profile().identityKey;
  const banned = rolesIn(facts.extensions)?.banned.some(({ identity }) => equalBytes(identity, me)) ?? false;
  step.mls = null;
  const { standing } = step.record;
  step.update({ standing: standing.kind === 'left' ? standing : { kind: 'removed', by: personOf(room.storedPerson(facts.by.member)), banned }, members: others, knocks: [], leaves: [], owed: [] });
  forsake(room, step, 'We were removed from the room.');
  step.then(() => room.left());
}

const doneBy = (facts: CommitFacts, after: CommitDone['after']): CommitDone => ({
  before: facts.before, after, by: facts.by.member, external: facts.by.kind === 'external', removed: facts.removed, authenticatedData: facts.authenticatedData,
});

function noteDone(room: Room, step: Step, done: CommitDone, seq: Seq): void {
  if (done.external && done.before.members.length === 1) step.update({ aloneThrough: seq + step.record.shift });
  for (const [i, fact] of notesOf(done).entries()) room.note(step, seq + i / 1024, fact);
}
