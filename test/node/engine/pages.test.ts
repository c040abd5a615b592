/** A long conversation, read in pages: from any place in it, both ways, and what a page costs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newMessageKey, type MessageKey, type TimelinePage } from '../../../pwa/engine/api.ts';
import type { Range, Storage, StoreName } from '../../../pwa/engine/ports/storage.ts';
import { World } from '../../support/engine-world.ts';

const texts = ({ items }: TimelinePage): readonly string[] => items.flatMap((item) => (item.kind === 'message' && item.content.kind === 'text' ? [item.content.text] : []));
const ends = ({ hasOlder, hasNewer }: TimelinePage): readonly boolean[] => [hasOlder, hasNewer];
const numbers = (from: number, to: number): readonly string[] => Array.from({ length: to - from }, (_, i) => `${from + i}`);

async function scene(count: number) {
  const world = new World();
  const ada = await world.person('Ada');
  const room = await world.roomOf(ada);
  const keys: MessageKey[] = [];
  for (let n = 0; n < count; n++) keys.push((await ada.say(room, `${n}`)) as MessageKey);
  await world.clock.until(async () => (await ada.engine.timeline(room, { limit: 1 })).items.every(({ position }) => position !== null));
  const at = async (n: number): Promise<number> => (await ada.engine.message(room, keys[n] as MessageKey)).position ?? -1;
  return { world, ada, room, keys, at };
}

test('a page begins or ends at a position, or has it in its middle, and says whether there is more', async () => {
  const { ada, room, at } = await scene(40);
  const page = (span: Parameters<typeof ada.engine.timeline>[1]): Promise<TimelinePage> => ada.engine.timeline(room, span);
  const middle = await page({ around: await at(20), limit: 10 });
  assert.deepEqual([texts(middle), ends(middle)], [numbers(15, 26), [true, true]]);
  const newer = await page({ after: await at(25), limit: 10 });
  assert.deepEqual([texts(newer), ends(newer)], [numbers(26, 36), [true, true]]);
  const rest = await page({ after: await at(35), limit: 10 });
  assert.deepEqual([texts(rest), ends(rest)], [numbers(36, 40), [true, false]]);
  const older = await page({ before: await at(15), limit: 10 });
  assert.deepEqual([texts(older), ends(older)], [numbers(5, 15), [true, true]]);
  const first = await page({ before: await at(5), limit: 10 });
  assert.deepEqual([texts(first), ends(first)], [numbers(0, 5), [false, true]]);
  const nearEnd = await page({ around: await at(39), limit: 10 });
  assert.deepEqual([texts(nearEnd), ends(nearEnd)], [numbers(34, 40), [true, false]]);
  const nowhere = await page({ around: 1e9, limit: 4 });
  assert.deepEqual([texts(nowhere), ends(nowhere)], [numbers(38, 40), [true, false]]);
});

test('what waits to be sent stands behind the newest, and nowhere else', async () => {
  const { world, ada, room, at } = await scene(12);
  ada.online = false;
  world.network.cut(ada.name);
  await ada.say(room, 'queued');
  assert.deepEqual(texts(await ada.engine.timeline(room, { after: await at(9), limit: 5 })), ['10', '11', 'queued']);
  assert.deepEqual(texts(await ada.engine.timeline(room, { around: await at(11), limit: 4 })), ['9', '10', '11', 'queued']);
  assert.deepEqual(texts(await ada.engine.timeline(room, { around: await at(5), limit: 4 })), ['3', '4', '5', '6', '7']);
  assert.deepEqual(texts(await ada.engine.timeline(room, { before: await at(3), limit: 5 })), ['0', '1', '2']);
});

test('threads are passed over in both directions', async () => {
  const { world, ada, room, keys, at } = await scene(6);
  for (let n = 0; n < 9; n++) await ada.engine.send(room, newMessageKey(), { kind: 'text', text: `aside ${n}`, thread: keys[0] as MessageKey });
  await ada.say(room, 'end');
  await world.clock.until(async () => (await ada.engine.timeline(room, { limit: 1 })).items.every(({ position }) => position !== null));
  assert.deepEqual(texts(await ada.engine.timeline(room, { after: await at(4), limit: 3 })), ['5', 'end']);
  assert.deepEqual(texts(await ada.engine.timeline(room, { limit: 3 })), ['4', '5', 'end']);
});

test('a page, and marking something as read, read a bounded part of the history', async () => {
  const { world, ada, room, at } = await scene(60);
  const bo = await world.person('Bo');
  const { link } = await world.clock.over(ada.engine.createInvite(room, { hours: 0, uses: 1 }));
  await bo.engine.join(link ?? '');
  await world.clock.until(async () => (await bo.memberCount(room)) === 2);
  for (let n = 0; n < 150; n++) await ada.say(room, `late ${n}`);
  await world.clock.until(async () => (await bo.summary(room))?.unread === 150);
  const late = (await bo.messages(room)).map((item) => item.position ?? -1);
  let rows = 0;
  counting(ada.storage, (found) => { rows += found; });
  counting(bo.storage, (found) => { rows += found; });
  const cost = async (work: Promise<unknown>): Promise<number> => {
    rows = 0;
    await work;
    return rows;
  };
  for (const span of [{ limit: 10 }, { limit: 10, before: await at(40) }, { limit: 10, after: await at(10) }, { limit: 10, around: await at(30) }]) {
    assert.ok((await cost(ada.engine.timeline(room, span))) <= 14, JSON.stringify(span));
  }
  assert.ok((await cost(bo.engine.markRead(room, late[9] ?? 0))) <= 40);
  assert.equal((await bo.summary(room))?.unread, 140);
  assert.ok((await cost(bo.engine.markRead(room, late[29] ?? 0))) <= 60);
  assert.equal((await bo.summary(room))?.unread, 120);
  assert.ok((await cost(bo.engine.markRead(room, late[149] ?? 0))) <= 40, 'to the end');
  assert.equal((await bo.summary(room))?.unread, 0);
});

function counting(storage: Storage, tell: (rows: number) => void): void {
  const range = storage.range.bind(storage);
  storage.range = async (store: StoreName, wanted: Range) => {
    const found = await range(store, wanted);
    tell(found.length);
    return found;
  };
}
