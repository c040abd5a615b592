/** A process that dies at each single call while it takes in, sends or fetches an attachment: all of it is there once afterwards, and nothing beside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../pwa/engine/engine.ts';
import { newMessageKey, type AttachmentFacts, type Engine, type MessageKey, type RoomKey } from '../../../pwa/engine/api.ts';
import { mortal, type When } from '../../support/crash-points.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const FACTS: AttachmentFacts = { look: 'file', name: 'two pieces', type: '' };
const CONTENT = new Uint8Array(560_000).map((_, i) => (i * 7 + (i >> 9)) % 251);
const PIECES = 2;

/** Where something comes to be, here or elsewhere. */
const POINTS = /write|of a blob|send/u;

async function scene() {
  const world = new World();
  const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
  for (const one of [ada, bo]) await one.engine.setPreferences({ fetchMedia: 'never' });
  const room = await world.roomOf(ada, bo);
  await world.clock.pass(5000);
  return { world, ada, bo, room };
}

/** Does it, dying at the nth call; true where it died. Then the person starts anew. */
async function dying(world: World, hero: Someone, n: number, at: When, act: (engine: Engine) => Promise<unknown>): Promise<string | undefined> {
  await hero.engine.close();
  let calls = 0;
  let bytes = 0;
  let died: string | undefined;
  const life = mortal(hero.options(), {
    burns: (point, when) => when === at && POINTS.test(point) && (point !== 'bytes of a blob' || ++bytes % 4 === 0) && calls++ === n,
    died: (point, when) => {
      died = `${when} ${point}, call ${n}`;
      world.network.cut(hero.name, n % 2 === 0);
    },
  });
  let done = false;
  createEngine(life.options).then(act).then(() => { done = true; }, () => { done = true; });
  await world.clock.until(() => done || life.isDead());
  life.kill();
  world.network.cut(hero.name);
  await hero.start();
  return died;
}

const piecesOf = async (who: Someone, room: RoomKey): Promise<number> => (await who.storage.range('pieces', { prefix: [room] })).length;
const isPlaced = (who: Someone, key: MessageKey): boolean => who.items.get(key)?.position !== undefined && who.items.get(key)?.position !== null;

for (const at of ['before', 'after'] as const) {
  test(`taking in and sending, dying ${at} each call`, async () => {
    const { world, ada, bo, room } = await scene();
    for (let n = 0, more = true; more; n++) {
      const key = newMessageKey();
      const send = async (engine: Engine): Promise<void> => {
        // As a person would: what the draft has is not chosen again.
        const staged = (await engine.staged(room)).map((one) => one.key);
        await engine.send(room, key, { kind: 'media', text: '', staged: staged.length > 0 ? staged : [await engine.stage(room, new Blob([CONTENT]), FACTS)] });
      };
      const sentAndThere = async (engine: Engine): Promise<void> => {
        await send(engine);
        await new Promise<void>((resolve) => { engine.subscribe((event) => { if (event.kind === 'timeline' && event.items.some((item) => item.id === key && item.position !== null)) resolve(); }); });
      };
      const died = await dying(world, ada, n, at, sentAndThere);
      more = died !== undefined;
      if (!(await ada.messages(room)).some(({ id }) => id === key)) await send(ada.engine);
      await world.clock.until(() => isPlaced(bo, key), 120_000, `the message, died ${died}`);
      await world.clock.until(async () => (await ada.messages(room)).every(({ position }) => position !== null), 120_000, `its echo, died ${died}`);
      assert.deepEqual([await ada.engine.staged(room), await piecesOf(ada, room), (await ada.messages(room)).length], [[], PIECES, 1], `died ${died}`);
      assert.deepEqual(new Uint8Array(await (await ada.engine.open({ room, message: key, index: 0 })).blob.arrayBuffer()), CONTENT, `died ${died}`);
      await world.clock.over(bo.engine.open({ room, message: key, index: 0 }));
      await ada.engine.deleteForAll(room, key);
      await world.clock.until(async () => world.network.blobs.usage().blobs === 0 && (await piecesOf(bo, room)) === 0 && (await piecesOf(ada, room)) === 0, 120_000, `its end, died ${died}`);
      await ada.engine.deleteHere(room, [key]);
      assert.deepEqual([ada.halted.filter((problem) => !problem.startsWith('superseded')), bo.halted], [[], []], `died ${died}`);
    }
  });

  test(`fetching, dying ${at} each call`, async () => {
    const { world, ada, bo, room } = await scene();
    for (let n = 0, more = true; more; n++) {
      const key = newMessageKey();
      await ada.engine.send(room, key, { kind: 'media', text: '', staged: [await ada.engine.stage(room, new Blob([CONTENT]), FACTS)] });
      await world.clock.until(() => isPlaced(bo, key));
      const open = { room, message: key, index: 0 };
      const died = await dying(world, bo, n, at, (engine) => engine.open(open));
      more = died !== undefined;
      const { blob } = await world.clock.over(bo.engine.open(open));
      assert.deepEqual(new Uint8Array(await blob.arrayBuffer()), CONTENT, `died ${died}`);
      assert.equal(await piecesOf(bo, room), PIECES, `died ${died}`);
      await bo.engine.deleteHere(room, [key]);
      assert.deepEqual([await piecesOf(bo, room), bo.halted.filter((problem) => !problem.startsWith('superseded'))], [0, []], `died ${died}`);
    }
  });
}
