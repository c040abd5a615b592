/** What the relay keeps, in numbers. Rooms are named only where that is asked for. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DATABASE_FILE } from '../store/sqlite.ts';
import { blobStats, inAll, type BlobStats } from './blobs.ts';
import { openForReading } from './database.ts';

export interface RoomStats {
  /** base64url. */
  readonly room: string;
  readonly envelopes: number;
  /** Of envelopes. */
  readonly bytes: number;
  readonly epochs: number;
  /** Attachments, and their bytes. */
  readonly blobs: number;
  readonly blobBytes: number;
  /** By when the last envelope had come, in ISO 8601, as far as is known: to within a few days. */
  readonly lastBy: string | null;
}

export interface Stats {
  readonly schema: number;
  readonly rooms: number;
  readonly envelopes: number;
  readonly commits: number;
  /** Of envelopes. */
  readonly bytes: number;
  readonly largestRoom: { readonly envelopes: number; readonly bytes: number };
  /** Attachments. */
  readonly blobs: BlobStats;
  /** Rooms that were deleted, and whose space is not all given back yet. */
  readonly deleted: number;
  /** Bytes on the disk: the database, how much of it is unused, and what was written since it was last merged. */
  readonly disk: { readonly database: number; readonly unused: number; readonly log: number };
  readonly perRoom?: readonly RoomStats[];
}

interface RoomRow {
  readonly id: Uint8Array; readonly envelopes: number; readonly bytes: number; readonly commits: number; readonly epochs: number; readonly lastBy: number | null;
}

// One pass over the log, which reads no envelope: sizes stand in the rows' heads.
const ROOMS = `
  SELECT r.id, coalesce(l.envelopes, 0) AS envelopes, coalesce(l.bytes, 0) AS bytes,
    (SELECT count(*) FROM commits c WHERE c.room = r.number) AS commits,
    (SELECT count(*) FROM epochs e WHERE e.room = r.number) AS epochs,
    (SELECT max(at) FROM marks m WHERE m.room = r.number) AS lastBy
  FROM rooms r LEFT JOIN (SELECT room, count(*) AS envelopes, sum(length(frame)) AS bytes FROM log GROUP BY room) l ON l.room = r.number
  ORDER BY bytes DESC`;

/** @throws OperatorError, StoreError */
export function stats(folder: string, { rooms: named = false } = {}): Stats {
  const database = openForReading(folder);
  try {
    const pragma = (name: string): number => database.pragma(name, { simple: true }) as number;
    const rows = database.prepare<[], RoomRow>(ROOMS).all();
    const blobs = blobStats(folder);
    const sum = (of: (row: RoomRow) => number): number => rows.reduce((all, row) => all + of(row), 0);
    return {
      schema: pragma('user_version'), rooms: rows.length,
      envelopes: sum(({ envelopes }) => envelopes), commits: sum(({ commits }) => commits), bytes: sum(({ bytes }) => bytes),
      largestRoom: { envelopes: rows[0]?.envelopes ?? 0, bytes: rows[0]?.bytes ?? 0 },
      blobs: inAll(blobs.values()),
      deleted: database.prepare<[], number>('SELECT count(*) FROM deleted').pluck().get() ?? 0,
      disk: { database: sizeOf(join(folder, DATABASE_FILE)), unused: pragma('freelist_count') * pragma('page_size'), log: sizeOf(join(folder, `${DATABASE_FILE}-wal`)) },
      ...(named ? { perRoom: rows.map((row) => roomStats(row, blobs.get(Buffer.from(row.id).toString('hex')))) } : {}),
    };
  } finally {
    database.close();
  }
}

const roomStats = ({ id, envelopes, bytes, epochs, lastBy }: RoomRow, blobs: BlobStats | undefined): RoomStats => ({
  room: Buffer.from(id).toString('base64url'), envelopes, bytes, epochs, blobs: blobs?.blobs ?? 0, blobBytes: blobs?.bytes ?? 0, lastBy: lastBy === null ? null : new Date(lastBy).toISOString(),
});

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
