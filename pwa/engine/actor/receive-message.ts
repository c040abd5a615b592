/** One message envelope: one's own come back, a duplicate, somebody's words, or nothing that can be read. */
import { equalBytes, toBase64Url } from '../../../shared/bytes.ts';
import { decodeEnvelope, type Envelope } from '../../../shared/envelope.ts';
import type { EnvelopeId, Seq } from '../../../shared/ids.ts';
import type { Member } from '../mls/index.ts';
import type { OutboxEntry, StoredMessage } from '../records/message-records.ts';
import { personHash } from '../rooms/invite-link.ts';
import { isEffect, isStanding, type OutgoingBody } from '../wire/bodies.ts';
import { decodeMessage, type ReadMessage } from '../wire/content.ts';
import { failureOf } from '../recovery/failures.ts';
import { openOuter } from '../wire/outer.ts';
import { heardFrom } from './apart.ts';
import { checkClaim } from './claims.ts';
import { heardWithin } from './dead-end.ts';
import { heardOf } from './heard.ts';
import { noticed } from './keeping.ts';
import { finishLeave, takeLeave } from './leaving.ts';
import { isAdmin } from './people.ts';
import { settleMissed } from './missed.ts';
import { applyEffect, markSeen, placeMessage } from './placing.ts';
import { oweArrival, takeRead, takeReceipt } from './receipts.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';
import { takeWhisper } from './whisper.ts';

export async function receiveMessage(room: Room, step: Step, envelope: Envelope): Promise<void> {
  const own = room.outbox.get(envelope.id);
  if (own !== undefined && !step.newIds.has(toBase64Url(envelope.id)) && isEchoOf(own.entry, envelope)) return placeOwn(room, step, own.entry, envelope.seq);
  if (await isSeen(room, step, envelope.id)) {
    // After a relay went back: this one it still has.
    return step.update({ missing: step.record.missing.filter((id) => !equalBytes(id, envelope.id)) });
  }
  const received = await readMessage(step, envelope);
  if (received === undefined) {
    markSeen(step, envelope.id);
    return noteUnreadable(room, step, envelope.seq);
  }
  const { sender, message } = received;
  await checkClaim(room.host, step, message);
  heardOf(step, sender.identityKey, message.at, room.host.clock.now());
  settleMissed(room, step, envelope.seq, message.at);
  heardWithin(step, sender);
  heardFrom(step, sender);
  const { inviter } = step.record;
  if (inviter !== null && !step.record.confirmed && equalBytes(personHash(sender.identityKey), inviter)) step.update({ confirmed: true });
  switch (message.body.kind) {
    case 'delivered':
      markSeen(step, envelope.id);
      return takeReceipt(room, step, sender, message.body.through);
    case 'read':
      markSeen(step, envelope.id);
      return takeRead(room, step, sender, message.body.through);
    case 'leave':
      markSeen(step, envelope.id);
      return takeLeave(step, sender, message.body);
    case 'whisper':
      markSeen(step, envelope.id);
      return takeWhisper(room, step, sender, message.body);
    default:
      return placeTheirs(room, step, envelope, sender, message);
  }
}

/** By id and by what we sealed: an id alone could be anyone's. */
function isEchoOf(entry: OutboxEntry, envelope: Envelope): boolean {
  const sent = entry.sealed === null ? undefined : decodeEnvelope(entry.sealed.frame);
  return sent !== undefined && equalBytes(sent.payload, envelope.payload);
}

async function isSeen(room: Room, step: Step, id: EnvelopeId): Promise<boolean> {
  const key = toBase64Url(id);
  return step.newIds.has(key) || (await room.host.storage.get('seen', [step.room, key])) !== undefined;
}

/** The log has our message: from the outbox into the conversation, in the same transaction. */
export async function placeOwn(room: Room, step: Step, entry: OutboxEntry, seq: number): Promise<void> {
  step.dequeue(entry);
  if (entry.body.kind === 'leave') finishLeave(room, step);
  const { identityKey, name } = room.host.profile();
  await placeBody(room, step, { id: entry.id, position: seq + step.record.shift, at: entry.at, sender: { person: identityKey, name }, mine: true, newer: null, ...(entry.expires === undefined ? {} : { expires: entry.expires }) }, entry.body);
}

/** Opens both layers. Undefined, with the group as it was, for whatever no honest member could have sent. */
async function readMessage(step: Step, envelope: Envelope): Promise<{ readonly sender: Member; readonly message: ReadMessage } | undefined> {
  const { mls } = step;
  if (mls === null) return undefined;
  try {
    const outer = openOuter(mls.keys, envelope, envelope.payload);
    if (outer.fromOutside) return undefined;
    const received = await mls.group.receive(outer.message, () => false);
    if (received.kind !== 'message') return undefined;
    step.mls = { ...mls, group: received.group };
    step.consumed.push(...received.consumed);
    const message = decodeMessage(received.plaintext);
    return message === undefined ? undefined : { sender: received.sender, message };
  } catch (cause) {
    if (failureOf(cause, 'reading-message') === undefined) throw cause;
    return undefined;
  }
}

async function placeTheirs(room: Room, step: Step, envelope: Envelope, sender: Member, message: ReadMessage): Promise<void> {
  if (step.record.standing.kind === 'left') return markSeen(step, envelope.id);
  const position = envelope.seq + step.record.shift;
  const { at, body, newer, expires } = message;
  await placeBody(room, step, { id: envelope.id.slice() as EnvelopeId, position, at, sender: room.storedPerson(sender), mine: false, newer, ...(expires === undefined ? {} : { expires }) }, body);
  if (isStanding(body)) {
    step.then(() => { room.signs.wrote(sender, at); });
    if (position > step.record.readThrough) {
      step.update({ unread: step.record.unread + 1 });
      noticed(room, step, body, position);
    }
  }
  oweArrival(room, step, sender.identityKey, envelope.seq);
}

/** A line of its own, or a change to another. */
async function placeBody(room: Room, step: Step, about: Pick<StoredMessage, 'id' | 'position' | 'at' | 'sender' | 'mine' | 'newer' | 'expires'>, body: OutgoingBody): Promise<void> {
  if (isStanding(body)) return placeMessage(room.host, step, { ...about, body });
  markSeen(step, about.id);
  if (!isEffect(body)) return;
  const { id, position, at, sender } = about;
  await applyEffect(room.host, step, { id, position, at, sender, byAdmin: step.mls !== null && isAdmin(step.mls.group, sender.person), body });
}

/** Said once for a run of them. */
function noteUnreadable(room: Room, step: Step, seq: Seq): void {
  if (step.latest?.kind === 'notice' && step.latest.fact.kind === 'unreadable') return;
  room.note(step, seq, { kind: 'unreadable' });
}
