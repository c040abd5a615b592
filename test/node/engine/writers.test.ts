/** Two engines on one stored state: the second supersedes the first, and no ratchet moves twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../pwa/engine/engine.ts';
import { EngineError, newMessageKey } from '../../../pwa/engine/api.ts';
import { World } from '../../support/engine-world.ts';

test('the engine that was superseded halts and sends nothing more', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  const first = ada.engine;
  // Both have the same group state in memory from here on.
  const second = await createEngine(ada.options());
  await assert.rejects(first.send(room, newMessageKey(), { kind: 'text', text: 'from the first' }), (cause) => cause instanceof EngineError && cause.problem.code === 'superseded');
  assert.equal(ada.halted.length, 1);
  await assert.rejects(first.state(), EngineError);
  for (let n = 0; n < 5; n++) await second.send(room, newMessageKey(), { kind: 'text', text: `from the second ${n}` });
  await world.clock.until(async () => (await bo.reads(room)).length === 5);
  await bo.say(room, 'heard');
  await world.clock.pass(5000);
  assert.deepEqual(await bo.notices(room), ['joined']);
  const { items } = await second.timeline(room, { limit: 50 });
  assert.equal(items.filter((item) => item.kind === 'message').length, 6);
  await second.close();
});

test('a hundred changes of hand, each amid sending: everything arrives once and is readable', async () => {
  const world = new World({ seed: 9 });
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  const said: string[] = [];
  for (let round = 0; round < 100; round++) {
    const text = `round ${round}`;
    said.push(text);
    await ada.say(room, text);
    await world.clock.pass(world.dice.below(30));
    // The old one is left running: only the storage stops it.
    await ada.start();
  }
  await world.clock.until(async () => (await bo.reads(room)).length === said.length);
  assert.deepEqual(await bo.reads(room), said);
  await world.clock.pass(10_000);
  assert.deepEqual(await ada.reads(room), said);
  assert.deepEqual(await bo.notices(room), ['joined']);
  assert.deepEqual((await bo.summary(room))?.alarms, []);
});
