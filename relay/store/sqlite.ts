/** The store in one SQLite database: WAL, synchronous=FULL, one transaction per batch. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { AccessKey, EnvelopeId, EpochId, Incarnation, InviteKey, RoomId, Seq } from '../../shared/ids.ts';
import { assertNever } from '../../shared/never.ts';
import { takeLock } from './lock.ts';
import { assertDurable, makeDurable } from './sqlite-durability.ts';
import { holdingsOn } from './sqlite-holdings.ts';
import { decodeInvites, encodeInvites } from './sqlite-invites.ts';
import { migrate, SCHEMA_VERSION } from './sqlite-schema.ts';
import { subscriptionsOn } from './sqlite-subscriptions.ts';
import { StoreError, type EpochRecord, type LogNumber, type Range, type RoomRecord, type Store, type Write } from './store.ts';

export const DATABASE_FILE = 'relay.db';
/** Rows that one step of sweeping deletes: a few milliseconds at most. */
const SWEEP_ROWS = 500;

interface RoomRow { readonly number: number; readonly incarnation: Uint8Array; readonly floor: number; readonly complete: number; readonly reached: number }
interface EpochRow {
  readonly number: number; readonly parent: number | null; readonly id: Uint8Array; readonly access: Uint8Array;
  readonly closing: number; readonly seq: number; readonly invites: Uint8Array;
}

/**
 * Opens or makes the database in a folder.
 * @throws StoreError `in-use`, `newer-schema`, `not-durable`, `not-a-store`
 */
export function sqliteStore(folder: string): Store {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = takeLock(folder);
  const path = join(folder, DATABASE_FILE);
  let database: Sqlite.Database | undefined;
  try {
    closeSync(openSync(path, 'a', 0o600)); // made by us, so that nobody else on the machine may read it
    database = new Sqlite(path);
    makeDurable(database);
    assertDurable(database);
    migrate(database);
    return storeOn(database, folder, lock);
  } catch (error) {
    database?.close();
    lock.close();
    if (error instanceof Sqlite.SqliteError && (error.code === 'SQLITE_NOTADB' || error.code === 'SQLITE_CORRUPT')) {
      throw new StoreError('not-a-store', `${path} is damaged or no database.`, { cause: error });
    }
    throw error;
  }
}

