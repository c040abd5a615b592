/** The embedded store: one SQLite file, write-ahead log, every commit fsynced. */
import { decode, encode } from 'cborg';
import Sqlite, { type Database, type Statement } from 'better-sqlite3';
import { assertNever } from '../../shared/never.ts';
import { ENVELOPE_HEADER_BYTES } from '../../shared/envelope.ts';
import type { AccessKey, EnvelopeId, EpochId, Incarnation, InviteKey, OwnerKey, RoomId, Seq } from '../../shared/ids.ts';
import type { InviteRegistration } from '../../shared/statements.ts';
import { migrate } from './schema.ts';
import { StoreError, type Store, type StoredEpoch, type StoredRoom, type Write } from './store.ts';

const FULL = 2;
const ID_AT = 51; // SQLite's substr counts from 1

interface EpochRow { seq: number; id: Buffer; parent: Buffer | null; access: Buffer; closing: number; invites: Buffer }

export class SqliteStore implements Store {
  readonly #database: Database;
  readonly #statements: ReturnType<typeof prepare>;

  /** `file`: a path. Throws StoreError where the database cannot keep the relay's promise. */
  static open(file: string): SqliteStore {
    const database = new Sqlite(file);
    try {
      database.pragma('journal_mode = WAL');
      // This build falls back to NORMAL under WAL, which loses acked envelopes in a power cut.
      database.pragma('synchronous = FULL');
      database.pragma('wal_autocheckpoint = 4000');
      database.pragma('cache_size = -16000');
      requireDurable(database);
      migrate(database);
      return new SqliteStore(database);
    } catch (error) {
      database.close();
      throw error;
    }
  }

  private constructor(database: Database) {
    this.#database = database;
    this.#statements = prepare(database);
  }

  async commit(writes: readonly Write[]): Promise<void> {
    try {
      this.#database.transaction(() => {
        for (const write of writes) this.#apply(write);
      })();
    } catch (cause) {
      throw new StoreError('failed', 'The database could not be written.', { cause });
    }
  }

  #apply(write: Write): void {
    const sql = this.#statements;
    if (write.kind === 'room') {
      const { lastInsertRowid } = sql.insertRoom.run(write.room, write.owner, write.incarnation);
      this.#insertEpoch(Number(lastInsertRowid), write.epoch, write.groupInfo);
      return;
    }
    const no = this.#number(write.room);
    if (no === undefined) throw new StoreError('failed', 'The room is not there.');
    switch (write.kind) {
      case 'envelope':
        sql.insertEnvelope.run(no, write.seq, write.frame);
        break;
      case 'epoch':
        this.#insertEpoch(no, write.epoch, write.groupInfo);
        if (write.forgetGroupInfoOf !== null) sql.forgetGroupInfo.run(no, write.forgetGroupInfoOf);
        break;
      case 'invite-used':
        sql.useInvite.run(no, write.key);
        break;
      case 'delete':
        for (const statement of sql.deleteRoom) statement.run(no);
        break;
      default:
        assertNever(write);
    }
  }

  #insertEpoch(no: number, epoch: StoredEpoch, groupInfo: Uint8Array): void {
    this.#statements.insertEpoch.run(no, epoch.seq, epoch.id, epoch.parent, epoch.access, epoch.closing ? 1 : 0, encode(epoch.invites), groupInfo);
  }

  #number(room: RoomId): number | undefined {
    return (this.#statements.roomNumber.get(room) as { no: number } | undefined)?.no;
  }

  async load(room: RoomId, recent: number): Promise<StoredRoom | undefined> {
    const sql = this.#statements;
    const row = sql.room.get(room) as { no: number; owner: Buffer; incarnation: Buffer } | undefined;
    if (row === undefined) return undefined;
    const newest = sql.recent.all(row.no, recent) as { seq: number; id: Buffer }[];
    return {
      owner: bytes(row.owner) as OwnerKey,
      incarnation: bytes(row.incarnation) as Incarnation,
      head: (newest[0]?.seq ?? 0) as Seq,
      epochs: (sql.epochs.all(row.no) as EpochRow[]).map(storedEpoch),
      inviteUses: (sql.inviteUses.all(row.no) as { key: Buffer; uses: number }[]).map(({ key, uses }) => ({ key: bytes(key) as InviteKey, uses })),
      recent: newest.reverse().map(({ seq, id }) => ({ id: bytes(id) as EnvelopeId, seq: seq as Seq })),
    };
  }

  async read(room: RoomId, after: Seq, limit: number, most: number): Promise<readonly { readonly seq: Seq; readonly frame: Uint8Array }[]> {
    const no = this.#number(room);
    if (no === undefined) return [];
    const rows: { seq: Seq; frame: Uint8Array }[] = [];
    let size = 0;
    for (const row of this.#statements.envelopes.iterate(no, after, limit) as IterableIterator<{ seq: number; frame: Buffer }>) {
      rows.push({ seq: row.seq as Seq, frame: row.frame });
      size += row.frame.length;
      if (size >= most) break;
    }
    return rows;
  }

  async groupInfo(room: RoomId, epoch: EpochId): Promise<Uint8Array | undefined> {
    const no = this.#number(room);
    const row = no === undefined ? undefined : (this.#statements.groupInfo.get(no, epoch) as { group_info: Buffer | null } | undefined);
    return row?.group_info ?? undefined;
  }

  async close(): Promise<void> {
    this.#database.close();
  }
}

