/** Somebody who is just joining, and is drawn onto a branch that no honest member follows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessKey } from '../../../shared/ids.ts';
import type { RoomKey } from '../../../pwa/engine/api.ts';
import { World, type Someone } from '../../support/engine-world.ts';
import { turn } from '../../support/turncoat.ts';

async function scene(seed: number) {
  const world = new World({ seed });
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const mal = await world.person('Mal');
  const room = await world.roomOf(ada, bo, mal);
  const { link } = await world.clock.over(ada.engine.createInvite(room, { hours: 0, uses: 0 }));
  await world.clock.until(async () => (await mal.engine.invites(room)).length === 2 && (await bo.engine.invites(room)).length === 2);
  await world.clock.pass(10_000);
  return { world, ada, bo, mal, room, link: link ?? '' };
}

/** A commit of Mal's that nobody follows, behind a GroupInfo that is genuine. */
async function lay(world: World, mal: Someone, room: RoomKey, rejected = 0): Promise<void> {
  const from = await turn(mal, room);
  const { group, message } = await from.group.commit({});
  from.send({ ...(await from.bundle(group, message, { access: world.dice.bytes(32) as AccessKey })), rejected });
}

const notices = (someone: Someone, room: RoomKey) => someone.notices(room);

test('laid before they came: they are with the others as soon as the room goes on', async () => {
  const { world, ada, bo, mal, room, link } = await scene(21);
  await lay(world, mal, room);
  await world.clock.until(async () => (await notices(ada, room)).includes('invalid-commit'));
  const cy = await world.person('Cy');
  await cy.engine.join(link);
  await world.clock.until(async () => (await cy.summary(room))?.standing.kind === 'member');
  await cy.say(room, 'is anybody there?');
  await world.clock.pass(5000);
  assert.equal(await ada.memberCount(room), 3, 'drawn away');

  await ada.say(room, 'we are');
  await world.clock.until(async () => (await ada.memberCount(room)) === 4 && (await bo.memberCount(room)) === 4, 600_000, 'found the others');
  await world.clock.until(async () => (await bo.reads(room)).includes('is anybody there?'));
  await bo.say(room, 'welcome');
  await world.clock.until(async () => (await cy.reads(room)).includes('welcome'));
  assert.deepEqual((await cy.notices(room)).filter((kind) => kind === 'joined'), ['joined']);
  assert.deepEqual((await cy.summary(room))?.alarms, []);
  // Settled: nothing is looked for any more, across restarts.
  const before = await cy.memberCount(room);
  await cy.restart();
  await world.clock.pass(3_600_000);
  assert.equal(await cy.memberCount(room), before);
  assert.equal((await cy.summary(room))?.standing.kind, 'member');
});

test('laid beside the branch that the members follow, as the newest', async () => {
  const { world, ada, bo, mal, room, link } = await scene(22);
  const from = await turn(mal, room);
  const { group, message } = await from.group.commit({});
  const trap = await from.bundle(group, message, { access: world.dice.bytes(32) as AccessKey });
  await world.clock.over(ada.engine.renameRoom(room, 'the true one'));
  await world.clock.until(async () => (await bo.summary(room))?.name === 'the true one');
  from.send({ ...trap, rejected: 1 });
  await world.clock.pass(1000);
  const cy = await world.person('Cy');
  await cy.engine.join(link);
  await world.clock.until(async () => (await cy.summary(room))?.standing.kind === 'member');
  assert.equal(await ada.memberCount(room), 3, 'drawn away');
  await bo.say(room, 'who is missing?');
  await world.clock.until(async () => (await ada.memberCount(room)) === 4, 600_000, 'found the others');
  await world.clock.until(async () => (await cy.summary(room))?.name === 'the true one');
  await ada.say(room, 'there you are');
  await world.clock.until(async () => (await cy.reads(room)).includes('there you are'));
});

test('a joiner whom nobody answers stays where they are, as long as nobody is anywhere else', async () => {
  const { world, ada, room, link } = await scene(24);
  const cy = await world.person('Cy');
  await cy.engine.join(link);
  await world.clock.until(async () => (await ada.memberCount(room)) === 4);
  const { epoch } = await cy.engine.security(room);
  await world.clock.pass(3_600_000);
  assert.equal((await cy.engine.security(room)).epoch, epoch);
  assert.equal((await ada.engine.security(room)).members.find(({ name }) => name === 'Cy')?.devices, 1);
});
