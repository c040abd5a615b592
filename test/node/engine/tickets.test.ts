/** A client opens its rooms by tickets, and by a signature where the relay knows them no more: once, and not in a circle. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoomKey } from '../../../pwa/engine/api.ts';
import { encodeControl } from '../../../shared/control.ts';
import { decodeClientFrame } from '../../../shared/frame.ts';
import type { RoomId } from '../../../shared/ids.ts';
import { World, type Someone } from '../../support/engine-world.ts';

/** A world in which Ada and Bo talk, and what Bo's engine asks to open from here on. */
async function talking(): Promise<{ world: World; ada: Someone; bo: Someone; room: RoomKey; asked: string[] }> {
  const world = new World();
  const [ada, bo] = [await world.person('Ada'), await world.person('Bo')];
  const room = await world.roomOf(ada, bo);
  await ada.say(room, 'hello');
  await world.clock.until(async () => (await bo.reads(room)).length === 1);
  const asked: string[] = [];
  world.network.onFrame = (frame, direction, { owner }) => {
    const decoded = decodeClientFrame(frame);
    if (owner !== 'Bo' || direction !== 'up' || decoded.type !== 'control') return;
    const { t } = decoded.control;
    if (t === 'open' || t === 'reopen') asked.push(t);
  };
  return { world, ada, bo, room, asked };
}

async function reconnect({ world, ada, bo, room }: Awaited<ReturnType<typeof talking>>, word: string): Promise<void> {
  bo.goOffline();
  await ada.say(room, word);
  await world.clock.pass(10_000);
  await bo.goOnline();
  await world.clock.until(async () => (await bo.reads(room)).includes(word), 120_000, word);
}

test('after a cut, and after a restart of the app, no signature is asked for', async () => {
  const all = await talking();
  await reconnect(all, 'one');
  await reconnect(all, 'two');
  await all.bo.restart();
  await reconnect(all, 'three');
  assert.ok(all.asked.length >= 3);
  assert.deepEqual([...new Set(all.asked)], ['reopen']);
});

test('a relay that was killed and started again', async () => {
  const all = await talking();
  all.world.network.stopRelay();
  all.world.network.startRelay();
  await reconnect(all, 'one');
  assert.deepEqual([...new Set(all.asked)], ['reopen']);
});

test('a relay that has lost its secret: one signature, and from then on the new ticket', async () => {
  const all = await talking();
  all.world.network.stopRelay();
  all.world.network.ticketSecret = new Uint8Array(32).fill(1);
  all.world.network.startRelay();
  await all.world.clock.until(() => all.asked.length >= 2);
  await all.world.clock.pass(5000);
  assert.deepEqual(all.asked, ['reopen', 'open']);
  await reconnect(all, 'one');
  assert.deepEqual(all.asked, ['reopen', 'open', 'reopen']);
});

test('a new epoch is opened by its own key, and its ticket takes the place of the one before', async () => {
  const all = await talking();
  const { world, ada, bo, room, asked } = all;
  const before = await bo.storage.get('meta', ['ticket', room]);
  await world.clock.over(ada.engine.renameRoom(room, 'another name'));
  await world.clock.until(async () => (await bo.summary(room))?.name === 'another name' && asked.length > 0);
  await world.clock.pass(5000);
  await reconnect(all, 'one');
  assert.deepEqual(asked, ['open', 'reopen']);
  assert.notDeepEqual(await bo.storage.get('meta', ['ticket', room]), before);
});

test('a ticket that was damaged where it lies, or put there from another room, is none', async () => {
  const all = await talking();
  const { bo, room, asked } = all;
  const [stored, other] = [await bo.storage.get('meta', ['ticket', room]), await bo.storage.get('rooms', [room])];
  assert.ok(stored && other);
  for (const value of [stored.map((byte, i) => (i === 40 ? byte ^ 1 : byte)), other]) {
    asked.length = 0;
    await bo.engine.close();
    await bo.storage.write(await bo.storage.claim(), [{ kind: 'put', store: 'meta', key: ['ticket', room], value }]);
    await bo.start();
    await reconnect(all, `after ${value.length}`);
    assert.equal(asked[0], 'open');
    assert.deepEqual(bo.halted, []);
  }
});

test('a relay that knows the room no more is asked by ticket once, then by key alone', async () => {
  const all = await talking();
  const { world, asked } = all;
  world.network.tamper = (frame, direction, { owner }) => {
    const decoded = decodeClientFrame(frame);
    if (owner !== 'Bo' || direction !== 'up' || decoded.type !== 'control' || (decoded.control.t !== 'open' && decoded.control.t !== 'reopen')) return [frame];
    const { control } = decoded;
    return [encodeControl({ ...control, room: control.room.map((byte) => byte ^ 1) as RoomId })];
  };
  all.bo.goOffline();
  await world.clock.pass(1000);
  await all.bo.goOnline();
  await world.clock.pass(600_000);
  assert.equal(asked.filter((t) => t === 'reopen').length, 1);
  assert.ok(asked.filter((t) => t === 'open').length > 1 && asked.length < 200, `${asked.length} tries in ten minutes`);
});

test('who leaves, or is removed, keeps no ticket', async () => {
  const { world, ada, bo, room } = await talking();
  assert.ok(await bo.storage.get('meta', ['ticket', room]));
  const me = (await bo.summary(room))?.me;
  assert.ok(me);
  await world.clock.over(ada.engine.removeMember(room, me));
  await world.clock.until(async () => (await bo.summary(room))?.standing.kind === 'removed');
  await world.clock.pass(5000);
  assert.equal(await bo.storage.get('meta', ['ticket', room]), undefined);
  assert.ok(await ada.storage.get('meta', ['ticket', room]));
  await world.clock.over(ada.engine.leave(room));
  await world.clock.until(async () => (await ada.storage.get('groups', [room, 'now', 'epoch'])) === undefined);
  await world.clock.pass(5000);
  assert.equal(await ada.storage.get('meta', ['ticket', room]), undefined);
});
