/**
 * Receipts. Of delivery: one message says "I hold everything up to here" for a whole burst, and nobody repeats what another has
 * said already. Of reading: one message for a burst of reading, by each who chose to tell. Receipts are never receipted.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import { START, type EnvelopeId, type Seq } from '../../../shared/ids.ts';
import type { IdentityKey, Member } from '../mls/index.ts';
import { decodeItem } from '../records/message-records.ts';
import type { Body } from '../wire/bodies.ts';
import { readBy } from './heard.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

/** Milliseconds from the first message of a burst to its receipt; in larger rooms spread, so that one speaks for many. */
const DEBOUNCE = 1000;
const SPREAD = 4000;
/** Own messages whose status is told anew at most. */
const MOST_TOLD = 200;

/** Of a message, where one tells. */
export function oweArrival(room: Room, step: Step, to: IdentityKey, seq: Seq): void {
  if (room.host.preferences().deliveryReceipts) oweReceipt(step, to, seq);
}

/** Of what somebody has to know of. */
export function oweReceipt(step: Step, to: IdentityKey, seq: Seq): void {
  const others = step.record.owed.filter((debt) => !equalBytes(debt.to, to));
  step.update({ owed: [...others, { to: to.slice() as IdentityKey, seq }] });
}

/** Somebody holds everything up to `through`: our messages have arrived, and the others' need no receipt of ours. */
export function takeReceipt(room: Room, step: Step, sender: Member, through: Seq): void {
  const { owed, shift, receivedThrough } = step.record;
  const covered = owed.filter(({ to, seq }) => seq <= through && !equalBytes(to, sender.identityKey));
  if (covered.length > 0) step.update({ owed: owed.filter((debt) => !covered.includes(debt)) });
  const position = Math.min(through, step.record.cursor) + shift;
  if (equalBytes(sender.identityKey, room.host.profile().identityKey) || position <= receivedThrough) return;
  step.update({ receivedThrough: position });
  step.then(() => { void room.run(() => tellReceived(room, receivedThrough, position)); });
}

/** The sender holds everything up to there, and has read it. Whoever does not tell is not told. */
export function takeRead(room: Room, step: Step, sender: Member, through: Seq): void {
  takeReceipt(room, step, sender, through);
  if (!room.host.preferences().readReceipts || equalBytes(sender.identityKey, room.host.profile().identityKey)) return;
  const { shift, seenThrough, cursor } = step.record;
  const position = Math.min(through, cursor) + shift;
  readBy(step, sender.identityKey, position);
  if (position <= seenThrough) return;
  step.update({ seenThrough: position });
  step.then(() => { void room.run(() => tellReceived(room, seenThrough, position)); });
}

/** The person has read up to a position: to be told, once for a burst. */
export function oweRead(room: Room, step: Step, position: number): void {
  const { shift, cursor, readOwed } = step.record;
  const seq = Math.min(cursor, Math.floor(position - shift)) as Seq;
  if (room.host.preferences().readReceipts && seq > readOwed) step.update({ readOwed: seq });
}

/** Own messages, the latest: with another status than before. */
export async function tellReceived(room: Room, after: number, through: number): Promise<void> {
  const rows = await room.host.storage.range('timeline', { prefix: [room.key], after, before: through + 1, reverse: true, limit: MOST_TOLD });
  const items = rows.flatMap(({ value }) => decodeItem(value) ?? []).filter((item) => item.kind === 'message' && item.mine && item.position <= through);
  room.tell(items);
}

const isOwing = ({ state: { record } }: Room): boolean => record.owed.length > 0 || record.readOwed > START;

/** Sets the timer where something is owed and none runs. */
export function scheduleReceipt(room: Room): void {
  const { record } = room.state;
  if (!isOwing(room) || record.standing.kind !== 'member' || room.receiptDue !== undefined || !room.isLive) return;
  const wait = DEBOUNCE + room.host.randomness.fraction() * SPREAD * Math.min(1, (record.members.length - 2) / 10);
  room.receiptDue = room.host.clock.after(wait, () => {
    room.receiptDue = undefined;
    void room.run(() => enqueueReceipt(room)).then(() => room.poke());
  });
}

async function enqueueReceipt(room: Room): Promise<void> {
  const { record } = room.state;
  if (!isOwing(room) || record.standing.kind !== 'member') return;
  const step = room.step();
  const tell = (body: Extract<Body, { through: Seq }>): void => {
    step.enqueue({ id: room.host.randomness.bytes(16) as EnvelopeId, order: room.outbox.nextOrder(), at: room.host.clock.now(), body, sealed: null });
  };
  // To have read is to have received.
  if (record.readOwed > START && room.host.preferences().readReceipts) tell({ kind: 'read', through: record.readOwed });
  if (record.owed.some(({ seq }) => seq > record.readOwed)) tell({ kind: 'delivered', through: record.cursor });
  step.update({ owed: [], readOwed: START });
  await room.store(step);
}
