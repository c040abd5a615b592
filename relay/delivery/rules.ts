/**
 * The first half of a turn: each job is judged against the state in memory, in the order of arrival, and what it
 * changes is changed there and listed for the store. Nothing has been promised yet: if the store fails,
 * `undo.ts` undoes it all, last first.
 */
import { createHash, randomBytes } from 'node:crypto';
import { encodeCommitPayload } from '../../shared/commit.ts';
import { encodeEnvelope, ID_AT, isKnock, placeAt } from '../../shared/envelope.ts';
import { START, type Incarnation, type InviteKey, type Seq } from '../../shared/ids.ts';
import { assertNever } from '../../shared/never.ts';
import { epochIdOf, invitesDigestOf, REFUSED, type InviteRegistration } from '../../shared/statements.ts';
import type { Clock } from '../clock.ts';
import type { RelayLimits } from '../limits.ts';
import type { EpochRecord, Store, Write } from '../store/store.ts';
import type { Space } from '../admission/space.ts';
import { Allowance } from '../socket/allowance.ts';
import { DedupeWindow } from './dedupe.ts';
import type { Epoch } from './epochs.ts';
import type { CommitJob, CreateJob, DeleteJob, Job, OpenJob, Outcome, SendJob, SignalJob } from './jobs.ts';
import { copyOf, keyOf } from '../bytes.ts';
import { Membership } from './membership.ts';
import { Room } from './room.ts';
import type { Rooms } from './rooms.ts';

export interface RuleContext {
  readonly store: Store;
  readonly rooms: Rooms;
  readonly limits: RelayLimits;
  readonly clock: Clock;
  readonly space: Space;
}

/** What one turn changes. */
export interface Changes {
  readonly writes: Write[];
  readonly rooms: Set<Room>;
  readonly signals: SignalJob[];
}

export const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(data).digest());

const refused = (code: Extract<Outcome, { type: 'refused' }>['code'], retryAfter = 0): Outcome => ({ type: 'refused', code, retryAfter });
/** Milliseconds that a sender is asked to wait after the store failed. */
export const STORE_RETRY = 1000;
/** Milliseconds: space comes back when somebody makes some, not in a moment. */
export const SPACE_RETRY = 5000;
const MINUTE = 60;
const PENDING: Outcome = { type: 'pending' };

/** What became of the job; `pending` for those that are answered by reading, after the writes. */
export function judge(job: Job, context: RuleContext, changes: Changes): Outcome {
  switch (job.type) {
    case 'send': return send(job, context, changes);
    case 'signal': return signal(job, changes);
    case 'commit': return commit(job, context, changes);
    case 'create': return create(job, context, changes);
    case 'open': return open(job, context);
    case 'delete': return remove(job, context, changes);
    case 'pull':
    case 'group-info': return PENDING;
    default: return assertNever(job);
  }
}

function send({ membership, frame }: SendJob, context: RuleContext, changes: Changes): Outcome {
  const { room } = membership;
  if (room.gone) return refused('no-access');
  if (room.window === undefined) return refused('unavailable', STORE_RETRY);
  const before = room.window.seqOf(frame, ID_AT);
  if (before !== undefined) return { type: 'duplicate', seq: before };
  const epoch = membership.epochNamed(frame);
  const knocks = isKnock(frame);
  if (epoch === undefined || (!knocks && !membership.proven.has(epoch))) return refused('read-only');
  if (!room.tree.isTip(epoch)) return refused('stale-epoch');
  if (context.space.refuses(frame.length)) return refused('relay-full', SPACE_RETRY);
  const turnedAway = knocks ? atTheDoor(membership, epoch, context) : undefined;
  if (turnedAway !== undefined) return turnedAway;
  const seq = place(room, epoch, frame, changes);
  changes.writes.push({ type: 'append', log: room.log, seq, frame });
  return { type: 'placed', seq };
}

