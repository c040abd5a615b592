/**
 * One commit envelope: our own come back, another's that all judge alike, or one that is invalid, which
 * is counted and otherwise left alone.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import { decodeCommitPayload, type CommitPayload } from '../../../shared/commit.ts';
import type { Envelope } from '../../../shared/envelope.ts';
import type { Seq } from '../../../shared/ids.ts';
import { CryptoError } from '../crypto/sodium.ts';
import { MlsError, type CommitFacts, type MlsGroup, type Received } from '../mls/index.ts';
import type { StoredFact } from '../records/message-records.ts';
import { epochKeys, isRegisteredTruly } from '../rooms/epoch-keys.ts';
import { roomTermsIn } from '../rooms/extensions.ts';
import { isAllowed } from '../rooms/policy.ts';
import { openOuter } from '../wire/outer.ts';
import { shownOf } from './people.ts';
import type { Room } from './room.ts';
import type { InGroup, Pending, Step } from './state.ts';

export async function receiveCommit(room: Room, step: Step, envelope: Envelope): Promise<void> {
  const payload = decodeCommitPayload(envelope.payload);
  const { pending } = step;
  if (payload !== undefined && pending !== null && equalBytes(pending.record.id, envelope.id) && equalBytes(pending.record.sealed, payload.sealed)) {
    return takeOwn(room, step, pending, envelope.seq);
  }
  const received = payload === undefined ? undefined : await judged(step, envelope, payload);
  // Whatever it is, it came first: the relay will not take ours.
  step.pending = null;
  switch (received?.kind) {
    case undefined:
      step.update({ rejected: step.record.rejected + 1 });
      room.note(step, envelope.seq, { kind: 'invalid-commit' });
      return;
    case 'removed':
      return leave(room, step, received.facts, envelope.seq);
    case 'commit':
      step.consumed.push(...received.consumed);
      noteFacts(room, step, received.facts, envelope.seq);
      return enter(step, received, envelope.seq);
  }
}

type Valid = (InGroup & { readonly kind: 'commit'; readonly facts: CommitFacts; readonly consumed: readonly Uint8Array[] }) | Extract<Received, { kind: 'removed' }>;

/** Undefined for an invalid one. */
async function judged(step: Step, envelope: Envelope, payload: CommitPayload): Promise<Valid | undefined> {
  const { mls } = step;
  if (mls === null) return undefined;
  try {
    const outer = openOuter(mls.keys, envelope, payload.sealed);
    const received = await mls.group.receive(outer.message, (facts) => isAllowed(facts) && outer.fromOutside === (facts.by.kind === 'external'));
    if (received.kind === 'message') return undefined;
    // The next epoch's keys are out of reach: what remains to be seen is that the commit was marked as what it is.
    if (received.kind === 'removed') return payload.closing ? received : undefined;
    const keys = await epochKeys(envelope.room, received.group);
    if (!isRegisteredTruly(payload, received.group, keys, received.facts.removed.length > 0)) return undefined;
    return { ...received, keys };
  } catch (cause) {
    if (cause instanceof CryptoError || cause instanceof MlsError) return undefined;
    throw cause;
  }
}

/** Ours was the first valid one: what was made pending is now so. */
function takeOwn(room: Room, step: Step, pending: Pending, seq: Seq): void {
  const before = step.mls?.group;
  step.pending = null;
  step.consumed.push(...pending.consumed);
  if (before !== undefined) noteOwn(room, step, before, pending.group, seq);
  enter(step, pending, seq);
  const { fulfils } = pending.record;
  const done = step.record.wanted.filter(({ id }) => fulfils.includes(id));
  step.update({ wanted: step.record.wanted.filter((intent) => !done.includes(intent)) });
  for (const intent of done) {
    if (intent.kind === 'invite') room.keepSecret(step, intent);
    step.then(() => room.fulfilled(intent.id));
  }
}

function enter(step: Step, next: InGroup, began: Seq): void {
  step.mls = { group: next.group, keys: next.keys };
  step.update({ epoch: next.keys.epoch, began, rejected: 0, ...shownOf(next.group, step.record) });
  // A refresh only paves the way: somebody else has done it.
  step.update({ wanted: step.record.wanted.filter(({ kind }) => kind !== 'refresh') });
}

/** We were removed: history stays, the keys go. */
function leave(room: Room, step: Step, facts: CommitFacts, seq: Seq): void {
  noteFacts(room, step, facts, seq);
  const others = step.record.members.filter(({ person }) => !facts.removed.some(({ identityKey }) => equalBytes(identityKey, person)));
  step.mls = null;
  step.update({ standing: { kind: 'removed', by: null, banned: false }, members: others, wanted: [], owed: [] });
  step.then(() => room.left());
}

function noteFacts(room: Room, step: Step, facts: CommitFacts, seq: Seq): void {
  const by = room.storedPerson(facts.by.member);
  if (facts.by.kind === 'external') {
    room.note(step, seq, { kind: 'joined', who: by });
    if (facts.before.members.length === 1) step.update({ aloneThrough: seq + step.record.shift });
  }
  const notes: StoredFact[] = facts.removed.map((member) => ({ kind: 'removed', who: room.storedPerson(member), by }));
  const name = roomTermsIn(facts.extensions)?.name;
  if (name !== undefined && name !== roomTermsIn(facts.before.extensions)?.name) notes.push({ kind: 'renamed', by, name });
  for (const [i, fact] of notes.entries()) room.note(step, seq + i / 1024, fact);
}

function noteOwn(room: Room, step: Step, before: MlsGroup, after: MlsGroup, seq: Seq): void {
  const { identityKey, name } = room.host.profile();
  const gone = before.members.filter(({ deviceKey }) => !after.members.some((member) => equalBytes(member.deviceKey, deviceKey)));
  for (const [i, member] of gone.entries()) room.note(step, seq + i / 1024, { kind: 'removed', who: room.storedPerson(member), by: { person: identityKey, name } });
}
