/** Both stores keep the port's guarantees; SQLite refuses to start where it could not. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { MemoryStore } from '../../../relay/store/memory.ts';
import { assertDurable, makeDurable } from '../../../relay/store/sqlite-durability.ts';
import { SCHEMA_VERSION } from '../../../relay/store/sqlite-schema.ts';
import { DATABASE_FILE, sqliteStore } from '../../../relay/store/sqlite.ts';
import { threadedStore } from '../../../relay/store/threaded.ts';
import { scratchFolder } from '../../support/relay-places.ts';
import { storeConformance } from '../../support/relay-store-conformance.ts';

storeConformance('memory', () => {
  const store = new MemoryStore();
  return { open: () => store, exclusive: false };
});

storeConformance('sqlite', () => {
  const folder = scratchFolder();
  return { open: () => sqliteStore(folder), exclusive: true };
});

storeConformance('sqlite on its thread', () => {
  const folder = scratchFolder();
  return { open: () => threadedStore(folder), exclusive: true };
});

test('sqlite: a database of a newer schema is refused, and left as it is', async () => {
  const folder = scratchFolder();
  await sqliteStore(folder).close();
  const database = new Sqlite(join(folder, DATABASE_FILE));
  database.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
  database.close();
  assert.throws(() => sqliteStore(folder), { code: 'newer-schema' });
  const after = new Sqlite(join(folder, DATABASE_FILE), { readonly: true });
  assert.equal(after.pragma('user_version', { simple: true }), SCHEMA_VERSION + 1);
  after.close();
});

test('sqlite: another program’s database, and what is no database, are refused', () => {
  const foreign = scratchFolder();
  const database = new Sqlite(join(foreign, DATABASE_FILE));
  database.exec('CREATE TABLE theirs (x)');
  database.close();
  assert.throws(() => sqliteStore(foreign), { code: 'not-a-store' });
  const garbage = scratchFolder();
  writeFileSync(join(garbage, DATABASE_FILE), 'no database, but long enough to be taken for one'.repeat(100));
  assert.throws(() => sqliteStore(garbage), { code: 'not-a-store' });
});

test('sqlite: every commit is fsynced, or it does not start', () => {
  const folder = scratchFolder();
  const first = new Sqlite(join(folder, 'some.db'));
  assert.throws(() => assertDurable(first), { code: 'not-durable' }, 'without WAL');
  first.pragma('journal_mode = WAL');
  first.close();
  const database = new Sqlite(join(folder, 'some.db'));
  assert.throws(() => assertDurable(database), { code: 'not-durable' }, 'this build falls to NORMAL in WAL');
  makeDurable(database);
  assertDurable(database);
  for (const [mode, holds] of [['OFF', false], ['NORMAL', false], ['FULL', true]] as const) {
    database.pragma(`synchronous = ${mode}`);
    if (holds) assertDurable(database);
    else assert.throws(() => assertDurable(database), { code: 'not-durable' }, mode);
  }
  database.close();
  const memory = new Sqlite(':memory:');
  makeDurable(memory);
  assert.throws(() => assertDurable(memory), { code: 'not-durable' }, 'in memory');
  memory.close();
});
