/** A relay that drops, reorders, replays or forks: the chain shows it as soon as any other member's message gets through. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeEnvelope, encodeEnvelope } from '../../../shared/envelope.ts';
import { decodeRelayFrame } from '../../../shared/frame.ts';
import type { Seq } from '../../../shared/ids.ts';
import { World, type Someone } from '../../support/engine-world.ts';
import type { RoomKey } from '../../../pwa/engine/api.ts';

interface Scene {
  readonly world: World;
  readonly ada: Someone;
  readonly bo: Someone;
  readonly room: RoomKey;
}

/** Ada and Bo have talked, so that Bo's chain is anchored. */
async function scene(): Promise<Scene> {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  await ada.say(room, 'one');
  await world.clock.until(async () => (await bo.reads(room)).length === 1);
  await bo.say(room, 'two');
  await world.clock.until(async () => (await ada.reads(room)).length === 2 && (await bo.reads(room)).length === 2);
  await world.clock.pass(10_000);
  assert.deepEqual((await bo.summary(room))?.alarms, []);
  return { world, ada, bo, room };
}

const alarmsOf = async (someone: Someone, room: RoomKey): Promise<readonly string[]> => ((await someone.summary(room))?.alarms ?? []).map(({ kind }) => kind);

const isMessage = (frame: Uint8Array): boolean => {
  const decoded = decodeRelayFrame(frame);
  return decoded.type === 'envelope' && decoded.envelope.kind === 'message';
};

test('an honest relay raises no alarm, whoever joins and talks', async () => {
  const world = new World();
  const people = await Promise.all(['Ada', 'Bo', 'Cy', 'Di'].map((name) => world.person(name)));
  const [ada, ...others] = people as [Someone, ...Someone[]];
  const room = await world.roomOf(ada, ...others);
  for (let round = 0; round < 5; round++) for (const one of people) await one.say(room, `${one.name} ${round}`);
  await world.clock.until(async () => (await Promise.all(people.map((one) => one.reads(room)))).every((read) => read.length === 20));
  for (const one of people) assert.deepEqual(await alarmsOf(one, room), []);
});

test('one message withheld from one member', async () => {
  const { world, ada, bo, room } = await scene();
  let dropped = 0;
  world.network.tamper = (frame, direction, line) => {
    if (direction === 'up' || line.owner !== 'Bo' || dropped > 0 || !isMessage(frame)) return [frame];
    dropped++;
    return [];
  };
  await ada.say(room, 'withheld');
  await world.clock.until(() => dropped === 1);
  await ada.say(room, 'passed on');
  await world.clock.until(async () => (await bo.reads(room)).includes('passed on'));
  assert.deepEqual(await bo.reads(room), ['one', 'two', 'passed on']);
  assert.deepEqual(await alarmsOf(bo, room), ['log-withheld']);
  assert.equal((await bo.summary(room))?.alarms[0]?.relay, 'https://relay.example');
  await bo.engine.dismissAlarm(room, 'log-withheld');
  assert.deepEqual(await alarmsOf(bo, room), []);
});

test('two messages in another order', async () => {
  const { world, ada, bo, room } = await scene();
  let held: Uint8Array | undefined;
  let swapped = false;
  world.network.tamper = (frame, direction, line) => {
    const decoded = decodeRelayFrame(frame);
    if (direction === 'up' || line.owner !== 'Bo' || swapped || decoded.type !== 'envelope') return [frame];
    if (held === undefined) {
      held = frame;
      return [];
    }
    swapped = true;
    const first = decodeRelayFrame(held);
    assert.ok(first.type === 'envelope');
    // The relay gives each the other's place.
    return [encodeEnvelope({ ...decoded.envelope, seq: first.envelope.seq }), encodeEnvelope({ ...first.envelope, seq: decoded.envelope.seq })];
  };
  await ada.say(room, 'first');
  await ada.say(room, 'second');
  await world.clock.until(() => swapped);
  await ada.say(room, 'third');
  await world.clock.until(async () => (await bo.reads(room)).includes('third'));
  assert.deepEqual((await bo.reads(room)).slice(2), ['second', 'first', 'third']);
  assert.deepEqual(await alarmsOf(bo, room), ['log-forked']);
});

test('a message given twice is shown once, and noticed', async () => {
  const { world, ada, bo, room } = await scene();
  let replayed = false;
  world.network.tamper = (frame, direction, line) => {
    const decoded = decodeRelayFrame(frame);
    if (direction === 'up' || line.owner !== 'Bo' || replayed || decoded.type !== 'envelope') return [frame];
    replayed = true;
    const later = (decoded.envelope.seq + 1) as Seq;
    return [frame, encodeEnvelope({ ...decoded.envelope, seq: later })];
  };
  await ada.say(room, 'once');
  await world.clock.until(() => replayed);
  await world.clock.pass(10_000);
  await ada.say(room, 'afterwards');
  await world.clock.until(async () => (await bo.reads(room)).includes('afterwards'));
  assert.deepEqual((await bo.reads(room)).slice(2), ['once', 'afterwards']);
  assert.deepEqual(await alarmsOf(bo, room), ['log-forked']);
});

test('a fork that keeps two members apart shows with the first message that crosses it', async () => {
  const { world, ada, bo, room } = await scene();
  let apart = true;
  const others = new Map([['Ada', new Set<string>()], ['Bo', new Set<string>()]]);
  world.network.tamper = (frame, direction, line) => {
    const envelope = decodeEnvelope(frame);
    if (envelope?.kind !== 'message') return [frame];
    const id = envelope.id.join();
    if (direction === 'up') {
      others.get(line.owner === 'Ada' ? 'Bo' : 'Ada')?.add(id);
      return [frame];
    }
    return apart && others.get(line.owner)?.has(id) === true ? [] : [frame];
  };
  await ada.say(room, 'on Ada’s side');
  await bo.say(room, 'on Bo’s side');
  await world.clock.until(async () => (await ada.messages(room)).every(({ status }) => status !== 'queued') && (await bo.messages(room)).every(({ status }) => status !== 'queued'));
  await world.clock.pass(5000);
  assert.deepEqual(await alarmsOf(bo, room), []);
  apart = false;
  await ada.say(room, 'across');
  await world.clock.until(async () => (await bo.reads(room)).includes('across'));
  assert.deepEqual(await alarmsOf(bo, room), ['log-withheld']);
});
