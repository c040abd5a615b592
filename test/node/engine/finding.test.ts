/** Search through the engine: over rooms, offline, and through what only the index knows after a restart. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { World } from '../../support/engine-world.ts';

test('what was said is found, in all rooms or in one, from anyone or from one, and after a restart without a network', async () => {
  const world = new World();
  const [ada, bo] = await Promise.all([world.person('Ada'), world.person('Bo')]);
  const room = await world.roomOf(ada, bo);
  const other = await ada.engine.createRoom('notes');
  await ada.say(room, 'The train to Zürich leaves at noon');
  await world.clock.until(async () => (await bo.messages(room)).length === 1);
  await bo.say(room, 'I love ZURICH');
  await ada.say(other, 'tickets for zürich');
  await world.clock.until(async () => (await ada.messages(room)).length === 2 && (await ada.messages(other)).length === 1);
  await world.clock.until(async () => [...await ada.messages(room), ...await ada.messages(other)].every(({ position }) => position !== null));

  const texts = async (query: Parameters<typeof ada.engine.search>[0]): Promise<readonly string[]> =>
    (await ada.engine.search(query)).found.map(({ item }) => (item.content.kind === 'text' ? item.content.text : '')).sort();
  const everywhere = ['I love ZURICH', 'The train to Zürich leaves at noon', 'tickets for zürich'];
  assert.deepEqual(await texts({ text: 'zurich', limit: 10 }), everywhere);
  await ada.restart();
  ada.goOffline();
  assert.deepEqual(await texts({ text: 'zurich', limit: 10 }), everywhere);
  assert.deepEqual(await texts({ text: 'zurich', room, limit: 10 }), everywhere.slice(0, 2));
  const him = (await ada.summary(room))?.members.find(({ name }) => name === 'Bo')?.person ?? assert.fail();
  assert.deepEqual(await texts({ text: 'zurich', from: him, limit: 10 }), everywhere.slice(0, 1));
  assert.deepEqual(await texts({ text: '', limit: 10 }), []);
  const [first] = (await ada.engine.search({ text: 'noon', limit: 1 })).found;
  assert.deepEqual(first?.places, [[30, 34]]);
  assert.equal(first.room, room);
});