/** A knock is from one who may come in by an invite at that epoch, and few a minute are heard. Undefined for one that is. */
function atTheDoor({ room, invite }: Membership, epoch: Epoch, { limits, clock }: RuleContext): Outcome | undefined {
  if (invite === undefined) return refused('read-only');
  const standing = inviteStanding(room, room.registration(epoch, invite), invite, clock);
  if (standing !== 'good') return refused(standing);
  room.knocks ??= new Allowance(limits.knocksPerRoom / MINUTE, limits.knocksPerRoom, clock.ticks());
  const wait = room.knocks.take(1, clock.ticks());
  return wait > 0 ? refused('rate-limited', wait) : undefined;
}

function place(room: Room, epoch: Epoch, frame: Uint8Array, changes: Changes): Seq {
  const seq = (room.head + 1) as Seq;
  room.head = seq;
  placeAt(frame, seq);
  room.window?.add(seq, frame, ID_AT);
  room.fresh.push({ epoch, frame });
  changes.rooms.add(room);
  return seq;
}

/** Never stored: it is only passed on, by one who could also write. */
function signal(job: SignalJob, changes: Changes): Outcome {
  const { room, proven } = job.membership;
  if (room.gone) return refused('no-access');
  const epoch = room.epoch(job.envelope.epoch);
  if (epoch === undefined || !proven.has(epoch)) return refused('read-only');
  if (!room.tree.isTip(epoch)) return refused('stale-epoch');
  changes.signals.push(job);
  return PENDING;
}

function commit({ membership, bundle }: CommitJob, { limits, clock, space }: RuleContext, changes: Changes): Outcome {
  const { room } = membership;
  if (room.gone) return refused('no-access');
  if (room.window === undefined) return refused('unavailable', STORE_RETRY);
  const before = room.window.seqOf(bundle.id);
  if (before !== undefined) return { type: 'duplicate', seq: before };
  const parent = room.epoch(bundle.parent);
  if (parent === undefined) return refused('read-only');
  let invite: InviteKey | undefined;
  if (!membership.proven.has(parent)) {
    ({ invite } = membership);
    if (invite === undefined) return refused('read-only');
    const standing = inviteStanding(room, room.registration(parent, invite), invite, clock);
    if (standing !== 'good') return refused(standing);
    if (bundle.closing) return refused('read-only'); // one who joins removes nobody
  }
  // Compare and swap: the committer has judged every candidate that stands there. A joiner can judge none.
  if (parent.children.length !== bundle.rejected || (invite !== undefined && bundle.rejected > 0)) return refused('commit-lost');
  if (bundle.rejected >= limits.candidates) return refused('commit-lost');
  if (bundle.rejected > 0 && membership.offered(parent) >= limits.candidatesPerConnection) return refused('rate-limited', 60_000);
  const epochId = epochIdOf(room.id, bundle.access, sha256);
  if (room.epoch(epochId) !== undefined) return refused('epoch-exists');
  if (space.refuses(bundle.commit.length + bundle.groupInfo.length)) return refused('relay-full', SPACE_RETRY);
  room.commits ??= new Allowance(limits.commitsPerRoom / MINUTE, limits.commitsPerRoom, clock.ticks());
  const wait = room.commits.take(1, clock.ticks());
  if (wait > 0) return refused('rate-limited', wait);
  if (bundle.rejected > 0) membership.offers(parent, 1);

  const frame = encodeEnvelope({
    kind: 'commit', room: room.id, epoch: parent.id, id: bundle.id, seq: START,
    payload: encodeCommitPayload({
      access: bundle.access, invites: invitesDigestOf(bundle.invites, sha256), closing: bundle.closing, sealed: bundle.commit,
    }),
  });
  const seq = place(room, parent, frame, changes);
  const record: EpochRecord = {
    number: room.tree.nextNumber, parent: parent.number, id: epochId, access: copyOf(bundle.access), closing: bundle.closing, seq,
    invites: ownInvites(bundle.invites),
  };
  room.tree.add(record);
  for (const { key } of record.invites) if (!room.uses.has(keyOf(key))) room.uses.set(keyOf(key), 0);
  if (invite !== undefined) {
    room.uses.set(keyOf(invite), (room.uses.get(keyOf(invite)) ?? 0) + 1);
    membership.invite = undefined;
  }
  changes.writes.push({ type: 'commit', log: room.log, seq, frame, epoch: record, groupInfo: bundle.groupInfo, invite });
  return invite === undefined ? { type: 'placed', seq } : { type: 'placed', seq, invite };
}

