/** What rooms do by themselves: new keys on schedule, spread by chance, and knowing who was heard of when. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoomKey } from '../../../pwa/engine/api.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const keysFrom = async (seenBy: Someone, room: RoomKey): Promise<Readonly<Record<string, number>>> =>
  Object.fromEntries(((await seenBy.summary(room))?.members ?? []).map(({ name, keysFrom: at }) => [name, at]));

test('every device renews its keys on schedule, once, and all see when', async () => {
  const world = new World({ engine: { renewAfterDays: 1 / 4 } });
  const people = await Promise.all(['Ada', 'Bo', 'Cy'].map((name) => world.person(name))) as [Someone, Someone, Someone];
  const room = await world.roomOf(...people);
  const [ada] = people;
  let commits = 0;
  world.network.onFrame = (frame, direction, { owner }) => { if (owner === 'Ada' && direction === 'down' && frame[0] === 1 && frame[1] === 2) commits++; };
  const began = world.clock.now();
  // A quarter of a day, and at most so much of another as three members are of a full room.
  const within = DAY / 4 + (3 / 24) * DAY;
  await world.clock.until(async () => Object.values(await keysFrom(ada, room)).every((at) => at > began), within + 60_000);
  const first = await keysFrom(ada, room);
  for (const [name, at] of Object.entries(first)) assert.ok(at >= began + DAY / 4 - 60_000 && at <= began + within + 60_000, `${name} renewed out of season`);
  assert.equal(commits, 3, 'somebody renewed more than once');
  for (const one of people.slice(1)) await world.clock.until(async () => JSON.stringify(await keysFrom(one, room)) !== '' && Object.values(await keysFrom(one, room)).every((at) => at > began));
  for (const one of people) assert.deepEqual((await one.notices(room)).filter((kind) => kind !== 'created' && kind !== 'joined'), [], 'renewals are nobody’s news');
});

test('whoever comes back after long gets new keys at once; many who do are spread, and lose nothing', async () => {
  const world = new World({ seed: 5 });
  const people = await Promise.all(['Ada', 'Bo', 'Cy', 'Di', 'Ed', 'Fa'].map((name) => world.person(name))) as [Someone, ...Someone[]];
  const room = await world.roomOf(...people);
  const [ada] = people;
  for (const one of people) one.goOffline();
  for (const one of people) await one.engine.close();
  await world.clock.pass(20 * DAY);
  const back = world.clock.now();
  for (const one of people) {
    await one.start();
    await one.goOnline();
  }
  await world.clock.until(async () => (await Promise.all(people.map((one) => keysFrom(one, room)))).every((seen) => Object.values(seen).every((at) => at >= back)), 5 * 60_000, 'new keys for all');
  for (const one of people) await one.say(room, `${one.name} is back`);
  await world.clock.until(async () => (await Promise.all(people.map((one) => one.reads(room)))).every((read) => read.length === 6));
  for (const one of people) assert.deepEqual((await one.notices(room)).filter((kind) => kind === 'invalid-commit' || kind === 'unreadable'), []);
  assert.equal((await ada.summary(room))?.members.length, 6);
});

test('when each device was last heard of is known, and one unseen for long can be removed', async () => {
  const world = new World();
  const [ada, bo, cy] = [await world.person('Ada'), await world.person('Bo'), await world.person('Cy')];
  const room = await world.roomOf(ada, bo, cy);
  const seen = async (name: string): Promise<number> => (await ada.summary(room))?.members.find((member) => member.name === name)?.lastSeenAt ?? -1;
  const joined = await seen('Cy');
  assert.ok(joined > 0);
  cy.goOffline();
  await cy.engine.close();
  ada.goOffline();
  bo.goOffline();
  await world.clock.pass(6 * HOUR);
  await ada.goOnline();
  await bo.goOnline();
  await bo.say(room, 'hello');
  await world.clock.until(async () => (await seen('Bo')) > joined + 5 * HOUR);
  assert.equal(await seen('Cy'), joined);
  await ada.restart();
  assert.ok((await seen('Bo')) > joined + 5 * HOUR, 'kept across a restart');
  const unseen = (await ada.summary(room))?.members.find(({ lastSeenAt }) => world.clock.now() - lastSeenAt > 5 * HOUR);
  assert.equal(unseen?.name, 'Cy');
  if (unseen !== undefined) await world.clock.over(ada.engine.removeMember(room, unseen.person));
  await cy.start();
  await cy.goOnline();
  await world.clock.until(async () => (await cy.summary(room))?.standing.kind === 'removed');
});

test('a clock that runs ahead does not make its owner present for ever', async () => {
  const world = new World();
  const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
  const room = await world.roomOf(ada, bo);
  const ahead = world.clock.now.bind(world.clock);
  await bo.engine.close();
  Object.assign(world.engine, { clock: { now: () => ahead() + 90 * DAY, after: world.clock.after.bind(world.clock) } });
  await bo.start();
  await bo.say(room, 'from the future');
  await world.clock.until(async () => (await ada.reads(room)).length === 1);
  const member = (await ada.summary(room))?.members.find(({ name }) => name === 'Bo');
  assert.ok(member !== undefined && member.lastSeenAt <= ahead());
});
