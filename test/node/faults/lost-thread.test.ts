/** The store's thread dies under load, as of a lack of memory: the relay ends, to be started anew, and has kept its promises. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { check } from '../../faults/checker/check.ts';
import { Load } from '../../faults/load/load.ts';
import { RelayUnderTest } from '../../faults/load/relay-under-test.ts';
import { chosenSeed } from '../../faults/seed.ts';
import { seeded } from '../../support/dice.ts';

/** Within reach of node_modules. */
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url));

test('the store’s thread dies in the middle of a write', { timeout: 300_000 }, async (context) => {
  mkdirSync(CACHE, { recursive: true });
  const folder = mkdtempSync(join(CACHE, 'sotto-thread-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const preload = join(folder, 'preload.mjs');
  // Once, after some transactions, in the middle of one.
  writeFileSync(preload, `
    import { isMainThread } from 'node:worker_threads';
    import { existsSync, writeFileSync } from 'node:fs';
    import Sqlite from 'better-sqlite3';
    const died = new URL('died', import.meta.url);
    const { prepare } = Sqlite.prototype;
    let inserts = 0;
    if (!isMainThread && !existsSync(died)) Sqlite.prototype.prepare = function (source) {
      const statement = prepare.call(this, source);
      if (!/INSERT INTO log /.test(source)) return statement;
      return {
        run: (...args) => {
          if (++inserts === 700) {
            writeFileSync(died, '');
            process.exit(1);
          }
          return statement.run(...args);
        },
      };
    };
  `);
  const seed = chosenSeed();
  context.diagnostic(`seed ${seed}`);
  const relay = await RelayUnderTest.prepare({ environment: { NODE_OPTIONS: `--import ${preload}` } });
  context.after(() => relay.dispose());
  await relay.start();
  const load = await Load.make({ relay: relay.url, dice: seeded(seed), rooms: 6, members: 4, window: 8, commits: 0.01 });
  load.produce();
  assert.equal(await relay.ended(), 1, relay.output);
  assert.match(relay.output, /started anew/);
  await relay.start();
  await load.acks(100);
  assert.deepEqual(check(await load.finish()).slice(0, 5), []);
});
