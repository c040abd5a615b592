/**
 * Messages that this device is not to have any more: the one place where all goes that hangs on a message. Their ids stay known, so that they do not come
 * again, and what is still done to them does nothing.
 */
import { equalBytes, fromBase64Url, toBase64Url } from '../../../shared/bytes.ts';
import { parseEnvelopeId, type EnvelopeId } from '../../../shared/ids.ts';
import type { MessageKey } from '../api.ts';
import { mediaChanges } from '../media/room-media.ts';
import { decodeItem, encodeSeen, type StoredMessage } from '../records/message-records.ts';
import { renewing } from '../search/index.ts';
import { isEffect } from '../wire/bodies.ts';
import { findMessage, markSeen } from './placing.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

/** Stores the step, too; the world is told. */
export async function forgetMessages(room: Room, step: Step, messages: readonly StoredMessage[]): Promise<void> {
  const gone = new Set(messages.map(({ position }) => position));
  for (const item of messages) {
    const key = toBase64Url(item.id);
    step.change(
      { kind: 'delete', store: 'timeline', key: [room.key, item.position] }, { kind: 'delete', store: 'pins', key: [room.key, item.position] },
      { kind: 'put', store: 'seen', key: [room.key, key], value: encodeSeen() }, renewing(room.key, item.position, item.at),
    );
    if (!item.mine && item.position > step.record.readThrough) step.update({ unread: Math.max(0, step.record.unread - 1), mentioned: step.record.mentioned.filter((position) => position !== item.position) });
    step.change(...mediaChanges(room.key, item.position, item, null));
    room.host.carrier.drop(room.key, step, item, { atRelay: false });
    await leaveThread(room, step, item, gone);
    await endThread(room, step, item, gone);
    for (const { entry } of room.outbox.all) {
      if (!isEffect(entry.body) || !equalBytes(entry.body.of, item.id)) continue;
      step.dequeue(entry);
      // It may be on its way, and come back.
      markSeen(step, entry.id);
    }
  }
  await room.store(step);
  room.host.gone(room.key, messages.map(({ id }) => toBase64Url(id) as MessageKey));
  await room.reloadLatest();
}

/** The root counts one reply less. */
async function leaveThread(room: Room, step: Step, { aside, body, position }: StoredMessage, gone: ReadonlySet<number>): Promise<void> {
  if (!aside) return;
  const thread = body === null ? await threadAt(room, position) : 'thread' in body ? body.thread : undefined;
  if (thread === undefined) return;
  step.change({ kind: 'delete', store: 'threads', key: [room.key, toBase64Url(thread), position] });
  const root = await findMessage(room.host, step, thread);
  if (typeof root !== 'object' || gone.has(root.position)) return;
  const count = Math.max(0, root.replies.count - 1);
  step.amend({ ...root, replies: { count, at: count === 0 ? 0 : root.replies.at } });
}

/** The thread of a message that says no more where it stands. */
async function threadAt(room: Room, position: number): Promise<EnvelopeId | undefined> {
  const rows = await room.host.storage.range('threads', { prefix: [room.key] });
  const row = rows.find(({ key }) => key[2] === position);
  return row === undefined ? undefined : parseEnvelopeId(fromBase64Url(String(row.key[1])));
}

/** What stands in a thread stands in the conversation where its root is not (any more). */
async function endThread(room: Room, step: Step, { id, replies }: StoredMessage, gone: ReadonlySet<number>): Promise<void> {
  if (replies.count === 0) return;
  const prefix = [room.key, toBase64Url(id)];
  for (const { key: [, , position] } of await room.host.storage.range('threads', { prefix })) {
    if (gone.has(Number(position))) continue;
    const value = await room.host.storage.get('timeline', [room.key, Number(position)]);
    const reply = step.items.findLast((item) => item.position === position) ?? (value && decodeItem(value));
    if (reply?.kind === 'message') step.amend({ ...reply, aside: false });
  }
  step.change({ kind: 'clear', store: 'threads', prefix });
}
