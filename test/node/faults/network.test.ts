/** Delay, cut, half-open, late, one byte at a time: the short form of what `npm run faults` does for longer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badNetwork } from '../../faults/network.ts';
import { chosenSeed } from '../../faults/seed.ts';

test('through a network that misbehaves in every way, every promise is kept', { timeout: 300_000 }, async (context) => {
  const seed = chosenSeed();
  const { violations, acked, unknown, connections } = await badNetwork({ seed, rooms: 8, each: 4, acks: 1000 });
  context.diagnostic(`seed ${seed}: ${acked} acked, ${unknown} without an answer, connections ${JSON.stringify(connections)}`);
  assert.deepEqual(violations.slice(0, 5), [], `SOTTO_FAULTS_SEED=${seed}`);
  assert.ok(unknown > 20);
});
