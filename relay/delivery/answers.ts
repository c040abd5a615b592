/** The second half of a turn, once the batch is durable: acks and errors, fan-out, then what is read. */
import { encodeAck } from '../../shared/ack.ts';
import type { ErrorCode } from '../../shared/codes.ts';
import { encodeControl, type RelayControl } from '../../shared/control.ts';
import { decodeEnvelope, EPOCH_AT, ID_AT, ROOM_AT, SEQ_AT } from '../../shared/envelope.ts';
import { START, type EnvelopeId, type RoomId, type Seq } from '../../shared/ids.ts';
import { assertNever } from '../../shared/never.ts';
import type { Counters } from '../counters.ts';
import type { RelayLimits } from '../limits.ts';
import type { Range, Store } from '../store/store.ts';
import { Batch } from './batch.ts';
import { isBeyondClosing, readableHead, type Epoch } from './epochs.ts';
import type { GroupInfoJob, Job, PullJob, SignalJob } from './jobs.ts';
import { keyOf } from '../bytes.ts';
import type { Membership } from './membership.ts';
import type { Fresh, Room } from './room.ts';
import type { Subscriber } from './subscriber.ts';
import type { Tickets } from './tickets.ts';

export const postControl = (subscriber: Subscriber, control: RelayControl): void => subscriber.post(encodeControl(control));

export interface About {
  readonly ref?: number;
  readonly room?: RoomId;
  readonly id?: EnvelopeId;
}

export function postError(subscriber: Subscriber, code: ErrorCode, { ref, room, id }: About, retryAfter = 0): void {
  subscriber.refused(code);
  postControl(subscriber, { t: 'error', ref: ref ?? null, room: room ?? null, id: id ?? null, code, retryAfter });
}

/** To what an error about a job refers. */
function aboutOf(job: Job): About {
  switch (job.type) {
    case 'send': return { room: job.frame.subarray(ROOM_AT, EPOCH_AT) as RoomId, id: job.frame.subarray(ID_AT, SEQ_AT) as EnvelopeId };
    case 'signal': return { room: job.envelope.room, id: job.envelope.id };
    case 'commit': return { room: job.bundle.room, id: job.bundle.id };
    case 'create': return { ref: job.request.ref, room: job.room };
    case 'open':
    case 'delete': return { ref: job.ref, room: job.room.id };
    case 'pull':
    case 'group-info': return { ref: job.request.ref, room: job.request.room };
    default: return assertNever(job);
  }
}

/** Answers what the first half of the turn has decided. */
export function answer(job: Job, tickets: Tickets): void {
  const { subscriber, outcome } = job;
  switch (outcome.type) {
    case 'placed':
      if (job.type === 'send') return subscriber.acknowledge(job.frame);
      if (job.type === 'commit') subscriber.post(encodeAck({ room: job.bundle.room, id: job.bundle.id, seq: outcome.seq }));
      return;
    case 'duplicate': {
      const { room, id } = aboutOf(job);
      if (room !== undefined && id !== undefined) subscriber.post(encodeAck({ room, id, seq: outcome.seq }));
      return;
    }
    case 'refused':
      postError(subscriber, outcome.code, aboutOf(job), outcome.retryAfter);
      return;
    case 'granted': {
      const { room, proven } = outcome.membership;
      const head = proven.size === 0 ? room.head : readableHead(room.tree, proven, room.head);
      outcome.membership.told = room.complete;
      const ref = job.type === 'create' ? job.request.ref : job.type === 'open' ? job.ref : 0;
      const began = job.type === 'open' && job.by.type !== 'invite' ? job.by.epoch.seq : START;
      const ticket = outcome.ticket === undefined ? {} : { ticket: tickets.of(room, outcome.ticket) };
      postControl(subscriber, { t: 'opened', ref, room: room.id, incarnation: room.incarnation, began, head, floor: room.floor, complete: room.complete, ...ticket });
      return;
    }
    case 'deleted':
      for (const member of outcome.room.members) {
        member.subscriber.memberships.delete(outcome.room.key);
        if (member.subscriber !== subscriber) postError(member.subscriber, 'no-access', { room: outcome.room.id });
      }
      outcome.room.members.clear();
      if (job.type === 'delete') postControl(subscriber, { t: 'done', ref: job.ref });
      return;
    case 'pending':
      return;
    default:
      assertNever(outcome);
  }
}

/** Gives every live member what is new and theirs to read: the same buffer to all who may read all of it. */
export function fanOut(room: Room, limits: RelayLimits, counters: Counters): void {
  const { fresh } = room;
  room.fresh = [];
  if (fresh.length === 0) return;
  const whole = new Batch(fresh.map(({ frame }) => frame));
  const epochs = new Set<Epoch>();
  for (const { epoch } of fresh) epochs.add(epoch);
  const [sole] = epochs.size === 1 ? epochs : [];
  for (const member of room.members) {
    if (!member.live) continue;
    if (member.subscriber.buffered() > limits.buffered) {
      setBehind(member, counters);
    } else if (sole === undefined ? [...epochs].every((epoch) => member.reads(epoch)) : member.reads(sole)) {
      member.subscriber.post(whole);
      counters.delivered += fresh.length;
    } else {
      fanOutPart(member, fresh, counters);
    }
  }
}

