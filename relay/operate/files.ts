/** Files that are whole or not there. */
import { closeSync, existsSync, fsyncSync, openSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';

/** What SQLite keeps beside a database. */
const BESIDE = ['-journal', '-wal', '-shm'];

/** What a file system, or SQLite on it, answered. */
export const isOfSystem = (error: unknown): error is Error => error instanceof Sqlite.SqliteError || (error instanceof Error && 'syscall' in error);

/** Onto the disk, then in place under its name, which is then on the disk too. */
export function putInPlace(draft: string, path: string): void {
  sync(draft);
  renameSync(draft, path);
  if (process.platform !== 'win32') sync(dirname(path)); // which opens no folders
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** All that make up a database. */
export const filesOf = (path: string): readonly string[] => [path, ...BESIDE.map((suffix) => `${path}${suffix}`)];

export function removeBeside(path: string): void {
  for (const file of filesOf(path).slice(1)) rmSync(file, { force: true });
}

export function removeDatabase(path: string): void {
  for (const file of filesOf(path)) if (existsSync(file)) rmSync(file);
}

/** Where a file is, or would be, by whatever way it was named. */
export function placeOf(path: string): string {
  const folder = dirname(resolve(path));
  try {
    return join(realpathSync(folder), basename(path));
  } catch {
    return resolve(path); // the folder is not there: nothing else has that name
  }
}
