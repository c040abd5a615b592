/** Messages whose time is over: see `staying.ts`. */
import type { StoredMessage } from '../records/message-records.ts';
import { forgetMessages } from './forgetting.ts';
import type { Room } from './room.ts';
import { AT_ONCE, messageAt } from './staying.ts';

/** Everything whose time is over. */
export async function sweep(room: Room): Promise<void> {
  const { storage, elapsed } = room.host;
  for (;;) {
    const rows = await storage.range('due', { prefix: [room.key], before: elapsed.now() + 1, limit: AT_ONCE });
    const step = room.step();
    const messages: StoredMessage[] = [];
    for (const { key } of rows) {
      step.change({ kind: 'delete', store: 'due', key });
      const item = await messageAt(room, Number(key[2]));
      if (item !== undefined) messages.push(item);
    }
    const done = rows.length < AT_ONCE;
    // The rows behind are not all read: where there are more, the next turn finds out when they are due.
    if (done) step.update({ nextDue: await nextAfter(room, elapsed.now()) });
    if (messages.length > 0) await forgetMessages(room, step, messages);
    else await room.store(step);
    if (done) return;
  }
}

async function nextAfter(room: Room, now: number): Promise<number> {
  const [next] = await room.host.storage.range('due', { prefix: [room.key], after: now, limit: 1 });
  const due = next?.key[1];
  return typeof due === 'number' ? due : 0;
}
