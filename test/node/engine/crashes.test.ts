/**
 * A process that dies at each single call it makes to the world, one after another: while it sends,
 * receives, commits, joins, leaves, knocks, asks for a room of two. Whatever the point, everything is there once afterwards.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../pwa/engine/engine.ts';
import { newMessageKey, type Engine, type PersonKey, type RoomKey } from '../../../pwa/engine/api.ts';
import { mortal, type When } from '../../support/crash-points.ts';
import { World, type Someone } from '../../support/engine-world.ts';

interface Scene {
  readonly world: World;
  readonly ada: Someone;
  readonly bo: Someone;
  readonly room: RoomKey;
  readonly link: string;
}

async function scene(together: boolean): Promise<Scene> {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = together ? await world.roomOf(ada, bo) : await ada.engine.createRoom('the room');
  const link = (await world.clock.over(ada.engine.createInvite(room, { hours: 0, uses: 0 }))).link ?? '';
  await world.clock.pass(5000);
  return { world, ada, bo, room, link };
}

interface Story {
  readonly together: boolean;
  readonly who: 'ada' | 'bo';
  readonly prepare?: (scene: Scene) => Promise<unknown>;
  /** Done by the mortal engine; repeated after its death, as a person would. */
  readonly act: (engine: Engine, scene: Scene) => Promise<unknown>;
  readonly holds: (scene: Scene) => Promise<boolean>;
  /** Of what takes long, every so manieth point; all of them where nothing is said. */
  readonly stride?: number;
}

/** Where Ada is letting somebody in: once in each scene. */
const answering = new WeakSet<Scene>();

const FIRST = newMessageKey();
const SECOND = newMessageKey();
const text = (words: string) => ({ kind: 'text', text: words }) as const;

const STORIES: Record<string, Story> = {
  sending: {
    together: true, who: 'ada',
    act: async (engine, { room }) => {
      await engine.send(room, FIRST, text('one'));
      await engine.send(room, SECOND, text('two'));
    },
    holds: async ({ ada, bo, room }) => (await ada.reads(room)).join() === 'one,two' && (await bo.reads(room)).join() === 'one,two' && (await ada.messages(room)).every(({ position }) => position !== null),
  },
  receiving: {
    together: true, who: 'bo',
    act: async (_, { ada, room }) => {
      await ada.engine.send(room, FIRST, text('one'));
      await ada.engine.send(room, SECOND, text('two'));
    },
    holds: async ({ ada, bo, room }) => (await bo.reads(room)).join() === 'one,two' && (await ada.messages(room)).every(({ status }) => status === 'received'),
  },
  disappearing: {
    together: true, who: 'bo', stride: 5,
    prepare: ({ ada, room }) => ada.engine.setSettings(room, { disappearing: 2 }),
    act: async (engine, { ada, room }) => {
      await ada.engine.send(room, FIRST, text('one'));
      await engine.markRead(room, 1000);
    },
    holds: async ({ ada, bo, room }) => {
      const came = (await bo.storage.get('seen', [room, FIRST])) !== undefined && (await ada.storage.get('seen', [room, FIRST])) !== undefined;
      return came && [...(await ada.reads(room)), ...(await bo.reads(room))].length === 0 && (await bo.storage.range('due', { prefix: [room] })).length === 0;
    },
  },
  'sending as the epoch ends': {
    together: true, who: 'ada',
    act: async (engine, { bo, room }) => {
      const invite = bo.engine.createInvite(room, { hours: 0, uses: 1 }).catch(() => undefined);
      await engine.send(room, FIRST, text('one'));
      await engine.send(room, SECOND, text('two'));
      await invite;
    },
    holds: async ({ ada, bo, room }) => (await ada.reads(room)).join() === 'one,two' && (await bo.reads(room)).join() === 'one,two' && (await ada.messages(room)).every(({ position }) => position !== null),
  },
  committing: {
    together: true, who: 'ada',
    act: async (engine, { room }) => {
      await engine.createInvite(room, { hours: 0, uses: 3 });
      await engine.send(room, FIRST, text('one'));
      await engine.send(room, SECOND, text('two'));
    },
    holds: async ({ ada, bo, room }) => (await bo.engine.invites(room)).some(({ uses }) => uses === 3) && (await ada.reads(room)).join() === 'one,two' && (await bo.reads(room)).join() === 'one,two',
  },
  joining: {
    together: false, who: 'bo',
    act: async (engine, { link, room }) => {
      await engine.join(link);
      await engine.send(room, FIRST, text('one'));
      await engine.send(room, SECOND, text('two'));
    },
    holds: async ({ ada, bo, room }) => (await ada.memberCount(room)) === 2 && (await bo.reads(room)).join() === 'one,two' && (await ada.reads(room)).join() === 'one,two',
  },
  leaving: {
    together: true, who: 'bo', stride: 2,
    act: (engine, { room }) => engine.leave(room),
    holds: async ({ ada, bo, room }) => (await ada.memberCount(room)) === 1 && (await bo.summary(room))?.standing.kind === 'left' && (await ada.notices(room)).filter((kind) => kind === 'left').length === 1,
  },
  'asking for a room of two': {
    together: true, who: 'ada', stride: 3,
    act: async (engine, { bo, room }) => engine.messagePerson(room, (await bo.summary(room))?.me as PersonKey),
    holds: async ({ ada, bo }) => (await directOf(ada)).join() === 'member' && (await directOf(bo)).join() === 'asked',
  },
  knocking: {
    together: false, who: 'bo', stride: 3,
    prepare: ({ ada, room }) => ada.engine.setSettings(room, { approval: true }),
    act: (engine, { link }) => engine.join(link),
    holds: async (given) => {
      const { ada, bo, room } = given;
      const [knock] = (await ada.summary(room))?.knocks ?? [];
      if (knock !== undefined && !answering.has(given)) {
        answering.add(given);
        ada.engine.answerKnock(room, knock.id, true).catch(() => answering.delete(given));
      }
      return (await bo.summary(room))?.standing.kind === 'member' && (await ada.memberCount(room)) === 2 && (await bo.memberCount(room)) === 2;
    },
  },
};

