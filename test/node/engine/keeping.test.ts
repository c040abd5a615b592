/** What one chooses for a room on this device alone, mentions, and that receipts are told once for a burst, by whoever tells. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEnvelope } from '../../../shared/envelope.ts';
import { newMessageKey, type RoomKey } from '../../../pwa/engine/api.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const HOUR = 3_600_000;

const scene = async (count = 0) => {
  const world = new World();
  const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
  const room = await world.roomOf(ada, bo);
  for (let n = 0; n < count; n++) await bo.say(room, `n${n}`);
  await world.clock.until(async () => (await ada.messages(room)).length === count);
  const mention = async (text = '@Ada') => {
    const person = (await ada.summary(room))?.me ?? assert.fail();
    await bo.engine.send(room, newMessageKey(), { kind: 'text', text, mentions: [{ start: 0, end: 4, person }] });
  };
  return { world, ada, bo, room, mention };
};

const place = async (who: Someone, room: RoomKey) => (await who.summary(room))?.place;

test('muted, archived, pinned: kept here alone, over a restart', async () => {
  const { world, ada, bo, room } = await scene();
  const sent: unknown[] = [];
  world.network.onFrame = (frame, direction) => { if (direction === 'up' && decodeEnvelope(frame) !== undefined) sent.push(frame); };
  const until = world.clock.now() + 8 * HOUR;
  await world.clock.over(ada.engine.setPlace(room, { pinned: true, muted: { until, mentions: true } }));
  await ada.restart();
  assert.deepEqual(await place(ada, room), { pinned: true, archived: false, muted: { until, mentions: true } });
  await world.clock.over(ada.engine.setPlace(room, { archived: true }));
  assert.deepEqual(await place(ada, room), { pinned: false, archived: true, muted: { until, mentions: true } });
  await world.clock.over(ada.engine.setPlace(room, { pinned: true }));
  assert.deepEqual(await place(ada, room), { pinned: true, archived: false, muted: { until, mentions: true } });
  await world.clock.pass(1000);
  assert.deepEqual(sent, []);
  assert.deepEqual(await place(bo, room), { pinned: false, archived: false, muted: null });
});

test('a time for which a room is muted ends, and lists are told', async () => {
  const { world, ada, room } = await scene();
  await world.clock.over(ada.engine.setPlace(room, { muted: { until: world.clock.now() + HOUR, mentions: false } }));
  await ada.restart();
  const states: boolean[] = [];
  ada.engine.subscribe((event) => { if (event.kind === 'state') states.push(event.state.rooms[0]?.place.muted === null); });
  await world.clock.pass(HOUR - 1000);
  assert.equal((await place(ada, room))?.muted === null, false);
  await world.clock.pass(2000);
  assert.equal((await place(ada, room))?.muted, null);
  assert.equal(states.at(-1), true);
});

test('what is archived comes back with the next message; muted, only with a mention where one wants that', async () => {
  const { world, ada, bo, room, mention } = await scene();
  const archived = async () => (await place(ada, room))?.archived;
  const say = async (what: () => Promise<unknown>) => {
    const count = (await ada.messages(room)).length;
    await what();
    await world.clock.until(async () => (await ada.messages(room)).length > count);
  };
  await world.clock.over(ada.engine.setPlace(room, { archived: true }));
  await say(() => ada.say(room, 'one’s own words bring nothing back'));
  assert.equal(await archived(), true);
  await say(() => bo.say(room, 'hello?'));
  assert.equal(await archived(), false);
  await world.clock.over(ada.engine.setPlace(room, { archived: true, muted: { until: null, mentions: true } }));
  await say(() => bo.say(room, 'hello?'));
  assert.equal(await archived(), true);
  await say(() => mention());
  assert.equal(await archived(), false);
  await world.clock.over(ada.engine.setPlace(room, { archived: true, muted: { until: null, mentions: false } }));
  await say(() => mention());
  assert.equal(await archived(), true);
});

test('unread mentions are counted until they are read, or gone', async () => {
  const { world, ada, bo, room, mention } = await scene(2);
  for (const text of ['@Ada one', '@Ada two', '@Ada three']) await mention(text);
  await bo.say(room, 'last');
  await world.clock.until(async () => (await ada.summary(room))?.unread === 6);
  const mentioned = async () => (await ada.summary(room))?.mentioned;
  assert.deepEqual([await mentioned(), (await bo.summary(room))?.mentioned], [3, 0]);
  const messages = await ada.messages(room);
  await world.clock.over(ada.engine.markRead(room, messages[2]?.position ?? assert.fail()));
  assert.equal(await mentioned(), 2);
  await ada.restart();
  assert.equal(await mentioned(), 2);
  await bo.engine.deleteForAll(room, messages[3]?.id ?? assert.fail());
  await world.clock.until(async () => (await mentioned()) === 1);
  await world.clock.over(ada.engine.deleteHere(room, [messages[4]?.id ?? assert.fail()]));
  assert.equal(await mentioned(), 0);
});

test('that messages have arrived is told once for a burst, by whoever tells, to whoever tells', async () => {
  const { world, ada, bo, room } = await scene();
  let receipts = 0;
  let from = '';
  world.network.onFrame = (frame, direction, line) => { if (direction === 'up' && line.owner === from && decodeEnvelope(frame)?.kind === 'message') receipts++; };
  const burst = async (name: string) => {
    for (let n = 0; n < 20; n++) await ada.say(room, `${name} ${n}`);
    await world.clock.until(async () => (await bo.reads(room)).at(-1) === `${name} 19`);
    await world.clock.pass(20_000);
  };
  const statuses = async (who: Someone) => [...new Set((await who.messages(room)).map(({ status }) => status))];
  from = 'Bo';
  await burst('first');
  assert.deepEqual([receipts, await statuses(ada)], [1, ['received']]);
  // Ada does not want to know, nor to tell.
  const changed: string[] = [];
  ada.engine.subscribe((event) => { if (event.kind === 'timeline') changed.push(...event.items.flatMap((item) => (item.kind === 'message' ? (item.status ?? []) : []))); });
  await ada.engine.setPreferences({ deliveryReceipts: false });
  await world.clock.pass(100);
  assert.deepEqual([await statuses(ada), [...new Set(changed)]], [['sent'], ['sent']]);
  [from, receipts] = ['Ada', 0];
  await bo.say(room, 'did it arrive?');
  await world.clock.until(async () => (await ada.reads(room)).at(-1) === 'did it arrive?');
  await world.clock.pass(20_000);
  assert.equal(receipts, 0);
  assert.equal((await bo.messages(room)).at(-1)?.status, 'sent');
  // Reading is another matter.
  await world.clock.over(ada.engine.markRead(room, 1000));
  await world.clock.pass(20_000);
  assert.equal((await bo.messages(room)).at(-1)?.status, 'read');
});
