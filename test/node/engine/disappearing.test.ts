/** Messages that disappear: as the room agreed, counted from reading, from everywhere, and never late by more than is said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { EngineError, newMessageKey, type MessageKey, type ProblemCode, type RoomKey } from '../../../pwa/engine/api.ts';
import type { STORES } from '../../../pwa/engine/ports/storage.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const MINUTE = 60_000;

const scene = async (seconds: number | null = 300) => {
  const world = new World();
  const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
  const room = await world.roomOf(ada, bo);
  const agree = async (stay: number | null) => {
    await world.clock.over(ada.engine.setSettings(room, { disappearing: stay }));
    await world.clock.until(async () => (await bo.summary(room))?.settings.disappearing === stay);
  };
  if (seconds !== null) await agree(seconds);
  return { world, ada, bo, room, agree };
};

const refused = (code: ProblemCode) => (error: unknown): boolean => error instanceof EngineError && error.problem.code === code;
const isPlaced = async (who: Someone, room: RoomKey, key: string): Promise<boolean> => (await who.messages(room)).some(({ id, position }) => id === key && position !== null);
const readAll = async (who: Someone, room: RoomKey): Promise<void> => {
  const position = (await who.messages(room)).findLast((item) => item.position !== null)?.position ?? assert.fail('nothing to read');
  await who.engine.markRead(room, position);
};
const rowsOf = async (who: Someone, room: RoomKey, stores: readonly (typeof STORES)[number][]): Promise<number> =>
  (await Promise.all(stores.map((store) => who.storage.range(store, { prefix: [room] })))).flat().length;

test('admins agree on it, all are told, and each message says how long it stays', async () => {
  const { ada, bo, room, world, agree } = await scene(604_800);
  assert.equal((await bo.notices(room)).at(-1), 'disappearing');
  const said = await ada.say(room, 'for a week');
  assert.equal((await ada.messages(room)).at(-1)?.expires, 604_800);
  await world.clock.until(async () => isPlaced(bo, room, said));
  assert.equal((await bo.messages(room)).at(-1)?.expires, 604_800);
  await assert.rejects(world.clock.over(bo.engine.setSettings(room, { disappearing: null })), refused('not-allowed'));
  await assert.rejects(ada.engine.setSettings(room, { disappearing: 0.5 }), refused('not-allowed'));
  await assert.rejects(ada.engine.setSettings(room, { disappearing: 400 * 86_400 }), refused('not-allowed'));
  await agree(null);
  const stays = await ada.say(room, 'for good');
  await world.clock.until(async () => isPlaced(bo, room, stays));
  assert.equal((await bo.messages(room)).at(-1)?.expires, undefined);
  await readAll(bo, room);
  await world.clock.pass(8 * 24 * 60 * MINUTE);
  for (const who of [ada, bo]) assert.deepEqual(await who.reads(room), ['for good']);
});

test('in a room of two either of them sets it', async () => {
  const { ada, bo, room, world } = await scene(null);
  const direct = await ada.engine.messagePerson(room, (await bo.summary(room))?.me ?? assert.fail());
  await world.clock.until(async () => (await bo.engine.state()).rooms.some(({ standing }) => standing.kind === 'asked'));
  await bo.engine.answerRequest(direct, true);
  await world.clock.until(async () => (await bo.summary(direct))?.standing.kind === 'member' && (await ada.memberCount(direct)) === 2);
  await world.clock.over(bo.engine.setSettings(direct, { disappearing: 30 }));
  await world.clock.until(async () => (await ada.summary(direct))?.settings.disappearing === 30);
});

test('one’s own goes from when it was sent, another’s from when it was read, and what nobody read stays', async () => {
  const { ada, bo, room, world } = await scene();
  bo.goOffline();
  const said = await ada.say(room, 'burn this');
  await world.clock.until(async () => isPlaced(ada, room, said));
  const gone: string[] = [];
  ada.engine.subscribe((event) => { if (event.kind === 'gone') gone.push(...event.messages); });
  await world.clock.pass(4 * MINUTE);
  assert.deepEqual(await ada.reads(room), ['burn this']);
  await world.clock.pass(1.1 * MINUTE);
  assert.deepEqual([await ada.reads(room), gone], [[], [said]]);
  await bo.goOnline();
  await world.clock.until(async () => isPlaced(bo, room, said));
  await world.clock.pass(60 * MINUTE);
  assert.deepEqual([await bo.reads(room), (await bo.summary(room))?.unread], [['burn this'], 1]);
  await readAll(bo, room);
  await world.clock.pass(4 * MINUTE);
  assert.deepEqual(await bo.reads(room), ['burn this']);
  await world.clock.pass(1.1 * MINUTE);
  assert.deepEqual([await bo.reads(room), (await bo.summary(room))?.unread], [[], 0]);
});

test('what waits to be sent does not run out before it was', async () => {
  const { ada, bo, room, world } = await scene(30);
  ada.goOffline();
  const said = await ada.say(room, 'late');
  await world.clock.pass(10 * MINUTE);
  assert.deepEqual(await ada.reads(room), ['late']);
  await ada.goOnline();
  await world.clock.until(async () => isPlaced(bo, room, said));
  await world.clock.pass(MINUTE);
  assert.deepEqual([await ada.reads(room), await bo.reads(room)], [[], ['late']]);
});

test('it goes from everywhere: what was done to it, its thread, pins, quotes, the search, the list', async () => {
  const { ada, bo, room, world, agree } = await scene(null);
  const kept = await ada.say(room, 'kept');
  await world.clock.until(async () => isPlaced(ada, room, kept));
  await agree(300);
  const said = (await ada.say(room, 'whisper of the zebra')) as MessageKey;
  await world.clock.until(async () => isPlaced(bo, room, said));
  await bo.engine.react(room, said, '🦓', true);
  await bo.engine.pin(room, said, true);
  await ada.engine.edit(room, said, 'whisper of the zebras');
  await agree(null);
  const answer = newMessageKey();
  await bo.engine.send(room, answer, { kind: 'text', text: 'an answer', reply: said });
  const aside = newMessageKey();
  await bo.engine.send(room, aside, { kind: 'text', text: 'beside it', thread: said });
  for (const who of [ada, bo]) {
    await world.clock.until(async () => isPlaced(who, room, answer));
    await world.clock.until(async () => (await who.engine.message(room, said)).replies?.count === 1);
    await readAll(who, room);
  }
  const without = async (who: Someone): Promise<void> => {
    await assert.rejects(who.engine.message(room, said), refused('no-such-message'));
    assert.deepEqual(await who.reads(room), ['kept', 'an answer', 'beside it']);
    assert.deepEqual([(await who.engine.pinned(room)).length, (await who.engine.thread(room, said)).length], [0, 0]);
    assert.equal((await who.engine.search({ text: 'zebra', limit: 9 })).found.length, 0);
    assert.equal(await rowsOf(who, room, ['due', 'pins', 'effects', 'threads']), 0);
    // As it was found on the disk: sealed, but of the messages that are still there alone.
    assert.equal((await who.messages(room)).some(({ id }) => id === said), false);
  };
  await world.clock.pass(6 * MINUTE);
  for (const who of [ada, bo]) await without(who);
  await Promise.all([ada.restart(), bo.restart()]);
  for (const who of [ada, bo]) await without(who);
  // What is done to it by somebody who still has it, does nothing here.
  await assert.rejects(ada.engine.react(room, said, '👍', true), refused('no-such-message'));
});

test('the root of a thread counts what went from it; a queued rewording goes with its message', async () => {
  const { ada, bo, room, world, agree } = await scene(null);
  const root = (await ada.say(room, 'root')) as MessageKey;
  await world.clock.until(async () => isPlaced(bo, room, root));
  await agree(60);
  const [one, two] = [newMessageKey(), newMessageKey()];
  await ada.engine.send(room, one, { kind: 'text', text: 'one', thread: root });
  await world.clock.until(async () => (await bo.engine.message(room, root)).replies?.count === 1);
  await agree(null);
  await ada.engine.send(room, two, { kind: 'text', text: 'two', thread: root });
  await world.clock.until(async () => (await ada.engine.message(room, root)).replies?.count === 2);
  ada.goOffline();
  await ada.engine.edit(room, one, 'a secret rewording');
  assert.equal(await rowsOf(ada, room, ['outbox']), 1);
  await world.clock.pass(2 * MINUTE);
  assert.equal((await ada.engine.message(room, root)).replies?.count, 1);
  assert.deepEqual((await ada.engine.thread(room, root)).map(({ id }) => id), [two]);
  assert.equal(await rowsOf(ada, room, ['outbox']), 0);
});

test('a device that slept, or was closed, is late by nothing but its sleep', async () => {
  const { ada, bo, room, world } = await scene();
  const said = await ada.say(room, 'soon gone');
  await world.clock.until(async () => isPlaced(bo, room, said));
  await readAll(bo, room);
  await bo.engine.close();
  world.clock.jump(10 * MINUTE);
  await bo.start();
  await world.clock.until(async () => (await bo.reads(room)).length === 0, 1000);
  await world.clock.until(async () => (await ada.reads(room)).length === 0, 1000);
});

test('a clock that is set back gives no message more time, one that is set ahead takes its time along', async () => {
  const { ada, bo, room, world, agree } = await scene(3600);
  const said = await ada.say(room, 'an hour');
  await world.clock.until(async () => isPlaced(bo, room, said));
  await readAll(bo, room);
  await world.clock.pass(50 * MINUTE);
  world.clock.jump(-30 * 24 * 60 * MINUTE);
  // Set back while it ran: the timer under way is of the old time.
  await world.clock.pass(30 * 24 * 60 * MINUTE + 12 * MINUTE);
  assert.deepEqual([await ada.reads(room), await bo.reads(room)], [[], []]);
  await agree(86_400);
  const next = await ada.say(room, 'a day');
  await world.clock.until(async () => isPlaced(bo, room, next));
  await readAll(bo, room);
  await world.clock.pass(6 * MINUTE);
  await bo.engine.close();
  world.clock.jump(-365 * 24 * 60 * MINUTE);
  await bo.start();
  await world.clock.pass(23 * 60 * MINUTE);
  assert.deepEqual(await bo.reads(room), ['a day']);
  await world.clock.pass(61 * MINUTE);
  assert.deepEqual(await bo.reads(room), []);
});

test('many at once go in steps, across restarts, and leave nothing behind', { timeout: 60_000 }, async () => {
  const { ada, bo, room, world } = await scene(60);
  const count = 200;
  for (let n = 0; n < count; n++) await ada.say(room, `message ${n}`);
  await world.clock.until(async () => (await bo.summary(room))?.unread === count, 600_000);
  await readAll(bo, room);
  await bo.restart();
  await world.clock.pass(2 * MINUTE);
  for (const who of [ada, bo]) {
    assert.deepEqual(await who.reads(room), []);
    assert.equal(await rowsOf(who, room, ['due']), 0);
    assert.equal((await who.engine.search({ text: 'message', limit: 9 })).found.length, 0);
  }
});

test('whatever the order of reading, effects and endings, all end without what ended and alike in what stays', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 99 }), { minLength: 6, maxLength: 14 }), fc.integer({ min: 1, max: 1000 }), async (moves, seed) => {
      const world = new World({ seed });
      const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
      const room = await world.roomOf(ada, bo);
      const keys: MessageKey[] = [(await ada.say(room, 'stays')) as MessageKey];
      await world.clock.until(async () => isPlaced(bo, room, keys[0] ?? ''));
      await world.clock.over(ada.engine.setSettings(room, { disappearing: 20 }));
      for (const move of moves) {
        const who = move % 2 === 0 ? ada : bo;
        const at = keys[move % keys.length] ?? assert.fail();
        const act = async (): Promise<unknown> => {
          switch (move % 7) {
            case 0: return keys.push((await who.say(room, `m${keys.length}`)) as MessageKey);
            case 1: return who.engine.react(room, at, '👍', move > 50);
            case 2: return who.engine.pin(room, at, move > 50);
            case 3: return who.engine.send(room, newMessageKey(), { kind: 'text', text: 'in a thread', thread: at });
            case 4: return world.clock.over(readAll(who, room));
            case 5: return who.online ? who.goOffline() : who.goOnline();
            default: return world.clock.pass(move * 300);
          }
        };
        await act().catch((error: unknown) => { if (!refused('no-such-message')(error) && !refused('not-allowed')(error)) throw error; });
      }
      for (const who of [ada, bo]) await who.goOnline();
      await world.clock.until(async () => (await rowsOf(ada, room, ['outbox'])) + (await rowsOf(bo, room, ['outbox'])) === 0);
      const end = await ada.say(room, 'end');
      for (const who of [ada, bo]) {
        await world.clock.until(async () => isPlaced(who, room, end));
        await world.clock.over(who.engine.markRead(room, 1000));
      }
      await world.clock.pass(MINUTE);
      const left = async (who: Someone) => Promise.all((await who.messages(room)).map(async (item) => [item.id, item.reactions?.map(({ emoji, by }) => [emoji, by.map(({ name }) => name)]), item.pinned, item.replies?.count]));
      assert.deepEqual(await left(ada), await left(bo));
      assert.equal((await left(ada)).length, 1);
      for (const who of [ada, bo]) {
        assert.equal(await rowsOf(who, room, ['due', 'threads', 'effects', 'outbox']), 0);
        assert.deepEqual(who.halted, []);
      }
    }),
    { numRuns: 12 },
  );
});
