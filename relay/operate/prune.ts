/**
 * Deletes rooms in which nothing was sent for long. A log has no times but its marks (store/holdings.ts): all up to a seq had come by
 * then. So a room goes where its last mark is old enough and stands at its head; one without a mark is kept, since nobody knows its age.
 * Reading leaves no trace: a room that is only read is unused.
 */
import { sqliteStore } from '../store/sqlite.ts';
import type { LogNumber, Store } from '../store/store.ts';
import { blobStats, removeBlobs } from './blobs.ts';
import { countRooms, openForReading } from './database.ts';

export interface Pruned {
  readonly rooms: number;
  /** Of their envelopes and attachments. */
  readonly bytes: number;
  readonly kept: number;
}

interface UnusedRow { readonly number: number; readonly id: Uint8Array; readonly bytes: number }

const UNUSED = `
  SELECT r.number, r.id, (SELECT coalesce(sum(length(frame)), 0) FROM log l WHERE l.room = r.number) AS bytes
  FROM rooms r JOIN (SELECT room, max(at) AS at, max(seq) AS seq FROM marks GROUP BY room) m ON m.room = r.number
  WHERE m.at <= ? AND m.seq >= max(r.reached, coalesce((SELECT max(seq) FROM log l WHERE l.room = r.number), 0))`;
/** Rooms in one transaction. */
const AT_ONCE = 100;

/**
 * `unusedFor`: milliseconds. A dry run changes nothing, and may be made while the relay runs.
 * @throws OperatorError; StoreError, `in-use` where a relay runs
 */
export async function prune(folder: string, { unusedFor, dryRun = false, now = Date.now() }: { unusedFor: number; dryRun?: boolean; now?: number }): Promise<Pruned> {
  const database = openForReading(folder);
  let store: Store | undefined;
  try {
    // Held before anything is looked at: what is unused must not come into use meanwhile.
    if (!dryRun) store = sqliteStore(folder);
    const rooms = countRooms(database);
    const unused = database.prepare<[number], UnusedRow>(UNUSED).all(now - unusedFor);
    const blobs = blobStats(folder);
    const bytesOf = ({ id, bytes }: UnusedRow): number => bytes + (blobs.get(Buffer.from(id).toString('hex'))?.bytes ?? 0);
    if (store !== undefined) {
      await remove(store, unused);
      for (const { id } of unused) removeBlobs(folder, id);
    }
    return { rooms: unused.length, bytes: unused.reduce((sum, row) => sum + bytesOf(row), 0), kept: rooms - unused.length };
  } finally {
    database.close();
    await store?.close();
  }
}

async function remove(store: Store, unused: readonly UnusedRow[]): Promise<void> {
  for (let i = 0; i < unused.length; i += AT_ONCE) await store.write(unused.slice(i, i + AT_ONCE).map(({ number }) => ({ type: 'delete', log: number as LogNumber })));
  while (await store.sweep());
}
