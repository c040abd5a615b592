/** The short form of the power cuts: `npm run faults` has hundreds. And the counter-proof, that they would find a loss. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { powerCuts } from '../../faults/power/cuts.ts';
import { chosenSeed } from '../../faults/seed.ts';
import { Shim } from '../../faults/shim/shim.ts';

const shim = Shim.make();
const skip = typeof shim === 'string' ? shim : false;
after(() => { if (typeof shim !== 'string') shim.dispose(); });

const cuts = (...[options]: [Omit<Parameters<typeof powerCuts>[0], 'shim'>]): ReturnType<typeof powerCuts> => {
  if (typeof shim === 'string') throw new Error(shim);
  return powerCuts({ shim, ...options });
};

test('the power goes away at random moments: all that was promised is there, and the database is whole', { skip }, async (context) => {
  const seed = chosenSeed();
  const { broken, calls, envelopes } = await cuts({ seed, batches: 120, cuts: 40 });
  context.diagnostic(`seed ${seed}: 40 cuts of ${calls} calls, ${envelopes} envelopes looked at`);
  assert.deepEqual(broken, [], `SOTTO_FAULTS_SEED=${seed}`);
  assert.ok(calls > 1000 && envelopes > 1000);
});

for (const synchronous of ['NORMAL', 'OFF'] as const) {
  test(`with synchronous=${synchronous}, which the relay refuses, the very same cuts lose what was promised`, { skip }, async () => {
    const { broken } = await cuts({ seed: 1, batches: 40, cuts: 12, synchronous });
    assert.ok(broken.length > 0);
  });
}
