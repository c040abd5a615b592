/** The small things: drafts, unread counts, ticks, pages, names, newer versions, a full disk. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../pwa/engine/engine.ts';
import { EngineError, newMessageKey, type EngineEvent, type MessageItem } from '../../../pwa/engine/api.ts';
import { StorageError, type Storage } from '../../../pwa/engine/ports/storage.ts';
import { World } from '../../support/engine-world.ts';

test('unread counts, what was read, drafts and history survive a restart', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  for (let n = 0; n < 30; n++) await ada.say(room, `n${n}`);
  await world.clock.until(async () => (await bo.summary(room))?.unread === 30);
  const middle = (await bo.messages(room))[19]?.position ?? 0;
  await bo.engine.markRead(room, middle);
  await bo.engine.setDraft(room, 'half a thought');
  assert.equal((await bo.summary(room))?.unread, 10);
  await bo.engine.markRead(room, 1);
  await bo.restart();
  const summary = await bo.summary(room);
  assert.deepEqual([summary?.unread, summary?.readThrough, summary?.draft, summary?.name], [10, middle, 'half a thought', 'the room']);
  const last = await bo.engine.timeline(room, { limit: 7 });
  assert.equal(last.hasOlder, true);
  assert.deepEqual(last.items.map((item) => item.kind === 'message' && item.content.kind === 'text' && item.content.text), ['n23', 'n24', 'n25', 'n26', 'n27', 'n28', 'n29']);
  const older = await bo.engine.timeline(room, { before: last.items[0]?.position ?? 0, limit: 100 });
  assert.equal(older.hasOlder, false);
  assert.equal(older.items.length + last.items.length, (await bo.engine.timeline(room, { limit: 1000 })).items.length);
  await bo.engine.setDraft(room, '');
  await bo.restart();
  assert.equal((await bo.summary(room))?.draft, '');
});

test('what was written before anyone else was there stays "sent": nobody who came later has it', async () => {
  const world = new World();
  const [ada, bo] = await Promise.all([world.person('Ada'), world.person('Bo')]);
  const room = await ada.engine.createRoom('the room');
  await ada.say(room, 'talking to myself');
  const { link } = await world.clock.over(ada.engine.createInvite(room, { hours: 1, uses: 1 }));
  await bo.engine.join(link ?? assert.fail('no link'));
  await world.clock.until(async () => (await ada.summary(room))?.members.length === 2);
  await ada.say(room, 'welcome');
  await world.clock.until(async () => (await ada.messages(room)).some(({ status }) => status === 'received'));
  assert.deepEqual((await ada.messages(room)).map(({ status }) => status), ['sent', 'received']);
});

test('the draft that is sent goes with it, in one step; another one stays', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const room = await ada.engine.createRoom('the room');
  await ada.engine.setDraft(room, 'on my way ');
  await ada.say(room, 'on my way');
  await ada.restart();
  assert.equal((await ada.summary(room))?.draft, '');
  await ada.engine.setDraft(room, 'and then');
  await ada.say(room, 'something else');
  await ada.restart();
  assert.equal((await ada.summary(room))?.draft, 'and then');
});

test('the ticks: queued, sent, received; a burst is one receipt, and three devices do not repeat each other', async () => {
  const world = new World();
  const people = await Promise.all(['Ada', 'Bo', 'Cy', 'Di'].map((name) => world.person(name)));
  const [ada, ...others] = people as [typeof people[number], ...typeof people];
  const room = await world.roomOf(ada, ...others);
  await world.clock.pass(10_000);
  for (const one of others) one.goOffline();
  const statuses: (string | null)[] = [];
  ada.engine.subscribe((event: EngineEvent) => {
    if (event.kind === 'timeline') statuses.push(...event.items.flatMap((item) => (item.kind === 'message' ? [item.status] : [])));
  });
  await ada.say(room, 'one');
  await world.clock.pass(5000);
  assert.equal((await ada.messages(room))[0]?.status, 'sent');
  for (let n = 0; n < 9; n++) await ada.say(room, `more ${n}`);
  await world.clock.pass(5000);
  let sent = 0;
  world.network.onFrame = (frame, direction) => { if (direction === 'up' && frame[0] === 1) sent++; };
  for (const one of others) await one.goOnline();
  await world.clock.until(async () => (await ada.messages(room)).every(({ status }) => status === 'received'));
  await world.clock.pass(30_000);
  assert.ok(sent >= 1 && sent <= 3, `${sent} envelopes for ten messages to three`);
  assert.deepEqual([...new Set(statuses)], ['queued', 'sent', 'received']);
  assert.ok(!(await ada.reads(room)).includes('?'));
});

test('sending again under one id changes nothing, whenever it comes', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  const id = newMessageKey();
  const again = (): Promise<void> => ada.engine.send(room, id, { kind: 'text', text: 'once' });
  await Promise.all([again(), again(), again()]);
  await world.clock.until(async () => (await bo.reads(room)).length === 1);
  await again();
  await ada.restart();
  await again();
  await world.clock.pass(10_000);
  assert.deepEqual(await ada.reads(room), ['once']);
  assert.deepEqual(await bo.reads(room), ['once']);
});

test('too long, no profile, no such room: each is said, and nothing is stored', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const room = await ada.engine.createRoom('\u202Eevil\u200B room');
  assert.equal((await ada.summary(room))?.name, 'evil room');
  const refused = (code: string) => (cause: unknown) => cause instanceof EngineError && cause.problem.code === code;
  await assert.rejects(ada.say(room, 'x'.repeat(40_000)), refused('too-long'));
  await assert.rejects(ada.say('nowhere' as typeof room, 'x'), refused('not-a-member'));
  assert.deepEqual(await ada.messages(room), []);
  const nobody = await createEngine({ ...ada.options(), storage: (await world.person('Zoe')).storage, deviceKey: { deviceKey: async () => new Uint8Array(32) } }).catch((cause: unknown) => cause);
  assert.ok(refused('storage-failed')(nobody), 'another device’s records do not open');
});

test('a full disk: the message is refused, what there is stays, and it goes on when there is space', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  await ada.engine.close();
  let full = false;
  const inner = ada.storage;
  const storage: Storage = {
    claim: () => inner.claim(), get: (...given) => inner.get(...given), range: (...given) => inner.range(...given), close: () => inner.close(),
    write: (writer, changes) => (full ? Promise.reject(new StorageError('full', 'no space')) : inner.write(writer, changes)),
  };
  const engine = await createEngine({ ...ada.options(), storage });
  await world.clock.pass(1000);
  full = true;
  await assert.rejects(engine.send(room, newMessageKey(), { kind: 'text', text: 'lost?' }), (cause) => cause instanceof EngineError && cause.problem.code === 'storage-full');
  full = false;
  await engine.send(room, newMessageKey(), { kind: 'text', text: 'kept' });
  await world.clock.until(async () => (await bo.reads(room)).length === 1);
  assert.deepEqual(await bo.reads(room), ['kept']);
  const mine = (await engine.timeline(room, { limit: 10 })).items.filter((item): item is MessageItem => item.kind === 'message');
  assert.equal(mine.length, 1);
  // Where it cannot store what came, it stops, rather than to forget it.
  full = true;
  const halted: string[] = [];
  engine.subscribe((event) => { if (event.kind === 'halted') halted.push(event.problem.code); });
  await bo.say(room, 'are you there');
  await world.clock.until(() => halted.length > 0);
  assert.deepEqual(halted, ['storage-full']);
  full = false;
  await ada.start();
  await world.clock.until(async () => (await ada.reads(room)).includes('are you there'));
  assert.deepEqual(await ada.notices(room), ['created', 'joined']);
});
