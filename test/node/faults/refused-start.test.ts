/** A relay whose commits would not be fsynced does not start: it could not keep what it promises. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { RelayUnderTest } from '../../faults/load/relay-under-test.ts';

/** Within reach of node_modules. */
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url));

for (const [wish, gets, sentence] of [
  ['synchronous = FULL', 'synchronous = NORMAL', /synchronous=1, not FULL/],
  ['synchronous = FULL', 'synchronous = OFF', /synchronous=0, not FULL/],
  ['journal_mode = WAL', 'journal_mode = DELETE', /journal mode delete, not WAL/],
] as const) {
  test(`SQLite that answers "${wish}" with ${gets}: one sentence, and no relay`, async (context) => {
    mkdirSync(CACHE, { recursive: true });
    const folder = mkdtempSync(join(CACHE, 'sotto-pragma-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const preload = join(folder, 'preload.mjs');
    writeFileSync(preload, `
      import Sqlite from 'better-sqlite3';
      const { pragma } = Sqlite.prototype;
      Sqlite.prototype.pragma = function (source, options) { return pragma.call(this, source === ${JSON.stringify(wish)} ? ${JSON.stringify(gets)} : source, options); };
    `);
    const relay = await RelayUnderTest.prepare({ environment: { NODE_OPTIONS: `--import ${preload}` } });
    context.after(() => relay.dispose());
    await assert.rejects(relay.start(), (error: unknown) => error instanceof Error && /ended with 2/.test(error.message) && sentence.test(error.message));
  });
}
