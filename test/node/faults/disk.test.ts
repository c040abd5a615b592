/** A full disk and a failing one under the real relay: senders are told, readers go on, and it says when it is over. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, test, type TestContext } from 'node:test';
import { failingDisk, healthOf } from '../../faults/disk.ts';
import { RelayUnderTest } from '../../faults/load/relay-under-test.ts';
import { chosenSeed } from '../../faults/seed.ts';
import { Shim } from '../../faults/shim/shim.ts';
import { Pair, Refused, RelayClient } from '../../support/relay-client.ts';

const made = Shim.make();
const skip = typeof made === 'string' ? made : false;
after(() => { if (typeof made !== 'string') made.dispose(); });

async function withShim(run: (shim: Shim) => Promise<void>): Promise<void> {
  if (typeof made === 'string') throw new Error(made);
  try {
    await run(made);
  } finally {
    made.fault = 'none';
  }
}

for (const [fault, code, problem] of [['full', 'relay-full', 'disk-full'], ['write-error', 'unavailable', 'io-error'], ['sync-error', 'unavailable', 'io-error']] as const) {
  test(`under load, ${fault}: every promise is kept, ${code} is what senders are told, and /healthz says ${problem}`, { skip, timeout: 300_000 }, async (context: TestContext) => withShim(async (shim) => {
    const seed = chosenSeed();
    const { violations, told, health, read, recovery } = await failingDisk({ shim, seed, fault, times: 2, rooms: 8 });
    context.diagnostic(`seed ${seed}: told ${JSON.stringify(told)}, ${Math.round(recovery)} ms until it said that all is well`);
    assert.deepEqual(violations.slice(0, 5), [], `SOTTO_FAULTS_SEED=${seed}`);
    assert.ok((told[code] ?? 0) > 0);
    assert.deepEqual(health, [{ status: 503, problem }, { status: 503, problem }]);
    assert.ok(read > 0, 'readers go on');
  }));
}

test('it finds out by itself that space has returned: nobody has to send for that', { skip, timeout: 300_000 }, () => withShim(async (shim) => {
  const relay = await RelayUnderTest.prepare({ shim });
  try {
    await relay.start();
    const client = await RelayClient.connect(relay.url);
    const epoch = await client.create(new Pair());
    shim.fault = 'full';
    const refusal = await client.send(epoch, new Uint8Array(60_000)).then(() => undefined, (error: unknown) => error);
    assert.ok(refusal instanceof Refused && refusal.code === 'relay-full' && refusal.refusal.retryAfter > 0);
    await assert.rejects(client.create(new Pair()), { code: 'relay-full' });
    assert.deepEqual(await healthOf(relay.url), { status: 503, problem: 'disk-full' });
    shim.fault = 'none';
    while ((await healthOf(relay.url)).status !== 200) await pause(50);
    assert.equal((await client.send(epoch, 'there is room again')).seq, 1);
    await client.end();
  } finally {
    await relay.dispose();
  }
}));
