/**
 * Whoever comes in chooses among the epochs without successor that the relay shows, and cannot see which of them the members follow: one of them may
 * hang on a commit that all refuse, made so that newcomers end up where nobody is. So as long as nobody was heard of but the one who vouched
 * for that epoch, it is looked whether the room goes on elsewhere; and where it does, entered there.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import type { EnvelopeId } from '../../../shared/ids.ts';
import { EngineError } from '../api.ts';
import type { Member } from '../mls/index.ts';
import { decodeItem, type StoredMessage } from '../records/message-records.ts';
import { NO_DEAD_ENDS, type DeadEnds } from '../records/room-record.ts';
import { failureOf } from '../recovery/failures.ts';
import { beganAt } from '../rooms/standing.ts';
import { doorOfInvite, doorOfReturn, openDoor, readDoorway, type Door } from './doorway.ts';
import { messageKey } from './items.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

/** Milliseconds: the first look, and the longest between two. */
const FIRST_LOOK = 30_000;
const LAST_LOOK = 6 * 3_600_000;

/** Somebody was heard of where we came in. It says something of where the members are if they were there before us, and did not lead us there. */
export function heardWithin(step: Step, by: Member): void {
  const { entered } = step.record;
  const group = step.mls?.group;
  const own = group?.members.find(({ leaf }) => leaf === group.me);
  if (entered === null || group === undefined || own === undefined) return;
  const wasThere = (member: Member): boolean => beganAt(member) < beganAt(own) && !equalBytes(member.identityKey, own.identityKey);
  const isVoucher = (member: Member): boolean => equalBytes(member.identityKey, entered.voucher);
  if (!wasThere(by) || (isVoucher(by) && group.members.some((member) => wasThere(member) && !isVoucher(member)))) return;
  step.update({ entered: null, secret: null, deadEnds: NO_DEAD_ENDS });
}

/** Sets the timer where there is somebody to look for. */
export function scheduleLook(room: Room): void {
  if (!room.isLive || room.state.record.entered === null || room.look !== undefined) return;
  const wait = Math.min(LAST_LOOK, FIRST_LOOK * 2 ** room.looks);
  room.look = room.host.clock.after(wait * (1 + room.host.randomness.fraction()), () => {
    room.look = undefined;
    room.looks++;
    void room.run(() => look(room)).then(() => room.poke());
  });
}

async function look(room: Room): Promise<void> {
  if (!room.isLive || room.state.record.entered === null || room.state.pending !== null) return;
  try {
    if (await isElsewhere(room)) await goBackOut(room);
  } catch (cause) {
    // The door is shut to us by now, or the relay cannot say: then it is as it was.
    if (!(cause instanceof EngineError) && failureOf(cause, 'entering') === undefined) throw cause;
  }
}

/** The door by which we came, or, where that is not known any more, by which we would come back. */
const doorOf = ({ host, state: { record: { room, relay, secret } } }: Room): Door =>
  secret === null ? doorOfReturn(room, relay, host.profile()) : doorOfInvite({ room, relay, secret });

async function isElsewhere(room: Room): Promise<boolean> {
  const { record, mls } = room.state;
  const door = doorOf(room);
  const { head } = await openDoor(room.link, door);
  // All that came was given to us: nobody is anywhere else. Or more is on its way.
  if (head <= record.cursor || room.inbox.length > 0 || mls === null) return false;
  const own = mls.group.members.find(({ leaf }) => leaf === mls.group.me);
  await readDoorway(room.link, door, own === undefined ? record.deadEnds : withLeaf(record.deadEnds, own));
  return true;
}

const withLeaf = ({ epochs, leaves }: DeadEnds, { deviceKey }: Member): DeadEnds => ({ epochs, leaves: [...leaves, deviceKey.slice()] });

async function goBackOut(room: Room): Promise<void> {
  const step = room.step();
  const group = step.mls?.group;
  const own = group?.members.find(({ leaf }) => leaf === group.me);
  step.mls = null;
  step.update({
    standing: { kind: 'joining' }, returning: step.record.secret === null, entered: null, rejected: 0,
    deadEnds: own === undefined ? step.record.deadEnds : withLeaf(step.record.deadEnds, own),
  });
  await sayAgain(room, step, step.record.began + step.record.shift);
  await room.store(step);
  await room.reloadLatest();
  room.tryAgain(0);
}

/** What we said where nobody was, after a position: under new ids, as the relay has the old ones, and would take them for said. */
export async function sayAgain(room: Room, step: Step, after: number): Promise<void> {
  const rows = await room.host.storage.range('timeline', { prefix: [room.key], after });
  const own = rows.flatMap(({ value }) => decodeItem(value) ?? []).filter((item): item is StoredMessage => item.kind === 'message' && item.mine);
  for (const { position, at, body } of own) {
    if (body === null) continue;
    step.change({ kind: 'delete', store: 'timeline', key: [room.key, position] });
    step.enqueue({ id: room.host.randomness.bytes(16) as EnvelopeId, order: room.outbox.nextOrder(), at, body, sealed: null });
  }
  for (const { entry } of room.outbox.all) if (entry.sealed !== null) step.enqueue({ ...entry, sealed: null });
  step.then(() => {
    room.host.gone(room.key, own.map(({ id }) => messageKey(id)));
    for (const outgoing of room.outbox.all) room.tellQueued(outgoing);
  });
}