const ownInvites = (invites: readonly InviteRegistration[]): readonly InviteRegistration[] => invites.map((invite) => ({ ...invite, key: copyOf(invite.key) }));

function inviteStanding(room: Room, registration: InviteRegistration | undefined, invite: InviteKey, clock: Clock) {
  const used = room.uses.get(keyOf(invite));
  if (used === undefined) return 'no-access';
  // Where it stands no more, it may have ended by itself before it was dropped.
  const last = registration ?? room.lastRegistration(invite);
  if (last === undefined) return 'invite-revoked';
  if (last.expires === REFUSED.expires) return 'knock-refused';
  if (last.expires !== 0 && clock.now() >= last.expires * 1000) return 'invite-expired';
  if (last.uses !== 0 && used >= last.uses) return 'invite-used-up';
  return registration === undefined ? 'invite-revoked' : 'good';
}

/** Asked again with the same first key, it is answered as the first time: the answer may have been lost. */
function create({ subscriber, room: id, request }: CreateJob, context: RuleContext, changes: Changes): Outcome {
  const { rooms, store, limits, space } = context;
  const existing = rooms.get(keyOf(id));
  const epochId = epochIdOf(id, request.access, sha256);
  if (existing !== undefined) {
    const first = existing.epoch(epochId);
    return first?.number === 0 ? grant(existing, subscriber, limits, { type: 'epoch', epoch: first }) : refused('room-exists');
  }
  if (subscriber.memberships.size >= limits.rooms) return refused('too-many-rooms');
  if (space.refusesRooms) return refused('relay-full', SPACE_RETRY);
  space.madeRoom();
  const epoch: EpochRecord = {
    number: 0, parent: undefined, id: epochId, access: copyOf(request.access), closing: false, seq: START, invites: ownInvites(request.invites),
  };
  const log = store.newLog();
  const incarnation = new Uint8Array(randomBytes(16)) as Incarnation;
  const room = new Room(id, {
    log, incarnation, head: START, floor: 1 as Seq, complete: 1 as Seq, epochs: [], uses: request.invites.map(({ key }) => ({ key, used: 0 })),
  });
  room.window = new DedupeWindow(limits.dedupe);
  rooms.add(room);
  changes.writes.push({ type: 'create', log, room: id, incarnation, epoch, groupInfo: request.groupInfo });
  return grant(room, subscriber, limits, { type: 'epoch', epoch: room.tree.add(epoch) }, true);
}

function open({ subscriber, room, by }: OpenJob, { limits, clock }: RuleContext): Outcome {
  if (room.gone) return refused('no-access');
  // One that a failed turn had begun is gone again.
  if (by.type !== 'invite') return room.epoch(by.epoch.id) === by.epoch ? grant(room, subscriber, limits, by) : refused('no-access');
  const standings = room.tipsWith(by.invite).map((tip) => inviteStanding(room, room.registration(tip, by.invite), by.invite, clock));
  const worst = standings[0] ?? inviteStanding(room, undefined, by.invite, clock);
  if (!standings.includes('good') && worst !== 'good') return refused(worst);
  return grant(room, subscriber, limits, by);
}

function grant(room: Room, subscriber: Job['subscriber'], limits: RelayLimits, by: OpenJob['by'], made = false): Outcome {
  let membership = subscriber.memberships.get(room.key);
  if (membership === undefined) {
    if (subscriber.memberships.size >= limits.rooms) return refused('too-many-rooms');
    membership = new Membership(subscriber, room);
    if (!subscriber.closed) {
      subscriber.memberships.set(room.key, membership);
      room.members.add(membership);
    }
  }
  if (by.type === 'invite') membership.invite = copyOf(by.invite);
  else membership.prove(by.epoch, limits.keysPerRoom);
  return { type: 'granted', membership, made, ticket: by.type === 'epoch' ? by.epoch : undefined };
}

function remove({ room }: DeleteJob, { rooms }: RuleContext, changes: Changes): Outcome {
  if (room.gone) return refused('no-access');
  room.gone = true;
  rooms.remove(room);
  changes.writes.push({ type: 'delete', log: room.log });
  return { type: 'deleted', room };
}
