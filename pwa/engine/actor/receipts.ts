/**
 * Delivery receipts: one message says "I hold everything up to here" for a whole burst, and nobody
 * repeats what another has said already. Receipts are never receipted.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import type { EnvelopeId, Seq } from '../../../shared/ids.ts';
import type { IdentityKey, Member } from '../mls/index.ts';
import { decodeItem } from '../records/message-records.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

/** Milliseconds from the first message of a burst to its receipt; in larger rooms spread, so that one speaks for many. */
const DEBOUNCE = 1000;
const SPREAD = 4000;
/** Own messages whose status is told anew at most. */
const MOST_TOLD = 200;

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

async function tellReceived(room: Room, after: number, through: number): Promise<void> {
  const rows = await room.host.storage.range('timeline', { prefix: [room.key], after, before: through + 1, reverse: true, limit: MOST_TOLD });
  const items = rows.flatMap(({ value }) => decodeItem(value) ?? []).filter((item) => item.kind === 'message' && item.mine && item.position <= through);
  room.tell(items);
}

/** Sets the timer where something is owed and none runs. */
export function scheduleReceipt(room: Room): void {
  const { record } = room.state;
  if (record.owed.length === 0 || record.standing.kind !== 'member' || room.receiptDue !== undefined || !room.isLive) return;
  const wait = DEBOUNCE + room.host.randomness.fraction() * SPREAD * Math.min(1, (record.members.length - 2) / 10);
  room.receiptDue = room.host.clock.after(wait, () => {
    room.receiptDue = undefined;
    void room.run(() => enqueueReceipt(room)).then(() => room.poke());
  });
}

async function enqueueReceipt(room: Room): Promise<void> {
  const { record } = room.state;
  if (record.owed.length === 0 || record.standing.kind !== 'member') return;
  const step = room.step();
  step.update({ owed: [] });
  const id = room.host.randomness.bytes(16) as EnvelopeId;
  step.enqueue({ id, order: room.outbox.nextOrder(), at: room.host.clock.now(), body: { kind: 'delivered', through: record.cursor }, sealed: null });
  await room.store(step);
}
