/** One process at a time holds a data folder. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { StoreError } from './store.ts';

const LOCK_FILE = 'relay.lock';

/**
 * Held by an open transaction on a file of its own: the operating system lets go of it when the process dies,
 * however it dies, and others may still read the database itself (a backup does). To let go, close it.
 * @throws StoreError `in-use`
 */
export function takeLock(folder: string): Sqlite.Database {
  const lock = new Sqlite(join(folder, LOCK_FILE), { timeout: 0 });
  try {
    lock.pragma('journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    throw new StoreError('in-use', 'Another relay runs on this data folder: stop it, or choose another folder.', { cause: error });
  }
}
