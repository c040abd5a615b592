/** What it takes to start: it must not grow with what was said, and hardly with the number of rooms. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageKey, RoomKey } from '../../../pwa/engine/api.ts';
import type { Range, StorageKey, StoreName } from '../../../pwa/engine/ports/storage.ts';
import { World, type Someone } from '../../support/engine-world.ts';

async function withRooms(world: World, someone: Someone, count: number, messages: number): Promise<readonly RoomKey[]> {
  const rooms: RoomKey[] = [];
  for (let n = 0; n < count; n++) {
    const room = await world.roomOf(someone);
    for (let m = 0; m < messages; m++) await someone.say(room, `${n}.${m}`);
    rooms.push(room);
  }
  await world.clock.until(async () => (await Promise.all(rooms.map(async (room) => (await someone.engine.timeline(room, { limit: 1 })).items))).flat().every(({ position }) => position !== null));
  return rooms;
}

/** The reads of a start without a network: by store, and rows in all. */
async function startOf(someone: Someone): Promise<{ readonly reads: readonly string[]; readonly rows: number }> {
  someone.online = false;
  await someone.engine.close();
  const { storage } = someone;
  const reads: string[] = [];
  let rows = 0;
  const [get, range] = [storage.get.bind(storage), storage.range.bind(storage)];
  storage.get = (store: StoreName, key: StorageKey) => {
    reads.push(store);
    rows += 1;
    return get(store, key);
  };
  storage.range = async (store: StoreName, wanted: Range) => {
    const found = await range(store, wanted);
    reads.push(store);
    rows += found.length;
    return found;
  };
  await someone.start();
  const told = { reads: [...reads].sort(), rows };
  storage.get = get;
  storage.range = range;
  return told;
}

test('as many reads for many rooms with long histories as for few with none, and neither timelines nor groups', async () => {
  const world = new World();
  const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
  await withRooms(world, ada, 2, 1);
  const rooms = await withRooms(world, bo, 14, 20);
  const [few, many] = [await startOf(ada), await startOf(bo)];
  assert.deepEqual(many.reads, few.reads);
  assert.ok(!many.reads.includes('timeline') && !many.reads.includes('groups'), many.reads.join(' '));
  // A room is three rows: itself, what it agreed on, what was said last.
  assert.equal(many.rows - few.rows, 12 * 3);
  const shown = (await bo.engine.state()).rooms.map(({ room, latest }) => [room, latest?.kind === 'message' && latest.content.kind === 'text' ? latest.content.text : '']);
  assert.deepEqual(new Map(shown as [string, string][]), new Map(rooms.map((room, n) => [room, `${n}.19`])));
});

test('the list says what was said last also where that was taken away, or came again after a crash', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const room = await world.roomOf(ada);
  await ada.say(room, 'first');
  const second = await ada.say(room, 'second');
  const preview = async (): Promise<unknown> => {
    const latest = (await ada.summary(room))?.latest;
    return latest?.kind === 'message' && latest.content.kind === 'text' ? latest.content.text : latest?.kind;
  };
  await world.clock.until(async () => (await ada.engine.message(room, second as MessageKey)).position !== null);
  await startOf(ada);
  assert.equal(await preview(), 'second');
  await ada.engine.deleteHere(room, [second as MessageKey]);
  assert.equal(await preview(), 'first');
  const { reads } = await startOf(ada);
  assert.equal(await preview(), 'first');
  // It was not written down anew, and is looked up.
  assert.ok(reads.includes('timeline'));
});

test('what needs the group of a room finds it, right after a start without a network', async () => {
  const world = new World();
  const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
  const room = await world.roomOf(ada, bo);
  const said = (await bo.say(room, 'not so nice')) as MessageKey;
  await world.clock.until(async () => (await ada.messages(room)).length === 1);
  await startOf(ada);
  assert.equal((await ada.engine.invites(room)).length, 1);
  await startOf(ada);
  assert.equal((await ada.engine.security(room)).members.length, 2);
  await startOf(ada);
  // An admin may: that is known by the group.
  await ada.engine.deleteForAll(room, said);
  assert.equal((await ada.engine.message(room, said)).content.kind, 'deleted');
  ada.online = true;
  await ada.engine.wake();
  await world.clock.until(async () => (await bo.engine.message(room, said)).content.kind === 'deleted');
});
