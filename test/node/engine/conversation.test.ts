/** People talking through a relay, in one process and on virtual time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../../support/engine-world.ts';

for (const suite of ['x25519', 'xwing'] as const) {
  test(`two people talk, ${suite}`, async () => {
    const world = new World({ suite });
    const ada = await world.person('Ada');
    const bo = await world.person('Bo');
    const room = await world.roomOf(ada, bo);
    await ada.say(room, 'hello');
    await bo.say(room, 'hi');
    await world.clock.until(async () => (await ada.reads(room)).length === 2 && (await bo.reads(room)).length === 2);
    assert.deepEqual(await bo.reads(room), await ada.reads(room));
    await world.clock.until(async () => (await ada.messages(room)).every((message) => !message.mine || message.status === 'received'));
    assert.deepEqual([...ada.halted, ...bo.halted], []);
    assert.deepEqual((await ada.summary(room))?.alarms, []);
    assert.equal((await bo.summary(room))?.confirmed, true);
  });
}