function storeOn(database: Sqlite.Database, folder: string, lock: Sqlite.Database): Store {
  const sql = {
    lastRoom: database.prepare<[], { n: number | null }>('SELECT max(n) AS n FROM (SELECT max(number) AS n FROM rooms UNION ALL SELECT max(room) FROM deleted)'),
    room: database.prepare<[Uint8Array], RoomRow>('SELECT number, incarnation, floor, complete, reached FROM rooms WHERE id = ?'),
    head: database.prepare<[number], { head: number | null }>('SELECT max(seq) AS head FROM log WHERE room = ?'),
    epochs: database.prepare<[number], EpochRow>('SELECT number, parent, id, access, closing, seq, invites FROM epochs WHERE room = ? ORDER BY number'),
    uses: database.prepare<[number], { key: Uint8Array; used: number }>('SELECT key, used FROM invites WHERE room = ?'),
    read: database.prepare<[number, number, number, number], Uint8Array>('SELECT frame FROM log WHERE room = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?').pluck(),
    // substr counts bytes of a blob from 1; the id stands at offset 50 of the envelope.
    recent: database.prepare<[number, number], { id: Uint8Array; seq: number }>('SELECT substr(frame, 51, 16) AS id, seq FROM log WHERE room = ? ORDER BY seq DESC LIMIT ?'),
    groupInfo: database.prepare<[number, number], Uint8Array>('SELECT sealed FROM group_infos WHERE room = ? AND epoch = ?').pluck(),

    addRoom: database.prepare('INSERT INTO rooms (number, id, incarnation) VALUES (?, ?, ?)'),
    append: database.prepare('INSERT INTO log (room, seq, frame) VALUES (?, ?, ?)'),
    addCommit: database.prepare('INSERT INTO commits (room, seq) VALUES (?, ?)'),
    addEpoch: database.prepare('INSERT INTO epochs (room, number, parent, id, access, closing, seq, invites) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    addGroupInfo: database.prepare('INSERT INTO group_infos (room, epoch, sealed) VALUES (?, ?, ?)'),
    dropGroupInfo: database.prepare('DELETE FROM group_infos WHERE room = ? AND epoch = ?'),
    addInvite: database.prepare('INSERT OR IGNORE INTO invites (room, key) VALUES (?, ?)'),
    useInvite: database.prepare('UPDATE invites SET used = used + 1 WHERE room = ? AND key = ?'),
    dropRoom: database.prepare('DELETE FROM rooms WHERE number = ?'),
    markDeleted: database.prepare('INSERT INTO deleted (room) VALUES (?)'),

    nextDeleted: database.prepare<[], number>('SELECT room FROM deleted LIMIT 1').pluck(),
    sweepLog: database.prepare('DELETE FROM log WHERE room = ? AND seq IN (SELECT seq FROM log WHERE room = ? ORDER BY seq LIMIT ?)'),
    sweepEpochs: database.prepare('DELETE FROM epochs WHERE room = ? AND number IN (SELECT number FROM epochs WHERE room = ? ORDER BY number LIMIT ?)'),
    sweepGroupInfos: database.prepare('DELETE FROM group_infos WHERE room = ?'),
    sweepInvites: database.prepare('DELETE FROM invites WHERE room = ?'),
    sweepCommits: database.prepare('DELETE FROM commits WHERE room = ?'),
    sweepMarks: database.prepare('DELETE FROM marks WHERE room = ?'),
    unmarkDeleted: database.prepare('DELETE FROM deleted WHERE room = ?'),
  };
  const { end, drop, ...subscribed } = subscriptionsOn(database);
  let last = sql.lastRoom.get()?.n ?? 0;

  function register(log: LogNumber, epoch: EpochRecord, groupInfo: Uint8Array): void {
    sql.addEpoch.run(log, epoch.number, epoch.parent ?? null, epoch.id, epoch.access, epoch.closing ? 1 : 0, epoch.seq, encodeInvites(epoch.invites));
    sql.addGroupInfo.run(log, epoch.number, groupInfo);
    if (epoch.parent !== undefined) sql.dropGroupInfo.run(log, epoch.parent);
    for (const { key } of epoch.invites) sql.addInvite.run(log, key);
  }

  function apply(write: Write): void {
    switch (write.type) {
      case 'append':
        sql.append.run(write.log, write.seq, write.frame);
        return;
      case 'commit':
        sql.append.run(write.log, write.seq, write.frame);
        sql.addCommit.run(write.log, write.seq);
        register(write.log, write.epoch, write.groupInfo);
        if (write.invite !== undefined) sql.useInvite.run(write.log, write.invite);
        if (write.epoch.closing) end(write.log);
        return;
      case 'create':
        sql.addRoom.run(write.log, write.room, write.incarnation);
        register(write.log, write.epoch, write.groupInfo);
        return;
      case 'delete':
        sql.dropRoom.run(write.log);
        drop(write.log);
        sql.markDeleted.run(write.log);
        return;
      default:
        assertNever(write);
    }
  }

  const applyAll = database.transaction((batch: readonly Write[]) => {
    for (const write of batch) apply(write);
  });
  /** Writes the page that the schema's version stands on, as it is. */
  const probe = (): void => void database.pragma(`user_version = ${SCHEMA_VERSION}`);
  const loadAll = database.transaction((room: RoomId): RoomRecord | undefined => {
    const row = sql.room.get(room);
    if (row === undefined) return undefined;
    return {
      log: row.number as LogNumber,
      incarnation: row.incarnation as Incarnation,
      head: Math.max(sql.head.get(row.number)?.head ?? 0, row.reached) as Seq,
      floor: row.floor as Seq,
      complete: Math.max(row.complete, row.floor) as Seq,
      epochs: sql.epochs.all(row.number).map(epochOf),
      uses: sql.uses.all(row.number).map(({ key, used }) => ({ key: key as InviteKey, used })),
    };
  });
  const sweepOnce = database.transaction((): boolean => {
    const room = sql.nextDeleted.get();
    if (room === undefined) return false;
    if (sql.sweepLog.run(room, room, SWEEP_ROWS).changes > 0 || sql.sweepEpochs.run(room, room, SWEEP_ROWS).changes > 0) return true;
    sql.sweepGroupInfos.run(room);
    sql.sweepInvites.run(room);
    sql.sweepCommits.run(room);
    sql.sweepMarks.run(room);
    sql.unmarkDeleted.run(room);
    return true;
  });

  return {
    ...holdingsOn(database, folder),
    ...subscribed,
    newLog: () => ++last as LogNumber,

    async write(batch) {
      try {
        if (batch.length === 0) probe();
        else applyAll.immediate(batch);
      } catch (error) {
        throw writeError(error);
      }
    },

    load: async (room) => loadAll(room),

    async read(log, { after, through, limit, bytes }: Range) {
      const found: Uint8Array[] = [];
      let size = 0;
      for (const frame of sql.read.iterate(log, after, through, limit)) {
        found.push(frame);
        size += frame.length;
        if (size >= bytes) break;
      }
      return found;
    },

    async recentIds(log, count) {
      return sql.recent.all(log, count).reverse().map(({ id, seq }) => ({ id: id as EnvelopeId, seq: seq as Seq }));
    },

    groupInfo: async (log, epoch) => sql.groupInfo.get(log, epoch),
    sweep: async () => sweepOnce.immediate(),

    async close() {
      database.close();
      lock.close();
    },
  };
}

/** By SQLite's result codes: https://sqlite.org/rescode.html */
function writeError(cause: unknown): StoreError {
  const code = cause instanceof Sqlite.SqliteError ? cause.code : '';
  if (code === 'SQLITE_FULL') return new StoreError('disk-full', 'There is no space left on the disk.', { cause });
  if (/^SQLITE_(IOERR|READONLY|CANTOPEN)/.test(code)) return new StoreError('io-error', 'The disk does not take what is written.', { cause });
  return new StoreError('write-failed', 'SQLite could not commit.', { cause });
}

const epochOf = (row: EpochRow): EpochRecord => ({
  number: row.number,
  parent: row.parent ?? undefined,
  id: row.id as EpochId,
  access: row.access as AccessKey,
  closing: row.closing === 1,
  seq: row.seq as Seq,
  invites: decodeInvites(row.invites),
});
