/** A relay that keeps something back from one member: by leaving it out of what was missed, or by never giving a commit. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeRelayFrame } from '../../../shared/frame.ts';
import type { RoomKey } from '../../../pwa/engine/api.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const alarmsOf = async (someone: Someone, room: RoomKey): Promise<readonly string[]> => ((await someone.summary(room))?.alarms ?? []).map(({ kind }) => kind);

async function scene() {
  const world = new World({ seed: 31 });
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  await ada.say(room, 'one');
  await world.clock.until(async () => (await bo.reads(room)).length === 1);
  await bo.say(room, 'two');
  await world.clock.until(async () => (await ada.reads(room)).length === 2);
  await world.clock.pass(10_000);
  return { world, ada, bo, room };
}

/** Drops for Bo what `isWithheld` says. */
function withhold(world: World, isWithheld: (kind: 'message' | 'commit', n: number) => boolean): void {
  const seen = new Map<number, number>();
  world.network.tamper = (frame, direction, line) => {
    const decoded = direction === 'down' && line.owner === 'Bo' ? decodeRelayFrame(frame) : undefined;
    if (decoded?.type !== 'envelope' || (decoded.envelope.kind !== 'message' && decoded.envelope.kind !== 'commit')) return [frame];
    const { seq, kind } = decoded.envelope;
    if (!seen.has(seq)) seen.set(seq, seen.size);
    return isWithheld(kind, seen.get(seq) ?? 0) ? [] : [frame];
  };
}

test('trimmed in silence: what was missed comes with a hole, and the next message shows it', async () => {
  const { world, ada, bo, room } = await scene();
  bo.goOffline();
  for (const words of ['three', 'four', 'five']) {
    await ada.say(room, words);
    await world.clock.until(async () => (await ada.messages(room)).every(({ position }) => position !== null));
  }
  // The first is the last that Bo had, asked for again.
  withhold(world, (kind, n) => kind === 'message' && n === 2);
  await bo.goOnline();
  await world.clock.until(async () => (await bo.reads(room)).includes('five'));
  assert.ok(!(await bo.reads(room)).includes('four'));
  // Said with 'five' already: whoever wrote it had been given 'four'.
  assert.deepEqual(await alarmsOf(bo, room), ['log-withheld']);
  assert.equal((await bo.summary(room))?.alarms[0]?.relay, 'https://relay.example');
  assert.ok(!(await bo.notices(room)).includes('missed'), 'the relay did not say that it let go of anything');
});

test('a commit is never given: the relay contradicts itself, is named, and coming back is offered', async () => {
  const { world, ada, bo, room } = await scene();
  let honest = false;
  withhold(world, (kind) => !honest && kind === 'commit');
  await world.clock.over(ada.engine.renameRoom(room, 'further'));
  await ada.say(room, 'are you with us?');
  await world.clock.pass(5000);
  assert.deepEqual(await alarmsOf(bo, room), []);
  assert.equal((await bo.summary(room))?.name, 'the room');
  await bo.say(room, 'what is going on?');
  await world.clock.until(async () => (await bo.summary(room))?.standing.kind === 'broken');
  assert.deepEqual((await bo.summary(room))?.standing, { kind: 'broken', reason: 'diverged' });
  assert.deepEqual(await alarmsOf(bo, room), ['log-withheld']);
  assert.equal((await bo.messages(room)).at(-1)?.status, 'queued');
  honest = true;
  await world.clock.over(bo.engine.rejoin(room));
  await world.clock.until(async () => (await ada.reads(room)).includes('what is going on?'));
  assert.equal((await bo.summary(room))?.name, 'further');
});

test('an honest relay that is only slow is accused of nothing', async () => {
  const { world, ada, bo, room } = await scene();
  for (let round = 0; round < 6; round++) {
    bo.goOffline();
    await bo.say(room, `bo ${round}`);
    await world.clock.over(ada.engine.renameRoom(room, `name ${round}`));
    await bo.goOnline();
    await world.clock.until(async () => (await ada.reads(room)).includes(`bo ${round}`));
  }
  assert.deepEqual([await alarmsOf(ada, room), await alarmsOf(bo, room)], [[], []]);
  assert.equal((await bo.summary(room))?.standing.kind, 'member');
});
