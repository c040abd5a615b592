/** How the database is opened so that a commit is a promise, and the check that it really is so. */
import type { Database } from 'better-sqlite3';
import { StoreError } from './store.ts';

/** `PRAGMA synchronous`: https://sqlite.org/pragma.html#pragma_synchronous */
const FULL = 2;

/** Bytes. Larger than SQLite's 4,096, since most of what is written is the log's end; of a new database only. */
const PAGE = 8192;

export function makeDurable(database: Database): void {
  database.pragma(`page_size = ${PAGE}`);
  database.pragma('journal_mode = WAL');
  // better-sqlite3 is compiled to fall to NORMAL in WAL, which does not fsync at commit.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  database.pragma('trusted_schema = OFF');
  database.pragma('cell_size_check = ON');
}

/** Throws StoreError `not-durable` where a commit would not be fsynced before it is reported. */
export function assertDurable(database: Database): void {
  const journal = database.pragma('journal_mode', { simple: true });
  if (journal !== 'wal') {
    throw new StoreError('not-durable', `The database is in journal mode ${String(journal)}, not WAL: is the data folder on a file system without shared memory?`);
  }
  const synchronous = database.pragma('synchronous', { simple: true });
  if (synchronous !== FULL) {
    throw new StoreError('not-durable', `SQLite runs with synchronous=${String(synchronous)}, not FULL: an ack would not survive a power cut.`);
  }
}