function fanOutPart(member: Membership, fresh: readonly Fresh[], counters: Counters): void {
  let beyond = false;
  for (const { epoch, frame } of fresh) {
    if (member.reads(epoch)) {
      member.subscriber.post(frame);
      counters.delivered++;
    } else if (isBeyondClosing(member.proven, epoch) && member.isToldBeyond(epoch)) {
      beyond = true;
    }
  }
  if (beyond) setBehind(member, counters);
}

function setBehind(member: Membership, counters: Counters): void {
  member.live = false;
  counters.behind++;
  postControl(member.subscriber, { t: 'behind', room: member.room.id });
}

export function fanOutSignal({ membership, envelope, frame }: SignalJob, limits: RelayLimits): void {
  const { room } = membership;
  const epoch = room.epoch(envelope.epoch);
  if (epoch === undefined) return;
  const batch = new Batch([frame]);
  for (const member of room.members) {
    if (member !== membership && member.live && member.reads(epoch) && member.subscriber.buffered() <= limits.buffered) member.subscriber.post(batch);
  }
}

/** Answers a pull for which the store need not be asked; else tells what is to be read. */
export function answerShortPull({ subscriber, membership, request }: PullJob, limits: RelayLimits): Range | undefined {
  const { room, proven } = membership;
  const about = { ref: request.ref, room: room.id };
  if (room.gone || proven.size === 0) {
    postError(subscriber, 'no-access', about);
    return undefined;
  }
  const grows = room.tree.tips().some((tip) => membership.reads(tip));
  const head = readableHead(room.tree, proven, room.head);
  if (request.after > head) {
    // Whoever reads no growing epoch is not told the head, so cannot be told that the cursor lies beyond it.
    if (grows) postError(subscriber, 'ahead-of-log', about);
    else postPulled(membership, request.ref, request.after, request.after);
    return undefined;
  }
  const after = Math.max(request.after, membership.begin) as Seq;
  if (after + 1 < room.complete && membership.told < room.complete) {
    // It would meet a hole that it was not told of: it opens anew, and is.
    postError(subscriber, 'not-open', about);
    return undefined;
  }
  if (after < head) return { after, through: head, limit: Math.min(request.limit, limits.pull), bytes: limits.pullBytes };
  postPulled(membership, request.ref, head, head);
  return undefined;
}

/** Answers with how many bytes were read. */
export async function answerPull(job: PullJob, store: Store, limits: RelayLimits, counters: Counters): Promise<number> {
  const range = answerShortPull(job, limits);
  if (range === undefined) return 0;
  const { subscriber, membership, request } = job;
  const rows = await store.read(membership.room.log, range);
  const readable = rows.filter(readableBy(membership));
  if (readable.length > 0) subscriber.post(new Batch(readable));
  counters.pulled += readable.length;
  const last = rows.at(-1);
  postPulled(membership, request.ref, (last && decodeEnvelope(last)?.seq) ?? range.through, range.through);
  return rows.reduce((sum, row) => sum + row.length, 0);
}

function postPulled(membership: Membership, ref: number, through: Seq, head: Seq): void {
  membership.live = through >= head;
  postControl(membership.subscriber, { t: 'pulled', ref, room: membership.room.id, through, head, live: membership.live });
}

/** Of stored envelope frames; their epoch stands at offset 34. */
function readableBy(membership: Membership): (frame: Uint8Array) => boolean {
  let known = '';
  let answer = false;
  return (frame) => {
    const id = frame.subarray(34, 50);
    const key = keyOf(id);
    if (key !== known) {
      const epoch = membership.room.epoch(id as Epoch['id']);
      answer = epoch !== undefined && membership.reads(epoch);
      known = key;
    }
    return answer;
  };
}

export async function answerGroupInfo({ subscriber, membership, request }: GroupInfoJob, store: Store): Promise<void> {
  const { room, invite } = membership;
  const about = { ref: request.ref, room: room.id };
  if (room.gone) return postError(subscriber, 'no-access', about);
  const byInvite = invite === undefined ? [] : room.tipsWith(invite);
  const tips = room.tree.tips().filter((tip) => membership.reads(tip) || byInvite.includes(tip));
  const named = request.epoch === null ? tips[0] : room.epoch(request.epoch);
  if (named !== undefined && !room.tree.isTip(named)) return postError(subscriber, 'stale-epoch', about);
  if (named === undefined || !tips.includes(named)) return postError(subscriber, invite === undefined ? 'read-only' : 'invite-revoked', about);
  const groupInfo = (await store.groupInfo(room.log, named.number)) ?? new Uint8Array();
  postControl(subscriber, { t: 'group-info', ref: request.ref, room: room.id, epoch: named.id, groupInfo, head: room.head, tips: tips.map((tip) => tip.id) });
}
