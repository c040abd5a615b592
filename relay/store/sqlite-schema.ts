/**
 * The database, step by step: `user_version` counts the steps that it has seen. A step is never changed
 * once released; the next one is added below it.
 */
import type { Database } from 'better-sqlite3';
import { StoreError } from './store.ts';

/** "Sott": other programs' databases are not ours to touch. */
export const APPLICATION_ID = 0x536f7474;

const STEPS: readonly string[] = [
  // The log lies in the order of arrival, so that a batch of many rooms fills a few pages at its end instead of
  // changing one page per room: each page that a commit changes is written whole, to the WAL and then to the file.
  // The index by (room, seq) is a thirtieth of it. There is none on envelope ids: random keys would spread every
  // batch over the whole file. Duplicates are found by a window of ids in memory (delivery/dedupe.ts), filled
  // from the log's end.
  `
  CREATE TABLE rooms (
    number      INTEGER PRIMARY KEY,
    id          BLOB NOT NULL UNIQUE,
    incarnation BLOB NOT NULL,
    floor       INTEGER NOT NULL DEFAULT 1
  ) STRICT;
  CREATE TABLE log (
    room  INTEGER NOT NULL,
    seq   INTEGER NOT NULL,
    frame BLOB NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX log_by_room ON log (room, seq);
  CREATE TABLE epochs (
    room    INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    parent  INTEGER,
    id      BLOB NOT NULL,
    access  BLOB NOT NULL,
    closing INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    invites BLOB NOT NULL,
    PRIMARY KEY (room, number)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE group_infos (
    room   INTEGER NOT NULL,
    epoch  INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (room, epoch)
  ) STRICT;
  CREATE TABLE invites (
    room INTEGER NOT NULL,
    key  BLOB NOT NULL,
    used INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (room, key)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE deleted (
    room INTEGER PRIMARY KEY
  ) STRICT;
  `,
  // Retention: see holdings.ts. `reached` is the head when the log was last trimmed: what is gone still counts.
  // Which envelopes are commits is kept apart, so that a message costs nothing for it.
  `
  ALTER TABLE rooms ADD COLUMN complete INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE rooms ADD COLUMN reached INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rooms ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rooms ADD COLUMN envelopes INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE rooms ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE commits (
    room INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (room, seq)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO commits (room, seq) SELECT room, seq FROM epochs WHERE seq > 0;
  CREATE TABLE marks (
    room INTEGER NOT NULL,
    at   INTEGER NOT NULL,
    seq  INTEGER NOT NULL,
    PRIMARY KEY (room, at)
  ) STRICT, WITHOUT ROWID;
  `,
  // Who is woken by push: see subscriptions.ts. Without row numbers, which would tell what came one after the other.
  `
  CREATE TABLE subscriptions (
    room   INTEGER NOT NULL,
    tag    BLOB NOT NULL,
    print  BLOB NOT NULL,
    sealed BLOB NOT NULL,
    ended  INTEGER NOT NULL,
    PRIMARY KEY (room, tag)
  ) STRICT, WITHOUT ROWID;
  `,
];

export const SCHEMA_VERSION = STEPS.length;

/** Brings a database up to {@link SCHEMA_VERSION}, each step in a transaction of its own. */
export function migrate(database: Database): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  const application = database.pragma('application_id', { simple: true }) as number;
  const tables = database.prepare<[], { n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()?.n ?? 0;
  if (application !== APPLICATION_ID && (application !== 0 || tables > 0)) {
    throw new StoreError('not-a-store', 'The database belongs to another program: choose another data folder.');
  }
  if (version > SCHEMA_VERSION) {
    throw new StoreError('newer-schema', `The database was written by a newer relay (schema ${version}, this one knows ${SCHEMA_VERSION}): upgrade the relay.`);
  }
  STEPS.slice(version).forEach((step, i) => {
    database.transaction(() => {
      database.exec(step);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${version + i + 1}`);
    }).immediate();
  });
}
