/** The database's shape, as the steps by which it came about. A step is never changed once released: another follows. */
import type { Database } from 'better-sqlite3';
import { StoreError } from './store.ts';

const STEPS: readonly string[] = [
  `CREATE TABLE rooms (
     no INTEGER PRIMARY KEY,
     room BLOB NOT NULL UNIQUE,
     owner BLOB NOT NULL,
     incarnation BLOB NOT NULL
   ) STRICT;
   -- Clustered by room and position: catching up is one range scan. No index on the random ids: one
   -- page write an envelope more, at a place of its own; see dedupe in delivery/room.ts.
   CREATE TABLE envelopes (
     room_no INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     frame BLOB NOT NULL,
     PRIMARY KEY (room_no, seq)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE epochs (
     room_no INTEGER NOT NULL,
     seq INTEGER NOT NULL,
     id BLOB NOT NULL,
     parent BLOB,
     access BLOB NOT NULL,
     closing INTEGER NOT NULL,
     invites BLOB NOT NULL,
     group_info BLOB,
     PRIMARY KEY (room_no, seq)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE invite_uses (
     room_no INTEGER NOT NULL,
     key BLOB NOT NULL,
     uses INTEGER NOT NULL,
     PRIMARY KEY (room_no, key)
   ) STRICT, WITHOUT ROWID;`,
];

/** Takes the steps that are missing. Throws StoreError `newer-schema` for a database of a later Sotto. */
export function migrate(database: Database): void {
  const at = Number(database.pragma('user_version', { simple: true }));
  if (at > STEPS.length) {
    throw new StoreError('newer-schema', `The database is of a newer Sotto (schema ${at}, this one knows ${STEPS.length}): upgrade Sotto, or point --data elsewhere.`);
  }
  for (let step = at; step < STEPS.length; step++) {
    database.transaction(() => {
      database.exec(STEPS[step] ?? '');
      database.pragma(`user_version = ${step + 1}`);
    })();
  }
}
