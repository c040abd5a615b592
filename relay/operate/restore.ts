/**
 * Puts a backup in place of the database. Every log gets a new incarnation, so that clients notice whatever the backup lacks, even
 * where the log has grown past it by the time they come: they say so, keep their history, and send again what they have (PROTOCOL.md,
 * "Lost logs"). All is checked on a copy; only a whole one takes the place of what was there. Blobs are added to those that are there: a relay that
 * runs lets go of those whose room is no more.
 */
import { copyFileSync, chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { takeLock } from '../store/lock.ts';
import { DATABASE_FILE } from '../store/sqlite.ts';
import { blobFolder, blobsOf, copyBlobs, type BlobStats } from './blobs.ts';
import { assertIntact, assertOurs, countRooms } from './database.ts';
import { isOfSystem, placeOf, putInPlace, removeBeside, removeDatabase } from './files.ts';
import { OperatorError } from './operator-error.ts';

export interface Restored {
  readonly rooms: number;
  readonly blobs: BlobStats;
}

/** @throws OperatorError; StoreError `in-use`, `newer-schema`, `not-a-store`; then nothing was changed, but that blobs may have come back */
export function restore(folder: string, file: string, { force = false } = {}): Restored {
  if (!existsSync(file) || !statSync(file).isFile()) throw new OperatorError('nothing-there', `There is no file ${file}.`);
  if (existsSync(`${file}-wal`) && statSync(`${file}-wal`).size > 0) {
    throw new OperatorError('unusable-file', `${file} is in use, or a part of a folder that was copied: restore what sotto relay backup has made.`);
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, DATABASE_FILE);
  if (placeOf(file) === placeOf(path)) throw new OperatorError('unusable-file', `${file} is the relay's database itself.`);
  const lock = takeLock(folder);
  const draft = `${path}.restoring`;
  try {
    if (existsSync(path) && !force) throw new OperatorError('not-empty', `There is a database in ${folder}: put the backup in its place with --force, or choose another folder with --data.`);
    removeDatabase(draft);
    copyFileSync(file, draft);
    chmodSync(draft, 0o600);
    const rooms = made(draft, file);
    const blobs = copyBlobs(blobsOf(file), blobFolder(folder), { mirror: false });
    // What was there is given up from here on. Its log of writes must not be taken for the new database's.
    removeBeside(path);
    putInPlace(draft, path);
    return { rooms, blobs };
  } catch (error) {
    removeDatabase(draft);
    throw isOfSystem(error) ? new OperatorError('unusable-file', `${path} could not be written: ${error.message}.`, { cause: error }) : error;
  } finally {
    lock.close();
  }
}

/** `file`: as it is named to the operator. Answers with how many rooms there are. */
function made(draft: string, file: string): number {
  let database: Sqlite.Database | undefined;
  try {
    database = new Sqlite(draft);
    assertOurs(database, file);
    assertIntact(database, file);
    database.pragma('journal_mode = DELETE'); // one file
    database.prepare('UPDATE rooms SET incarnation = randomblob(16)').run();
    return countRooms(database);
  } catch (error) {
    throw error instanceof Sqlite.SqliteError ? new OperatorError('damaged', `${file} is damaged, or could not be copied: ${error.message}.`, { cause: error }) : error;
  } finally {
    database?.close();
  }
}