function requireDurable(database: Database): void {
  const synchronous = Number(database.pragma('synchronous', { simple: true }));
  const journal = String(database.pragma('journal_mode', { simple: true }));
  if (synchronous === FULL && journal === 'wal') return;
  throw new StoreError(
    'not-durable',
    `The database runs with synchronous=${synchronous} and journal_mode=${journal}, so that a power cut could lose what was acked. Put --data on a local disk.`,
  );
}

const bytes = (buffer: Buffer): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

const storedEpoch = (row: EpochRow): StoredEpoch => ({
  id: bytes(row.id) as EpochId, parent: row.parent === null ? null : bytes(row.parent) as EpochId, access: bytes(row.access) as AccessKey,
  closing: row.closing === 1, seq: row.seq as Seq, invites: decode(row.invites) as InviteRegistration[],
});

function prepare(database: Database) {
  const sql = (source: string): Statement => database.prepare(source);
  return {
    insertRoom: sql('INSERT INTO rooms (room, owner, incarnation) VALUES (?, ?, ?)'),
    roomNumber: sql('SELECT no FROM rooms WHERE room = ?'),
    room: sql('SELECT no, owner, incarnation FROM rooms WHERE room = ?'),
    insertEnvelope: sql('INSERT INTO envelopes (room_no, seq, frame) VALUES (?, ?, ?)'),
    envelopes: sql('SELECT seq, frame FROM envelopes WHERE room_no = ? AND seq > ? ORDER BY seq LIMIT ?'),
    recent: sql(`SELECT seq, substr(frame, ${ID_AT}, 16) AS id FROM envelopes WHERE room_no = ? AND length(frame) >= ${ENVELOPE_HEADER_BYTES} ORDER BY seq DESC LIMIT ?`),
    insertEpoch: sql('INSERT INTO epochs (room_no, seq, id, parent, access, closing, invites, group_info) VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
    epochs: sql('SELECT seq, id, parent, access, closing, invites FROM epochs WHERE room_no = ? ORDER BY seq'),
    forgetGroupInfo: sql('UPDATE epochs SET group_info = NULL WHERE room_no = ? AND id = ?'),
    groupInfo: sql('SELECT group_info FROM epochs WHERE room_no = ? AND id = ?'),
    useInvite: sql('INSERT INTO invite_uses (room_no, key, uses) VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET uses = uses + 1'),
    inviteUses: sql('SELECT key, uses FROM invite_uses WHERE room_no = ?'),
    deleteRoom: ['envelopes', 'epochs', 'invite_uses'].map((table) => sql(`DELETE FROM ${table} WHERE room_no = ?`)).concat(sql('DELETE FROM rooms WHERE no = ?')),
  };
}
