/** What comes from the relay, in the order it came: envelopes in batches, everything else one by one. */
import { equalBytes, toHex } from '../../../shared/bytes.ts';
import { START, type EnvelopeId, type Seq } from '../../../shared/ids.ts';
import { assertNever } from '../../../shared/never.ts';
import type { RoomEvent } from '../sync/relay-link.ts';
import { pull, pullRefused, wentBack } from './catch-up.ts';
import { join } from './join.ts';
import { endMissed } from './missed.ts';
import { seeWhereWeAre } from './rejoin.ts';
import { failureOf } from '../recovery/failures.ts';
import { RelayRefusal } from '../sync/refusal.ts';
import { contradiction } from './overlap.ts';
import { placeOwn } from './receive-message.ts';
import { receive, type Delivered } from './receive.ts';
import { commitRefused, messageRefused } from './refused.ts';
import { offerAgain } from './roll-back.ts';
import type { Outgoing } from './outbox.ts';
import type { Room } from './room.ts';
import { sayWhereToWake } from './waking.ts';

/** `again`: the time has come to try what the relay refused for a while. */
export type Incoming = RoomEvent | { readonly kind: 'again' };

/** Envelopes in one transaction at most. */
const MOST_IN_BATCH = 256;

export async function workOff(room: Room): Promise<void> {
  const batch: Delivered[] = [];
  for (let next = room.inbox[0]; next?.kind === 'envelope' && batch.length < MOST_IN_BATCH; next = room.inbox[0]) {
    batch.push(next);
    room.inbox.shift();
  }
  if (batch.length > 0) return receiveBatch(room, batch);
  const event = room.inbox.shift();
  if (event !== undefined) await handle(room, event);
}

async function receiveBatch(room: Room, batch: readonly Delivered[]): Promise<void> {
  const other = contradiction(room, batch);
  if (other !== undefined) return wentBack(room, other.opened);
  await receive(room, batch);
  const { record, pending } = room.state;
  if (pending === null) room.commitInFlight = false;
  // A new epoch has a key of its own: without it, nothing after the next closing commit could be read, nor anything sent.
  if (room.openedEpoch !== undefined && room.openedEpoch !== toHex(record.epoch) && room.isActive) await room.open();
}

async function handle(room: Room, event: Incoming): Promise<void> {
  switch (event.kind) {
    case 'online':
      room.disconnected();
      return begin(room);
    case 'again':
      return begin(room);
    case 'offline':
      room.phase = 'offline';
      return room.disconnected();
    case 'envelope':
      return receiveBatch(room, [event]);
    case 'ack':
      return acked(room, event.id, event.seq);
    case 'pulled':
      if (event.ref !== room.pullRef) return;
      if (room.overlap !== undefined) return wentBack(room, room.overlap.opened);
      if (!event.live) return pull(room, Math.max(event.through, room.state.record.cursor) as Seq);
      return atHead(room);
    case 'pull-refused':
      return event.ref === room.pullRef ? pullRefused(room, event.code, event.retryAfter) : undefined;
    case 'behind':
      return pull(room, room.state.record.cursor);
    case 'refused':
      return refused(room, event);
    default:
      return assertNever(event);
  }
}

/** Everything that the relay has for us was worked off. */
async function atHead(room: Room): Promise<void> {
  try {
    await seeWhereWeAre(room);
  } catch (cause) {
    const failure = failureOf(cause, 'opening');
    if (failure === undefined) throw cause;
    return failure === 'no-connection' ? undefined : room.seeAgain(cause instanceof RelayRefusal ? cause.retryAfter : 0);
  }
  if (!room.isActive || room.doubt !== undefined) return;
  room.phase = 'live';
  sayWhereToWake(room);
  room.host.changed();
  await endMissed(room);
  await offerAgain(room);
}

function begin(room: Room): Promise<void> {
  room.phase = 'opening';
  return room.isAtDoor ? join(room) : room.open();
}

async function acked(room: Room, id: EnvelopeId, seq: Seq): Promise<void> {
  const outgoing = room.outbox.get(id);
  if (outgoing === undefined) return;
  outgoing.acked = true;
  room.tellQueued(outgoing);
  if (outgoing.entry.body.kind === 'leave') return left(room, outgoing);
  if (seq > room.state.record.cursor) return; // its echo places it
  // Stored so long ago that its echo is behind us, or no longer kept: between what stands there.
  const step = room.step();
  await placeOwn(room, step, outgoing.entry, seq + 0.5);
  await room.store(step);
}

async function left(room: Room, { entry }: Outgoing): Promise<void> {
  const step = room.step();
  await placeOwn(room, step, entry, START);
  await room.store(step);
}

async function refused(room: Room, { id, code, retryAfter }: Extract<RoomEvent, { kind: 'refused' }>): Promise<void> {
  const { pending } = room.state;
  if (pending !== null && equalBytes(pending.record.id, id)) return commitRefused(room, code, retryAfter);
  const outgoing = room.outbox.get(id);
  if (outgoing !== undefined) messageRefused(room, outgoing, code, retryAfter);
}
