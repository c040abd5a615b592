/** The short form of the kill cycles: `npm run faults` has hundreds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { killCycles } from '../../faults/kill.ts';
import { chosenSeed } from '../../faults/seed.ts';

test('kill -9 under load, again and again: every promise is kept, by the whole history', { timeout: 300_000 }, async (context) => {
  const seed = chosenSeed();
  const { violations, acked, unknown } = await killCycles({ seed, cycles: 8, rooms: 12, perHistory: 8, acks: 600 });
  context.diagnostic(`seed ${seed}: ${acked} acked, ${unknown} without an answer`);
  assert.deepEqual(violations.slice(0, 5), [], `SOTTO_FAULTS_SEED=${seed}`);
  // Kills that hit nothing show nothing.
  assert.ok(acked > 100 && unknown > 20);
});
