/**
 * The real store at work on a folder, writing down beside it what it is about to do and what it was promised. Run with
 * the shim before it; all that it writes, the notes too, comes into one trace in its true order.
 *
 *   node workload.js <folder> <seed> <batches> <FULL|NORMAL|OFF>
 */
import { createHash } from 'node:crypto';
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { toHex } from '../../../shared/bytes.ts';
import { encodeEnvelope } from '../../../shared/envelope.ts';
import type { AccessKey, EnvelopeId, EpochId, Incarnation, RoomId, Seq } from '../../../shared/ids.ts';
import { sqliteStore } from '../../../relay/store/sqlite.ts';
import type { EpochRecord, LogNumber, Write } from '../../../relay/store/store.ts';
import { seeded } from '../../support/dice.ts';
import { NOTES, type Note } from './notes.ts';

const [, , folder = '', seed = '1', batches = '100', synchronous = 'FULL'] = process.argv;
const dice = seeded(Number(seed));

// Below FULL the store refuses to run, as it must: for the counter-proof it is lied to. Few pages per checkpoint make many.
const { pragma } = Sqlite.prototype;
const checkpoint = dice.pick([20, 100, 1000]);
Sqlite.prototype.pragma = function lied(source, options) {
  if (source === 'synchronous = FULL') {
    pragma.call(this, `wal_autocheckpoint = ${checkpoint}`);
    return pragma.call(this, `synchronous = ${synchronous}`, options);
  }
  return source === 'synchronous' ? 2 : pragma.call(this, source, options);
};

const notes = openSync(join(folder, NOTES), 'a');
let noted = 0;
function note(what: Note): void {
  noted += writeSync(notes, `${JSON.stringify(what)}\n`, noted);
}

interface Room {
  readonly id: RoomId;
  readonly log: LogNumber;
  head: number;
  epochs: number;
}

let store = sqliteStore(folder);
let rooms: Room[] = [];

const epochAt = (number: number, seq: number): EpochRecord => ({
  number, parent: number === 0 ? undefined : number - 1, id: dice.bytes(16) as EpochId, access: dice.bytes(32) as AccessKey, closing: false, seq: seq as Seq, invites: [],
});

function aWrite(): Write {
  const room = rooms.length < 2 || dice.chance(0.03) ? undefined : dice.pick(rooms);
  if (room === undefined) {
    const made: Room = { id: dice.bytes(32) as RoomId, log: store.newLog(), head: 0, epochs: 1 };
    rooms.push(made);
    return { type: 'create', log: made.log, room: made.id, incarnation: dice.bytes(16) as Incarnation, epoch: epochAt(0, 0), groupInfo: dice.bytes(200) };
  }
  if (rooms.length > 4 && dice.chance(0.02)) {
    rooms = rooms.filter((one) => one !== room);
    return { type: 'delete', log: room.log };
  }
  const seq = ++room.head as Seq;
  const commits = dice.chance(0.05);
  const payload = dice.bytes(dice.chance(0.02) ? 20_000 : 100 + dice.below(1500));
  const frame = encodeEnvelope({ kind: commits ? 'commit' : 'message', room: room.id, epoch: dice.bytes(16) as EpochId, id: dice.bytes(16) as EnvelopeId, seq, payload });
  if (!commits) return { type: 'append', log: room.log, seq, frame };
  return { type: 'commit', log: room.log, seq, frame, epoch: epochAt(room.epochs++, seq), groupInfo: dice.bytes(300), invite: undefined };
}

for (let i = 0; i < Number(batches); i++) {
  const batch = Array.from({ length: 1 + dice.below(dice.chance(0.1) ? 60 : 8) }, aWrite);
  note({
    type: 'trying', batch: batch.map((write) => {
      switch (write.type) {
        case 'create': return { type: 'create', log: write.log, room: toHex(write.room) };
        case 'delete': return { type: 'delete', log: write.log };
        case 'append':
        case 'commit': return { type: 'append', log: write.log, digest: createHash('sha256').update(write.frame).digest('hex').slice(0, 16) };
      }
    }),
  });
  await store.write(batch);
  note({ type: 'promised' });
  if (dice.chance(0.1)) await store.sweep();
  if (dice.chance(0.02)) {
    await store.close();
    store = sqliteStore(folder);
  }
}
await store.close();
