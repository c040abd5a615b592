/** The relay's database as an operator's command reads it: beside a relay that runs, changing nothing. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { DATABASE_FILE } from '../store/sqlite.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from '../store/sqlite-schema.ts';
import { StoreError } from '../store/store.ts';
import { OperatorError } from './operator-error.ts';

/** @throws OperatorError `nothing-there`, `damaged`; StoreError `newer-schema`, `not-a-store` */
export function openForReading(folder: string): Sqlite.Database {
  const path = join(folder, DATABASE_FILE);
  if (!existsSync(path)) throw new OperatorError('nothing-there', `There is no relay's database in ${folder}: name its folder with --data.`);
  const database = new Sqlite(path, { readonly: true, fileMustExist: true });
  try {
    assertOurs(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** That it is a relay's, of a schema that this one knows. */
export function assertOurs(database: Sqlite.Database, path: string): void {
  try {
    database.pragma('trusted_schema = OFF');
    const version = database.pragma('user_version', { simple: true }) as number;
    if (database.pragma('application_id', { simple: true }) !== APPLICATION_ID || version === 0) throw new StoreError('not-a-store', `${path} is no relay's database.`);
    if (version > SCHEMA_VERSION) {
      throw new StoreError('newer-schema', `${path} was written by a newer relay (schema ${version}, this one knows ${SCHEMA_VERSION}): upgrade the relay.`);
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new OperatorError('damaged', `${path} is damaged, or no database.`, { cause: error });
  }
}

/** Reads all of it. */
export function assertIntact(database: Sqlite.Database, path: string): void {
  let found: unknown;
  try {
    database.pragma('cell_size_check = ON');
    found = database.pragma('integrity_check(1)', { simple: true });
  } catch (error) {
    throw new OperatorError('damaged', `${path} is damaged.`, { cause: error });
  }
  if (found !== 'ok') throw new OperatorError('damaged', `${path} is damaged: ${String(found).trim().split('\n').at(-1) ?? ''}.`);
}

export const countRooms = (database: Sqlite.Database): number => database.prepare<[], number>('SELECT count(*) FROM rooms').pluck().get() ?? 0;
