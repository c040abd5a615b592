/** A commit that is garbage to one member and good to all others: the one exception to "all judge alike". */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoomKey } from '../../../pwa/engine/api.ts';
import { World, type Someone } from '../../support/engine-world.ts';
import { garbagePath, turn, type Bundle } from '../../support/turncoat.ts';

async function scene(seed: number) {
  const world = new World({ seed });
  const [ada, bo, cy, mal] = [await world.person('Ada'), await world.person('Bo'), await world.person('Cy'), await world.person('Mal')];
  const room = await world.roomOf(ada, bo, cy, mal);
  await ada.say(room, 'before');
  await world.clock.until(async () => (await Promise.all([bo, cy, mal].map((one) => one.reads(room)))).every((read) => read.length === 1));
  await world.clock.pass(10_000);
  return { world, ada, bo, cy, mal, room };
}

/** One of Mal's commits, and the only ones of these people who cannot open it: as many as are asked for. */
async function garbageToSome(room: RoomKey, mal: Someone, people: readonly Someone[], count: number): Promise<{ readonly bundle: Bundle; readonly victims: readonly Someone[] }> {
  const from = await turn(mal, room);
  for (let mask = 1; mask < 16; mask++) {
    const { next, message } = await garbagePath(from, (n) => (mask & (1 << n)) !== 0);
    const victims: Someone[] = [];
    for (const one of people) {
      const { group } = await turn(one, room);
      await group.receive(message, () => true).catch(() => victims.push(one));
    }
    if (victims.length === count) return { victims, bundle: await from.bundle(next, message) };
  }
  return assert.fail('no such commit');
}

const standing = async (someone: Someone, room: RoomKey): Promise<string | undefined> => (await someone.summary(room))?.standing.kind;

test('for one: they find that the others went on, are told, and come back to them', async () => {
  const { world, ada, bo, cy, mal, room } = await scene(41);
  const { bundle, victims } = await garbageToSome(room, mal, [ada, bo, cy], 1);
  const [victim] = victims;
  const [one, other] = [ada, bo, cy].filter((someone) => someone !== victim);
  assert.ok(victim !== undefined && one !== undefined && other !== undefined);
  (await turn(mal, room)).send(bundle);
  await world.clock.until(async () => (await victim.notices(room)).includes('invalid-commit'));
  assert.ok(!(await one.notices(room)).includes('invalid-commit'));
  for (const words of ['we', 'go', 'on']) await one.say(room, words);
  await world.clock.until(async () => (await other.reads(room)).length === 4);
  await victim.say(room, 'does anybody hear me?');
  await world.clock.until(async () => (await standing(victim, room)) === 'broken', 600_000, 'noticed');
  assert.deepEqual((await victim.summary(room))?.standing, { kind: 'broken', reason: 'diverged' });
  await world.clock.over(victim.engine.rejoin(room));
  await world.clock.until(async () => (await standing(victim, room)) === 'member');
  await other.say(room, 'there you are');
  await world.clock.until(async () => (await victim.reads(room)).includes('there you are'));
  assert.ok((await victim.notices(room)).includes('missed'));
  // What they said where nobody was is said to the others.
  await world.clock.until(async () => (await one.reads(room)).includes('does anybody hear me?') && (await other.reads(room)).includes('does anybody hear me?'));
  assert.equal((await one.summary(room))?.members.length, 4);
  for (const someone of [one, other]) assert.equal(await standing(someone, room), 'member', someone.name);
});

test('for all but its maker: whoever goes on together hears so, and nobody is told that they were left behind', async () => {
  const { world, ada, bo, cy, mal, room } = await scene(42);
  const { bundle } = await garbageToSome(room, mal, [ada, bo, cy], 3);
  const from = await turn(mal, room);
  from.send(bundle);
  await world.clock.until(async () => (await Promise.all([ada, bo, cy].map((one) => one.notices(room)))).every((kinds) => kinds.includes('invalid-commit')));
  // Mal makes believe that the room went that way: with more of them, so that all take note.
  for (let n = 1; n <= 3; n++) from.send({ ...(await garbageToSome(room, mal, [ada, bo, cy], 3)).bundle, rejected: n });
  await ada.say(room, 'we go on');
  await world.clock.until(async () => (await Promise.all([bo, cy].map((one) => one.reads(room)))).every((read) => read.includes('we go on')));
  await world.clock.pass(900_000);
  for (const one of [ada, bo, cy]) assert.equal(await standing(one, room), 'member', one.name);
  await cy.say(room, 'all is well');
  await world.clock.until(async () => (await Promise.all([ada, bo].map((one) => one.reads(room)))).every((read) => read.includes('all is well')));
});
