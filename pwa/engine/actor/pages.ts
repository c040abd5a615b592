/** Reading the conversation a page at a time: each is a bounded read, wherever in a long history it is. */
import type { MessageItem, TimelinePage, TimelineSpan } from '../api.ts';
import type { Range } from '../ports/storage.ts';
import { decodeItem, type StoredItem } from '../records/message-records.ts';
import type { Room } from './room.ts';

/** Items that are read at a time to count them. */
const AT_ONCE = 32;

/** A stretch of the conversation, in the order in which it was read, and whether there is more in that direction. */
interface Stretch {
  readonly stored: readonly StoredItem[];
  readonly more: boolean;
}

export async function timelinePage(room: Room, span: TimelineSpan): Promise<TimelinePage> {
  if ('around' in span) {
    const { around } = span;
    const half = Math.floor(span.limit / 2);
    const [older, here, newer] = await Promise.all([
      stretch(room, { before: around }, half), room.host.storage.get('timeline', [room.key, around]), stretch(room, { after: around }, half),
    ]);
    return pageOf(room, [...[...older.stored].reverse(), ...standing(here), ...newer.stored], older.more, newer.more);
  }
  if ('after' in span) {
    const newer = await stretch(room, { after: span.after }, span.limit);
    return pageOf(room, newer.stored, true, newer.more);
  }
  const older = await stretch(room, 'before' in span ? { before: span.before } : {}, span.limit);
  return pageOf(room, [...older.stored].reverse(), older.more, 'before' in span);
}

/** Queued messages stand behind the newest. */
function pageOf(room: Room, stored: readonly StoredItem[], hasOlder: boolean, hasNewer: boolean): TimelinePage {
  const placed = stored.map((item) => room.shown(item));
  if (hasNewer) return { items: placed, hasOlder, hasNewer };
  // What was placed while the rows were read is in the outbox no more, or in both: it is shown once.
  const ids = new Set<string>(placed.map(({ id }) => id));
  return { items: [...placed, ...queuedOf(room).filter(({ id, thread }) => !ids.has(id) && thread === undefined)], hasOlder, hasNewer };
}

const queuedOf = (room: Room): readonly MessageItem[] => room.outbox.all.flatMap(({ entry }) => room.queued(entry.id) ?? []);

/** Of the conversation itself: what stands in a thread is shown there. */
function standing(value: Uint8Array | undefined): readonly StoredItem[] {
  const item = value && decodeItem(value);
  return item === undefined || (item.kind === 'message' && item.aside) ? [] : [item];
}

/** `after`: forwards from there; else backwards, from `before` or from the end. */
async function stretch(room: Room, { before, after }: { readonly before?: number; readonly after?: number }, limit: number): Promise<Stretch> {
  const reverse = after === undefined;
  const stored: StoredItem[] = [];
  let passed = after ?? before;
  for (;;) {
    const bound: Pick<Range, 'before' | 'after'> = passed === undefined ? {} : reverse ? { before: passed } : { after: passed };
    const rows = await room.host.storage.range('timeline', { prefix: [room.key], reverse, limit: limit + 1, ...bound });
    stored.push(...rows.flatMap(({ value }) => standing(value)));
    if (rows.length <= limit || stored.length > limit) break;
    passed = Number(rows.at(-1)?.key[1]);
  }
  return { stored: stored.slice(0, limit), more: stored.length > limit };
}

/** How many of others' messages are unread once everything up to a position is read: what was read is counted off, not what is left. */
export async function unreadAfter(room: Room, position: number): Promise<number> {
  const { record, latest } = room.state;
  if (record.unread === 0 || latest === null || position >= latest.position) return 0;
  let read = 0;
  for (let passed = record.readThrough; ;) {
    const rows = await room.host.storage.range('timeline', { prefix: [room.key], after: passed, limit: AT_ONCE });
    const within = rows.flatMap(({ value }) => decodeItem(value) ?? []).filter((item) => item.position <= position);
    read += within.filter((item) => item.kind === 'message' && !item.mine).length;
    if (within.length < rows.length || rows.length < AT_ONCE) return Math.max(0, record.unread - read);
    passed = Number(rows.at(-1)?.key[1]);
  }
}
