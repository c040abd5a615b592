/** Rooms of two: asked for in a shared room, where nobody else learns of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, type PersonKey, type RoomKey } from '../../../pwa/engine/api.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const refuses = (code: string) => (cause: unknown) => cause instanceof EngineError && cause.problem.code === code;

const keyOf = async (someone: Someone): Promise<PersonKey> => (await someone.engine.state()).profile?.person as PersonKey;

const roomsOf = async (someone: Someone) => (await someone.engine.state()).rooms;

const message = async (world: World, from: Someone, room: RoomKey, to: Someone): Promise<RoomKey> => world.clock.over(from.engine.messagePerson(room, await keyOf(to)));

async function three(): Promise<{ world: World; ada: Someone; bo: Someone; cy: Someone; room: RoomKey }> {
  const world = new World();
  const [ada, bo, cy] = [await world.person('Ada'), await world.person('Bo'), await world.person('Cy')];
  return { world, ada, bo, cy, room: await world.roomOf(ada, bo, cy) };
}

test('message this person: a room of two without any link, which the third hears nothing of', async () => {
  const { world, ada, bo, cy, room } = await three();
  const direct = await message(world, ada, room, bo);
  assert.deepEqual((await roomsOf(ada)).map(({ kind, name }) => [kind, name]), [['group', 'the room'], ['direct', 'Bo']]);
  await ada.say(direct, 'between us');
  await world.clock.until(async () => (await bo.summary(direct))?.standing.kind === 'asked');
  const asked = await bo.summary(direct);
  assert.deepEqual(asked?.standing.kind === 'asked' && [asked.kind, asked.name, asked.standing.by.name], ['direct', 'Ada', 'Ada']);
  await assert.rejects(bo.say(direct, 'before I answered'), refuses('not-a-member'));
  await world.clock.over(bo.engine.answerRequest(direct, true));
  await bo.say(direct, 'gladly');
  await world.clock.until(async () => (await ada.reads(direct)).includes('gladly') && (await bo.reads(direct)).length > 0, 60_000);
  assert.deepEqual((await bo.summary(direct))?.members.map(({ name }) => name).sort(), ['Ada', 'Bo']);
  assert.equal((await bo.summary(direct))?.name, 'Ada');
  await world.clock.pass(60_000);
  assert.deepEqual((await roomsOf(cy)).map(({ room: key }) => key), [room]);
  assert.deepEqual([await cy.reads(room), await ada.reads(room), await bo.reads(room)], [[], [], []]);
  assert.deepEqual((await cy.notices(room)).filter((kind) => kind === 'unreadable'), []);
  assert.equal((await cy.summary(room))?.unread, 0);
  // Asked again, from either side, it is the same room.
  assert.equal(await message(world, ada, room, bo), direct);
  assert.equal(await message(world, bo, room, ada), direct);
  await assert.rejects(world.clock.over(ada.engine.createInvite(direct, { hours: 0, uses: 0 })), refuses('not-allowed'));
  await assert.rejects(world.clock.over(ada.engine.removeMember(direct, await keyOf(bo))), refuses('not-allowed'));
});

test('whoever was asked may decline, and be asked again; and whoever asks back, accepts', async () => {
  const { world, ada, bo, room } = await three();
  const first = await message(world, ada, room, bo);
  await world.clock.until(async () => (await bo.summary(first))?.standing.kind === 'asked');
  await bo.restart();
  assert.equal((await bo.summary(first))?.standing.kind, 'asked');
  await world.clock.over(bo.engine.answerRequest(first, false));
  assert.equal(await bo.summary(first), undefined);
  await bo.restart();
  assert.equal(await bo.summary(first), undefined);
  await assert.rejects(bo.engine.answerRequest(first, true), refuses('not-a-member'));

  await world.clock.over(ada.engine.leave(first));
  const second = await message(world, ada, room, bo);
  assert.notEqual(second, first);
  await world.clock.until(async () => (await bo.summary(second))?.standing.kind === 'asked');
  assert.equal(await message(world, bo, room, ada), second);
  await world.clock.until(async () => (await bo.summary(second))?.standing.kind === 'member' && (await ada.memberCount(second)) === 2);
});

test('asked while offline, and across a crash: it is asked once, as soon as it can be', async () => {
  const { world, ada, bo, room } = await three();
  ada.goOffline();
  const direct = await message(world, ada, room, bo);
  await ada.say(direct, 'written in a tunnel');
  await ada.restart();
  assert.equal(await message(world, ada, room, bo), direct);
  bo.goOffline();
  await ada.goOnline();
  await world.clock.until(async () => (await ada.messages(direct))[0]?.status === 'sent');
  await world.clock.pass(5000);
  await bo.goOnline();
  await world.clock.until(async () => (await bo.summary(direct))?.standing.kind === 'asked');
  await world.clock.over(bo.engine.answerRequest(direct, true));
  await bo.say(direct, 'late, but here');
  await world.clock.until(async () => (await ada.reads(direct)).includes('late, but here'));
  assert.equal((await roomsOf(bo)).length, 2);
});

test('asked in a room that was left before it could be said: then in the next that both are in', async () => {
  const { world, bo, cy, room } = await three();
  const shared = await world.roomOf(cy, bo);
  bo.goOffline();
  const direct = await message(world, bo, room, cy);
  await world.clock.over(bo.engine.leave(room));
  assert.equal(await message(world, bo, shared, cy), direct);
  await bo.goOnline();
  await world.clock.until(async () => (await cy.summary(direct))?.standing.kind === 'asked');
});

test('only with people of that room, and not with oneself', async () => {
  const { world, ada, bo, room } = await three();
  const di = await world.person('Di');
  await assert.rejects(message(world, ada, room, di), refuses('not-a-member'));
  await assert.rejects(message(world, ada, room, ada), refuses('not-allowed'));
  await assert.rejects(message(world, di, room, bo), refuses('not-a-member'));
});

test('when one has left a room of two, the next message makes another', async () => {
  const { world, ada, bo, room } = await three();
  const first = await message(world, ada, room, bo);
  await world.clock.until(async () => (await bo.summary(first))?.standing.kind === 'asked');
  await world.clock.over(bo.engine.answerRequest(first, true));
  await world.clock.until(async () => (await ada.memberCount(first)) === 2);
  await world.clock.over(bo.engine.leave(first));
  await world.clock.until(async () => (await ada.memberCount(first)) === 1);
  const second = await message(world, ada, room, bo);
  assert.notEqual(second, first);
  await world.clock.until(async () => (await bo.summary(second))?.standing.kind === 'asked');
  assert.equal((await bo.summary(first))?.standing.kind, 'left');
});

test('a later request by the same person takes the place of the earlier one', async () => {
  const { world, ada, bo, room } = await three();
  const first = await message(world, ada, room, bo);
  await world.clock.until(async () => (await bo.summary(first))?.standing.kind === 'asked');
  await world.clock.over(ada.engine.leave(first));
  const second = await message(world, ada, room, bo);
  await world.clock.until(async () => (await bo.summary(second))?.standing.kind === 'asked');
  assert.equal(await bo.summary(first), undefined);
});
