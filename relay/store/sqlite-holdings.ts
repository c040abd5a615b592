/** What a relay holds, and letting go of it: the half of the SQLite store that is never on the way of a message. */
import { statfs } from 'node:fs/promises';
import type { Database } from 'better-sqlite3';
import type { RoomId, Seq } from '../../shared/ids.ts';
import { assertNever } from '../../shared/never.ts';
import { keyOf } from '../bytes.ts';
import { KEPT_EPOCHS, KEPT_INVITES, KEPT_REGISTRATIONS, KEPT_TIPS, type Cut, type Holding, type Holdings, type LogNumber, type Trimmed } from './holdings.ts';
import { decodeInvites } from './sqlite-invites.ts';

/** Rows that one survey counts. Sizes stand in the rows' heads, so no envelope is read for it. */
const COUNTED_ROWS = 2000;
/** Epochs that one step of pruning changes. */
const PRUNED_ROWS = 100;

interface RoomRow {
  readonly id: Uint8Array; readonly floor: number; readonly complete: number; readonly reached: number;
  readonly counted: number; readonly envelopes: number; readonly bytes: number;
}
interface SizeRow { readonly seq: number; readonly size: number }

/** `folder`: where the database lies. */
export function holdingsOn(database: Database, folder: string): Holdings {
  const sql = {
    rooms: database.prepare<[], number>('SELECT count(*) FROM rooms').pluck(),
    logs: database.prepare<[number, number], number>('SELECT number FROM rooms WHERE number > ? ORDER BY number LIMIT ?').pluck(),
    room: database.prepare<[number], RoomRow>('SELECT id, floor, complete, reached, counted, envelopes, bytes FROM rooms WHERE number = ?'),
    head: database.prepare<[number], number | null>('SELECT max(seq) FROM log WHERE room = ?').pluck(),
    sizes: database.prepare<[number, number, number, number], SizeRow>('SELECT seq, length(frame) AS size FROM log WHERE room = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?'),
    oldest: database.prepare<[number, number, number], number>('SELECT seq FROM log WHERE room = ? AND seq >= ? AND seq NOT IN (SELECT seq FROM commits WHERE room = ?) ORDER BY seq LIMIT 1').pluck(),
    commits: database.prepare<[number, number, number, number], number>('SELECT seq FROM commits WHERE room = ? AND seq >= ? AND seq <= ? ORDER BY seq LIMIT ?').pluck(),
    commitSizes: database.prepare<[number, number, number, number], SizeRow>(
      'SELECT c.seq, length(l.frame) AS size FROM commits c JOIN log l ON l.room = c.room AND l.seq = c.seq WHERE c.room = ? AND c.seq >= ? AND c.seq <= ? ORDER BY c.seq LIMIT ?',
    ),
    marks: database.prepare<[number], { at: number; seq: number }>('SELECT at, seq FROM marks WHERE room = ? ORDER BY at'),
    counted: database.prepare('UPDATE rooms SET counted = ?, envelopes = ?, bytes = ? WHERE number = ?'),
    mark: database.prepare('INSERT OR REPLACE INTO marks (room, at, seq) VALUES (?, ?, ?)'),
    // A room's tips are the epochs that still have a GroupInfo.
    tips: database.prepare<[number, number], number>('SELECT e.seq FROM group_infos g JOIN epochs e ON e.room = g.room AND e.number = g.epoch WHERE g.room = ? ORDER BY e.number DESC LIMIT ?').pluck(),
    dropMessages: database.prepare('DELETE FROM log WHERE room = ? AND seq >= ? AND seq <= ? AND seq NOT IN (SELECT seq FROM commits WHERE room = ? AND seq >= ? AND seq <= ?)'),
    dropEnvelope: database.prepare('DELETE FROM log WHERE room = ? AND seq = ?'),
    dropCommit: database.prepare('DELETE FROM commits WHERE room = ? AND seq = ?'),
    dropMarks: database.prepare('DELETE FROM marks WHERE room = ? AND seq < ?'),
    newest: database.prepare<[number], number | null>('SELECT max(number) FROM epochs WHERE room = ?').pluck(),
    // One byte is the encoding of none.
    dropRegistrations: database.prepare(`UPDATE epochs SET invites = x'80' WHERE room = @log AND number IN (
      SELECT number FROM epochs WHERE room = @log AND number <= @through AND length(invites) > 1 AND number NOT IN (SELECT epoch FROM group_infos WHERE room = @log) LIMIT @rows)`),
    dropEpochs: database.prepare(`DELETE FROM epochs WHERE room = @log AND number IN (
      SELECT number FROM epochs WHERE room = @log AND number <= @through AND number NOT IN (SELECT epoch FROM group_infos WHERE room = @log) LIMIT @rows)`),
    inviteCount: database.prepare<[number], number>('SELECT count(*) FROM invites WHERE room = ?').pluck(),
    inviteKeys: database.prepare<[number], Uint8Array>('SELECT key FROM invites WHERE room = ?').pluck(),
    registrations: database.prepare<[number], Uint8Array>('SELECT invites FROM epochs WHERE room = ? AND length(invites) > 1').pluck(),
    dropInvite: database.prepare('DELETE FROM invites WHERE room = ? AND key = ?'),
    trimmed: database.prepare('UPDATE rooms SET floor = ?, complete = ?, reached = ?, envelopes = envelopes - ?, bytes = bytes - ? WHERE number = ?'),
  };

  const headOf = (log: LogNumber, room: RoomRow): number => Math.max(sql.head.get(log) ?? 0, room.reached);
  const completeOf = (room: RoomRow): number => Math.max(room.complete, room.floor);
  const oldestOf = (log: LogNumber, room: RoomRow): number | undefined => sql.oldest.get(log, completeOf(room), log);

  const survey = database.transaction((log: LogNumber, mark: { readonly at: number; readonly every: number } | undefined): Holding | undefined => {
    const room = sql.room.get(log);
    if (room === undefined) return undefined;
    const head = headOf(log, room);
    let { counted, envelopes, bytes } = room;
    let rows = 0;
    for (const { seq, size } of sql.sizes.iterate(log, counted, head, COUNTED_ROWS)) {
      counted = seq;
      envelopes++;
      bytes += size;
      rows++;
    }
    if (rows < COUNTED_ROWS) counted = head;
    if (counted !== room.counted) sql.counted.run(counted, envelopes, bytes, log);
    const marks = sql.marks.all(log).map(({ at, seq }) => ({ at, seq: seq as Seq }));
    const last = marks.at(-1);
    if (mark !== undefined && head > (last?.seq ?? -1) && mark.at >= (last?.at ?? Number.NEGATIVE_INFINITY) + mark.every) {
      sql.mark.run(log, mark.at, head);
      marks.push({ at: mark.at, seq: head as Seq });
    }
    return {
      room: room.id as RoomId, head: head as Seq, floor: room.floor as Seq, complete: completeOf(room) as Seq,
      oldest: (oldestOf(log, room) ?? head + 1) as Seq, counted: counted as Seq, envelopes, bytes, marks,
    };
  });

  const trim = database.transaction((log: LogNumber, kind: Cut['kind'], through: Seq): Trimmed => {
    const room = sql.room.get(log);
    if (room === undefined) return { envelopes: 0, bytes: 0 };
    const head = headOf(log, room); // before anything goes: no seq may be given twice
    const end = Math.min(through, room.counted);
    let freed = 0;
    let envelopes = 0;
    switch (kind) {
      case 'messages': {
        const from = completeOf(room);
        const commits = new Set(sql.commits.all(log, from, end, -1));
        for (const { seq, size } of sql.sizes.all(log, from - 1, end, -1)) if (!commits.has(seq)) freed += size;
        envelopes = sql.dropMessages.run(log, from, end, log, from, end).changes;
        break;
      }
      case 'commits': {
        const kept = new Set(sql.tips.all(log, KEPT_TIPS));
        // From the start: what was kept before as a tip's may be none now.
        for (const { seq, size } of sql.commitSizes.all(log, 0, end, -1)) {
          if (kept.has(seq)) continue;
          sql.dropEnvelope.run(log, seq);
          sql.dropCommit.run(log, seq);
          freed += size;
          envelopes++;
        }
        sql.dropMarks.run(log, end);
        break;
      }
      default: assertNever(kind);
    }
    const floor = kind === 'commits' ? Math.max(room.floor, end + 1) : room.floor;
    sql.trimmed.run(floor, Math.max(room.complete, floor, end + 1), head, envelopes, freed, log);
    return { envelopes, bytes: freed };
  });

  const prune = database.transaction((log: LogNumber): boolean => {
    const newest = sql.newest.get(log) ?? 0;
    const dropped = sql.dropRegistrations.run({ log, through: newest - KEPT_REGISTRATIONS, rows: PRUNED_ROWS }).changes;
    const forgotten = sql.dropEpochs.run({ log, through: newest - KEPT_EPOCHS, rows: PRUNED_ROWS }).changes;
    if (dropped >= PRUNED_ROWS || forgotten >= PRUNED_ROWS) return true;
    if ((sql.inviteCount.get(log) ?? 0) <= KEPT_INVITES) return false;
    const standing = new Set<string>();
    for (const blob of sql.registrations.all(log)) for (const { key } of decodeInvites(blob)) standing.add(keyOf(key));
    for (const key of sql.inviteKeys.all(log)) if (!standing.has(keyOf(key))) sql.dropInvite.run(log, key);
    return false;
  });

  return {
    async usage() {
      const pages = database.pragma('page_count', { simple: true }) as number;
      const unused = database.pragma('freelist_count', { simple: true }) as number;
      const size = database.pragma('page_size', { simple: true }) as number;
      const { bavail, bsize } = await statfs(folder);
      // What the database has unused is written to before it grows.
      return { rooms: sql.rooms.get() ?? 0, bytes: (pages - unused) * size, free: bavail * bsize + unused * size };
    },
    logs: async (after, limit) => sql.logs.all(after, limit) as LogNumber[],
    survey: async (log, mark) => survey(log, mark),

    async plan(log, { kind, through, envelopes, bytes, rows }) {
      const room = sql.room.get(log);
      if (room === undefined) return undefined;
      const from = kind === 'messages' ? oldestOf(log, room) : room.floor;
      const end = Math.min(through, room.counted);
      if (from === undefined || from > end) return undefined;
      const commits = kind === 'messages' ? new Set(sql.commits.all(log, from, end, rows)) : undefined;
      let [freed, size, looked] = [0, 0, 0];
      let last: number | undefined;
      for (const row of kind === 'messages' ? sql.sizes.iterate(log, from - 1, end, rows) : sql.commitSizes.iterate(log, from, end, rows)) {
        looked++;
        if (commits?.has(row.seq) !== true) {
          freed++;
          size += row.size;
          last = row.seq;
        }
        if (freed >= envelopes || size >= bytes || looked >= rows) break;
      }
      return last as Seq | undefined;
    },

    trim: async (log, kind, through) => trim.immediate(log, kind, through),
    prune: async (log) => prune.immediate(log),
  };
}
