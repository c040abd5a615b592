/** A room that goes to another relay: its members follow, its history stays, its links hold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, type NoticeFact, type PersonKey, type RoomKey } from '../../../pwa/engine/api.ts';
import { MemoryStore } from '../../../relay/index.ts';
import { RELAY, World, type Someone } from '../../support/engine-world.ts';

const OTHER = 'https://other.example';

async function facts(someone: Someone, room: RoomKey): Promise<readonly NoticeFact[]> {
  const { items } = await someone.engine.timeline(room, { limit: 1000 });
  return items.flatMap((item) => (item.kind === 'notice' ? [item.fact] : []));
}

const relayOf = async (someone: Someone, room: RoomKey): Promise<string | undefined> => (await someone.summary(room))?.relay;

async function scene(seed = 1) {
  const world = new World({ seed });
  world.network.addRelay(OTHER, new MemoryStore());
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const cy = await world.person('Cy');
  const room = await world.roomOf(ada, bo, cy);
  await ada.say(room, 'here');
  await world.clock.until(async () => (await bo.reads(room)).length === 1 && (await cy.reads(room)).length === 1);
  await world.clock.pass(10_000);
  return { world, ada, bo, cy, room };
}

async function talk(world: World, room: RoomKey, ...people: readonly Someone[]): Promise<void> {
  for (const one of people) {
    const words = `${one.name} at ${world.clock.now()}`;
    await one.say(room, words);
    await world.clock.until(async () => (await Promise.all(people.map((other) => other.reads(room)))).every((read) => read.includes(words)));
  }
}

test('an admin names it: all follow, history stays in order, and the old relay is needed no more', async () => {
  const { world, ada, bo, cy, room } = await scene();
  await world.clock.over(ada.engine.moveRoom(room, `${OTHER}/`));
  await world.clock.until(async () => (await Promise.all([ada, bo, cy].map((one) => relayOf(one, room)))).every((relay) => relay === OTHER));
  await talk(world, room, ada, bo, cy);
  world.network.stopRelay();
  await talk(world, room, cy, bo, ada);
  for (const one of [ada, bo, cy]) {
    const moved = (await facts(one, room)).filter((fact) => fact.kind === 'moved');
    assert.deepEqual(moved.map((fact) => [fact.by.name, fact.relay]), [['Ada', OTHER]]);
    assert.equal((await one.reads(room))[0], 'here');
    const positions = (await one.messages(room)).map(({ position }) => position ?? Infinity);
    assert.deepEqual(positions, positions.toSorted((a, b) => a - b));
    assert.equal(new Set(positions).size, positions.length);
    assert.deepEqual((await one.summary(room))?.alarms, []);
  }
  await bo.restart();
  await talk(world, room, ada, bo, cy);
  assert.equal((await bo.engine.security(room)).log.relay, OTHER);
  // And goes on there as before: with commits, and with those who join.
  await world.clock.over(ada.engine.renameRoom(room, 'over here'));
  const { link } = await world.clock.over(bo.engine.createInvite(room, { hours: 1, uses: 1 }));
  const di = await world.person('Di');
  await di.engine.join(link ?? '');
  await world.clock.until(async () => (await ada.memberCount(room)) === 4 && (await di.memberCount(room)) === 4);
  await talk(world, room, di, ada);
});

test('whoever was away follows by the old relay; what they wrote meanwhile arrives', async () => {
  const { world, ada, bo, cy, room } = await scene(2);
  cy.goOffline();
  await cy.say(room, 'written in the train');
  await world.clock.over(ada.engine.moveRoom(room, OTHER));
  await world.clock.until(async () => (await relayOf(bo, room)) === OTHER);
  await world.clock.over(ada.engine.renameRoom(room, 'further on'));
  await talk(world, room, ada, bo);
  await cy.goOnline();
  await world.clock.until(async () => (await ada.reads(room)).includes('written in the train') && (await cy.summary(room))?.name === 'further on');
  await talk(world, room, cy, ada, bo);
  assert.deepEqual((await cy.summary(room))?.alarms, []);
});

test('a link made before leads to where the room is now', async () => {
  const { world, ada, bo, cy, room } = await scene(3);
  const { link } = await world.clock.over(ada.engine.createInvite(room, { hours: 0, uses: 0 }));
  await world.clock.over(ada.engine.moveRoom(room, OTHER));
  await world.clock.until(async () => (await relayOf(bo, room)) === OTHER && (await relayOf(cy, room)) === OTHER);
  await world.clock.over(bo.engine.renameRoom(room, 'no').catch((cause: unknown) => assert.ok(cause instanceof EngineError && cause.problem.code === 'not-allowed')));
  await world.clock.over(ada.engine.renameRoom(room, 'moved'));
  const di = await world.person('Di');
  const preview = await world.clock.over(di.engine.previewInvite(link ?? ''));
  assert.deepEqual([preview.name, preview.relay, preview.inviter?.name, preview.members.length], ['moved', OTHER, 'Ada', 3]);
  await di.engine.join(link ?? '');
  await world.clock.until(async () => (await ada.memberCount(room)) === 4 && (await di.memberCount(room)) === 4);
  assert.equal(await relayOf(di, room), OTHER);
  await talk(world, room, di, ada, bo, cy);
});

test('only whom the room’s rule lets, and only to a relay that answers', async () => {
  const { world, ada, bo, room } = await scene(4);
  const refused = (code: string) => (cause: unknown): boolean => cause instanceof EngineError && cause.problem.code === code;
  await assert.rejects(world.clock.over(bo.engine.moveRoom(room, OTHER)), refused('not-allowed'));
  await assert.rejects(world.clock.over(ada.engine.moveRoom(room, 'https://nowhere.example')), refused('relay-unreachable'));
  await assert.rejects(ada.engine.moveRoom(room, 'not an address'), refused('bad-link'));
  await world.clock.over(ada.engine.moveRoom(room, RELAY));
  assert.equal(await relayOf(ada, room), RELAY);
  await talk(world, room, ada, bo);
});

test('whoever made the room is gone: another admin moves it', async () => {
  const { world, ada, bo, cy, room } = await scene(5);
  await world.clock.over(ada.engine.setRole(room, (await bo.summary(room))?.me as PersonKey, 'owner'));
  await world.clock.over(ada.engine.leave(room));
  await world.clock.until(async () => (await bo.memberCount(room)) === 2 && (await cy.memberCount(room)) === 2, 300_000);
  await world.clock.over(bo.engine.moveRoom(room, OTHER));
  await world.clock.until(async () => (await relayOf(cy, room)) === OTHER);
  await talk(world, room, bo, cy);
});

test('there and back again', async () => {
  const { world, ada, bo, cy, room } = await scene(6);
  for (const relay of [OTHER, RELAY, OTHER]) {
    await world.clock.over(ada.engine.moveRoom(room, relay));
    await world.clock.until(async () => (await Promise.all([ada, bo, cy].map((one) => relayOf(one, room)))).every((one) => one === relay));
    await talk(world, room, ada, bo, cy);
  }
  for (const one of [ada, bo, cy]) assert.deepEqual((await one.summary(room))?.alarms, [], one.name);
});

test('a device that lost its keys, and comes back by the old relay', async () => {
  const { world, ada, bo, cy, room } = await scene(7);
  await bo.engine.close();
  const rows = await bo.storage.range('groups', { prefix: [room] });
  await bo.storage.write(await bo.storage.claim(), rows.map(({ key }) => ({ kind: 'delete', store: 'groups', key })));
  await world.clock.over(ada.engine.moveRoom(room, OTHER));
  await world.clock.until(async () => (await relayOf(cy, room)) === OTHER);
  await bo.start();
  await world.clock.until(async () => (await bo.summary(room))?.standing.kind === 'broken');
  await world.clock.over(bo.engine.rejoin(room));
  await world.clock.until(async () => (await bo.summary(room))?.standing.kind === 'member' && (await relayOf(bo, room)) === OTHER);
  await talk(world, room, bo, ada, cy);
  assert.equal((await bo.reads(room))[0], 'here');
});
