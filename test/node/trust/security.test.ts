/** The security view of a room, against what is so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, type PersonKey } from '../../../pwa/engine/api.ts';
import { World } from '../../support/engine-world.ts';

const WEEK = 7 * 24 * 3_600_000;

test('suite, epoch, keys and code are those of the group; the log is agreed on as soon as another speaks', async () => {
  const world = new World({ suite: 'xwing' });
  const ada = await world.person('Ada');
  const alone = await ada.engine.createRoom('alone');
  await ada.say(alone, 'a note');
  await world.clock.until(async () => (await ada.messages(alone)).every(({ position }) => position !== null));
  const first = await ada.engine.security(alone);
  assert.deepEqual([first.suite, first.epoch, first.members.length, first.log.agreedThrough, first.log.head, first.log.unconfirmedSince], ['xwing', 0, 1, null, 1, null]);

  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  const [mine, theirs] = [await ada.engine.security(room), await bo.engine.security(room)];
  assert.ok(mine.epoch > 0);
  assert.equal(mine.epoch, theirs.epoch);
  assert.match(mine.code, /^\d{30}$/u);
  assert.equal(mine.code, theirs.code);
  assert.notEqual(mine.code, first.code);
  assert.deepEqual(mine.members.map(({ name, devices }) => [name, devices]), [['Ada', 1], ['Bo', 1]]);
  assert.ok(mine.keysFrom > 0 && mine.keysDue >= mine.keysFrom + WEEK && mine.keysDue < mine.keysFrom + 2 * WEEK);
  assert.equal(mine.log.relay, 'https://relay.example');

  bo.goOffline();
  const sentAt = world.clock.now();
  await ada.say(room, 'is anybody there?');
  await world.clock.until(async () => (await ada.messages(room)).every(({ status }) => status === 'sent'));
  await world.clock.pass(60_000);
  assert.equal((await ada.engine.security(room)).log.unconfirmedSince, sentAt);
  await bo.goOnline();
  await world.clock.until(async () => (await ada.messages(room)).every(({ status }) => status === 'received'));
  await bo.say(room, 'I am');
  await world.clock.until(async () => (await ada.reads(room)).includes('I am'));
  const { log } = await ada.engine.security(room);
  assert.equal(log.unconfirmedSince, null);
  // Bo's word is of the envelope before it.
  assert.ok(log.agreedThrough !== null && log.agreedThrough >= 3 && log.agreedThrough < log.head);
  assert.deepEqual(log.alarms, []);
  await ada.restart();
  assert.equal((await ada.engine.security(room)).log.agreedThrough, log.agreedThrough);
});

test('the code is another in the next epoch; whoever is out has none', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  const before = await ada.engine.security(room);
  await world.clock.over(ada.engine.removeMember(room, (await bo.summary(room))?.me as PersonKey));
  await world.clock.until(async () => (await bo.summary(room))?.standing.kind === 'removed');
  const after = await ada.engine.security(room);
  assert.equal(after.epoch, before.epoch + 1);
  assert.notEqual(after.code, before.code);
  await assert.rejects(bo.engine.security(room), (cause) => cause instanceof EngineError && cause.problem.code === 'not-a-member');
});