const directOf = async (someone: Someone) => (await someone.engine.state()).rooms.flatMap(({ kind, standing }) => (kind === 'direct' ? [standing.kind] : []));

/** True where the process died at its nth call. */
async function tell(name: string, story: Story, n: number, at: When): Promise<boolean> {
  const given = await scene(story.together);
  const { world, room } = given;
  if (story.prepare !== undefined) await world.clock.over(story.prepare(given));
  const hero = given[story.who];
  await hero.engine.close();
  let calls = 0;
  let died = '';
  const life = mortal(hero.options(), {
    burns: (_, when) => when === at && calls++ === n,
    died: (point, when) => {
      died = `${when} ${point}`;
      // What it had sent is on its way: half of these stories also lose it.
      world.network.cut(hero.name, n % 2 === 0);
    },
  });
  let done = false;
  const act = async (engine: Engine): Promise<void> => {
    await story.act(engine, given);
    done = true;
  };
  createEngine(life.options).then(act, () => undefined).catch(() => undefined);
  await world.clock.until(() => done || life.isDead());
  await world.clock.pass(life.isDead() ? 500 : 8000);
  if (!life.isDead()) {
    life.kill();
    world.network.cut(hero.name);
  }
  await hero.start();
  if (died !== '') {
    done = false;
    act(hero.engine).catch(() => undefined);
    await world.clock.until(() => done);
  }
  await world.clock.until(() => story.holds(given), 300_000, `${name}, died ${died}, call ${n}`);
  await world.clock.pass(10_000);
  for (const one of [given.ada, given.bo]) {
    assert.deepEqual(one.halted.filter((problem) => !problem.startsWith('superseded')), [], `${name}, died ${died}`);
    assert.deepEqual((await one.notices(room)).filter((kind) => kind === 'unreadable' || kind === 'invalid-commit'), [], `${name}, died ${died}, call ${n}`);
    assert.deepEqual((await one.summary(room))?.alarms, [], `${name}, died ${died}`);
  }
  assert.ok(await story.holds(given), `${name}, died ${died}, call ${n}: it did not stay so`);
  return died !== '';
}

for (const [name, story] of Object.entries(STORIES)) {
  for (const at of ['before', 'after'] as const) {
    test(`${name}, dying ${at} each call`, async (context) => {
      let n = 0;
      const { stride = 1 } = story;
      // SOTTO_CRASH_ALL: at every point.
      while (await tell(name, story, n, at)) n += process.env.SOTTO_CRASH_ALL === undefined ? stride : 1;
      context.diagnostic(`${n} points`);
      assert.ok(n > 10);
    });
  }
}
