/** A full disk under real engines: what people see of it. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, test } from 'node:test';
import { healthOf } from '../../faults/disk.ts';
import { messagesOf, person, roomOf, say, until, wordsOf } from '../../faults/engines/people.ts';
import { RelayUnderTest } from '../../faults/load/relay-under-test.ts';
import { Shim } from '../../faults/shim/shim.ts';

const shim = Shim.make();
const skip = typeof shim === 'string' ? shim : false;
after(() => { if (typeof shim !== 'string') shim.dispose(); });

test('what is written meanwhile waits, what was there is read, and it arrives once there is space', { skip, timeout: 300_000 }, async (context) => {
  if (typeof shim === 'string') throw new Error(shim);
  const relay = await RelayUnderTest.prepare({ shim });
  context.after(() => relay.dispose());
  await relay.start();
  const [ada, bo] = [await person('Ada', relay.url), await person('Bo', relay.url)];
  context.after(() => Promise.all([ada.close(), bo.close()]));
  const room = await roomOf(ada, bo);
  await say(ada, room, 'before');
  await until(bo, async () => (await messagesOf(bo, room)).length === 1);

  shim.fault = 'full';
  context.after(() => { shim.fault = 'none'; });
  await Promise.all(Array.from({ length: 20 }, (_, i) => say(ada, room, `${i} ${'x'.repeat(20_000)}`)));
  while ((await healthOf(relay.url)).status === 200) await pause(20);
  assert.ok((await messagesOf(ada, room)).some((item) => item.mine && item.status === 'queued'), 'it is kept, and shown as waiting');
  // Somebody comes back meanwhile, and reads what there is.
  await bo.wake();
  assert.ok((await messagesOf(bo, room)).length >= 1);

  shim.fault = 'none';
  await until(bo, async () => (await messagesOf(bo, room)).length === 21);
  await until(ada, async () => (await messagesOf(ada, room)).every((item) => item.position !== null));
  assert.deepEqual(await wordsOf(bo, room), await wordsOf(ada, room));
  assert.equal(new Set(await wordsOf(bo, room)).size, 21, 'none twice');
});
