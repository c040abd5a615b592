/**
 * A copy of the database as it is at one moment, and of the blobs, while the relay goes on.
 *
 * `VACUUM INTO` reads within one transaction of its own: in WAL mode no writer waits for it, and none disturbs it, as one would the
 * online backup API, which begins anew whenever another process writes. What was deleted is not in the copy. SQLite does not fsync it
 * (https://sqlite.org/lang_vacuum.html), so that is done here. Blobs come after it: whatever a message in it
 * speaks of was whole before.
 */
import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { DATABASE_FILE } from '../store/sqlite.ts';
import { blobFolder, blobsOf, copyBlobs, type BlobStats } from './blobs.ts';
import { assertIntact, countRooms, openForReading } from './database.ts';
import { filesOf, isOfSystem, placeOf, putInPlace, removeDatabase } from './files.ts';
import { OperatorError } from './operator-error.ts';

export interface BackedUp {
  readonly rooms: number;
  readonly bytes: number;
  /** In a folder beside the file. */
  readonly blobs: BlobStats;
}

/** @throws OperatorError, StoreError; then there is no new file */
export function backup(folder: string, file: string, { force = false } = {}): BackedUp {
  const source = openForReading(folder);
  const draft = `${file}.partial`;
  try {
    if (filesOf(join(folder, DATABASE_FILE)).some((path) => placeOf(path) === placeOf(file))) {
      throw new OperatorError('unusable-file', `${file} is where the relay's own database lies: choose another file.`);
    }
    if (existsSync(file) && !force) throw new OperatorError('file-exists', `${file} exists: choose another file, or overwrite it with --force.`);
    mkdirSync(dirname(file), { recursive: true });
    removeDatabase(draft);
    closeSync(openSync(draft, 'wx', 0o600)); // nobody else on the machine may read it
    source.prepare('VACUUM INTO ?').run(draft);
    const copy = new Sqlite(draft, { readonly: true });
    try {
      assertIntact(copy, draft);
      const blobs = copyBlobs(blobFolder(folder), blobsOf(file), { mirror: true });
      putInPlace(draft, file);
      return { rooms: countRooms(copy), bytes: statSync(file).size, blobs };
    } finally {
      copy.close();
    }
  } catch (error) {
    removeDatabase(draft);
    throw isOfSystem(error) ? new OperatorError('unusable-file', `${file} could not be written: ${error.message}.`, { cause: error }) : error;
  } finally {
    source.close();
  }
}
