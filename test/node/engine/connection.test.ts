/** Lines that die without a word, relays that are away for long, and coming back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineEvent } from '../../../pwa/engine/api.ts';
import { systemRandomness } from '../../../pwa/engine/node/system.ts';
import { backoff } from '../../../pwa/engine/sync/backoff.ts';
import { World } from '../../support/engine-world.ts';

test('a line that is dead without saying so is given up: by its silence, and at once when the app wakes', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  for (const wakes of [false, true]) {
    const dead = [...world.network.lines].find(({ owner }) => owner === 'Bo');
    assert.ok(dead !== undefined);
    world.network.tamper = (frame, _, line) => (line === dead ? [] : [frame]);
    const words = wakes ? 'after waking' : 'after the silence';
    await bo.say(room, words);
    const began = world.clock.now();
    if (wakes) await bo.engine.wake();
    await world.clock.until(async () => (await ada.reads(room)).includes(words));
    const took = world.clock.now() - began;
    assert.ok(wakes ? took < 6000 : took > 20_000 && took < 90_000, `${took} ms`);
  }
});

test('a line that is well is left alone when the app wakes', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  await world.roomOf(ada, bo);
  const lines = [...world.network.lines];
  await ada.engine.wake();
  await world.clock.pass(200_000);
  assert.deepEqual([...world.network.lines], lines);
});

test('while the relay is away its people say so, try less and less often, and come back by themselves', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  const kinds: string[] = [];
  ada.engine.subscribe((event: EngineEvent) => { if (event.kind === 'state' && event.state.connection.kind !== kinds.at(-1)) kinds.push(event.state.connection.kind); });
  world.network.stopRelay();
  let attempts = 0;
  await ada.say(room, 'in the meantime');
  for (let minute = 0; minute < 10; minute++) {
    const before = kinds.length;
    await world.clock.pass(60_000);
    attempts = kinds.slice(before).filter((kind) => kind === 'connecting').length;
  }
  assert.ok(attempts >= 1 && attempts <= 12, `${attempts} attempts in the tenth minute`);
  assert.equal((await ada.messages(room))[0]?.status, 'queued');
  world.network.startRelay();
  await world.clock.until(async () => (await bo.reads(room)).includes('in the meantime'));
  assert.equal(kinds.at(-1), 'online');
});

test('a relay that says goodbye is expected back: it may take half a minute, and its people are there within seconds', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  await world.clock.over(world.network.closeRelay());
  await ada.say(room, 'in the meantime');
  await world.clock.pass(30_000);
  world.network.startRelay();
  const back = world.clock.now();
  await world.clock.until(async () => (await bo.reads(room)).includes('in the meantime'));
  assert.ok(world.clock.now() - back < 6000, `${world.clock.now() - back} ms`);
});

test('the wait is uniform below a bound that doubles up to half a minute', () => {
  for (const [failures, bound] of [[1, 500], [2, 1000], [5, 8000], [7, 30_000], [60, 30_000]] as const) {
    const waits = Array.from({ length: 400 }, () => backoff(failures, systemRandomness));
    assert.ok(waits.every((wait) => wait >= 0 && wait < bound));
    assert.ok(Math.max(...waits) > bound * 0.9 && Math.min(...waits) < bound * 0.1);
  }
});
