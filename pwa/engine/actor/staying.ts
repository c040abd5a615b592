/**
 * Messages that disappear, until they do. Each says how long it stays (`expires`, seconds): counted on each device for itself, of one's own from when the log has it, of others' from
 * when it was read. What is not read yet stays. Rows of the store `due`: [room, when, position] where the time runs, [room, 'unread', position] where it does not yet.
 */
import { decodeItem, type StoredMessage } from '../records/message-records.ts';
import type { RoomHost } from './host.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

const UNREAD = 'unread';
/** Messages in one transaction. */
export const AT_ONCE = 64;

const NOTHING = new Uint8Array(0);

/** Belongs into the step that places it. */
export function expect(host: RoomHost, step: Step, { expires, position, mine }: Pick<StoredMessage, 'expires' | 'position' | 'mine'>): void {
  if (expires === undefined) return;
  if (mine || position <= step.record.readThrough) start(host, step, expires, position);
  else step.change({ kind: 'put', store: 'due', key: [step.room, UNREAD, position], value: NOTHING });
}

function start(host: RoomHost, step: Step, seconds: number, position: number): void {
  const due = host.elapsed.now() + seconds * 1000;
  step.change({ kind: 'put', store: 'due', key: [step.room, due, position], value: NOTHING }, host.elapsed.record());
  if (step.record.nextDue === 0 || due < step.record.nextDue) step.update({ nextDue: due });
}

/** Their time begins: everything up to a position is read. In steps of their own where there are many; the answer does the last of it. */
export async function startRead(room: Room, through: number): Promise<(step: Step) => void> {
  for (;;) {
    const rows = await room.host.storage.range('due', { prefix: [room.key, UNREAD], before: through + 0.25, limit: AT_ONCE });
    const read = await Promise.all(rows.map(async ({ key }) => ({ key, item: await messageAt(room, Number(key[2])) })));
    const begin = (step: Step): void => {
      for (const { key, item } of read) {
        step.change({ kind: 'delete', store: 'due', key });
        if (item?.expires !== undefined) start(room.host, step, item.expires, item.position);
      }
    };
    if (rows.length < AT_ONCE) return begin;
    const step = room.step();
    begin(step);
    await room.store(step);
  }
}

/** Undefined where there is no message any more. */
export async function messageAt(room: Room, position: number): Promise<StoredMessage | undefined> {
  const value = await room.host.storage.get('timeline', [room.key, position]);
  const item = value && decodeItem(value);
  return item?.kind === 'message' ? item : undefined;
}
