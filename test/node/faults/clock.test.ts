/** The wall clock of the relay goes back and forth: only what is about dates may hang on it. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { jumpingClock } from '../../faults/clock.ts';
import { RelayUnderTest } from '../../faults/load/relay-under-test.ts';
import { chosenSeed } from '../../faults/seed.ts';
import { Shim } from '../../faults/shim/shim.ts';
import { Pair, registration, RelayClient } from '../../support/relay-client.ts';

const shim = Shim.make();
const skip = typeof shim === 'string' ? shim : false;
after(() => { if (typeof shim !== 'string') shim.dispose(); });

test('under load, set back and forth by seconds and decades: nobody notices', { skip, timeout: 300_000 }, async (context) => {
  if (typeof shim === 'string') throw new Error(shim);
  const seed = chosenSeed();
  const { violations, acked, refused, lost } = await jumpingClock({ shim, seed, rooms: 8, jumps: 20 });
  context.diagnostic(`seed ${seed}: ${acked} acked`);
  assert.deepEqual(violations.slice(0, 5), [], `SOTTO_FAULTS_SEED=${seed}`);
  assert.deepEqual([refused, lost], [0, 0], 'no connection ended, and nothing was refused for a rate');
});

test('what hangs on it is when an invite expires, by the time that the relay is told', { skip, timeout: 300_000 }, async () => {
  if (typeof shim === 'string') throw new Error(shim);
  const relay = await RelayUnderTest.prepare({ shim });
  try {
    await relay.start();
    const client = await RelayClient.connect(relay.url);
    const invite = new Pair();
    const { room } = await client.create(new Pair(), { invites: [registration(invite, 0, Math.floor(Date.now() / 1000) + 3600)] });
    const joiner = await RelayClient.connect(relay.url);
    await joiner.openInvite(room, invite);
    shim.clock = 2 * 3600 * 1000;
    await assert.rejects(joiner.openInvite(room, invite), { code: 'invite-expired' });
    shim.clock = -24 * 3600 * 1000;
    await joiner.openInvite(room, invite);
    await Promise.all([client.end(), joiner.end()]);
  } finally {
    shim.clock = 0;
    await relay.dispose();
  }
});
