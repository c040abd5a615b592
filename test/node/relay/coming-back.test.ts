/** What a crowd that comes back costs is bounded, and changes nothing of what each is told. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { MemoryStore, type Store } from '../../../relay/index.ts';
import { keyOf } from '../../../relay/bytes.ts';
import { Rooms } from '../../../relay/delivery/rooms.ts';
import { IdleWatch } from '../../../relay/socket/idle-watch.ts';
import { threadedStore } from '../../../relay/store/threaded.ts';
import { encodeEnvelope } from '../../../shared/envelope.ts';
import { START, type AccessKey, type EpochId, type Incarnation, type RoomId, type Seq } from '../../../shared/ids.ts';
import { openStatement } from '../../../shared/statements.ts';
import { newId, text } from '../../support/relay-client.ts';
import { scratchFolder } from '../../support/relay-places.ts';
import { RelayScene } from '../../support/relay-scene.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

// eslint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what kind of id it is to be
const bytes = <T extends Uint8Array>(length: number): T => new Uint8Array(randomBytes(length)) as Uint8Array as T;

async function made(store: Store, epochs = 1): Promise<RoomId> {
  const room = bytes<RoomId>(32);
  const log = store.newLog();
  const epoch = (number: number) => ({ number, parent: number === 0 ? undefined : number - 1, id: bytes<EpochId>(16), access: bytes<AccessKey>(32), closing: false, seq: number as Seq, invites: [] });
  await store.write([
    { type: 'create', log, room, incarnation: bytes<Incarnation>(16), epoch: epoch(0), groupInfo: new Uint8Array() },
    ...Array.from({ length: epochs - 1 }, (_, i) => ({
      type: 'commit' as const, log, seq: (i + 1) as Seq, epoch: epoch(i + 1), groupInfo: new Uint8Array(), invite: undefined,
      frame: encodeEnvelope({ kind: 'commit', room, epoch: bytes<EpochId>(16), id: newId(), seq: (i + 1) as Seq, payload: new Uint8Array(70) }),
    })),
  ]);
  return room;
}

/** A store that counts what is looked up. */
function counting(): { store: Store; loads: () => number } {
  const memory = new MemoryStore();
  let loads = 0;
  const load = memory.load.bind(memory);
  memory.load = (room) => (loads++, load(room));
  return { store: memory, loads: () => loads };
}

test('rooms that nobody has open stay in memory, the last 2,048 of them, and count as not open', async () => {
  const { store, loads } = counting();
  const rooms = new Rooms(store, 2048);
  const all: RoomId[] = [];
  for (let i = 0; i < 2100; i++) all.push(await made(store));
  for (const room of all) {
    assert.ok(await rooms.pin(room));
    assert.equal(rooms.size, 1);
    rooms.unpin(room);
    assert.equal(rooms.size, 0);
  }
  assert.equal(loads(), 2100);
  for (const room of all.slice(-2048)) {
    assert.ok(rooms.pinLoaded(room));
    rooms.unpin(room);
  }
  assert.equal(loads(), 2100);
  for (const room of all.slice(0, 52)) assert.equal(rooms.pinLoaded(room), undefined);
});

test('of rooms with many epochs fewer stay, and one that is in use stays whatever there is', async () => {
  const { store } = counting();
  const rooms = new Rooms(store, 2048);
  const used = await made(store);
  await rooms.pin(used);
  const all: RoomId[] = [];
  for (let i = 0; i < 20; i++) all.push(await made(store, 1000));
  for (const room of all) {
    await rooms.pin(room);
    rooms.unpin(room);
  }
  assert.equal(all.filter((room) => rooms.pinLoaded(room) !== undefined).length, 16);
  assert.ok(rooms.pinLoaded(used));
});

test('where none may stay, none does', async () => {
  const { store, loads } = counting();
  const rooms = new Rooms(store, 0);
  const room = await made(store);
  for (let i = 0; i < 3; i++) {
    await rooms.pin(room);
    rooms.unpin(room);
    assert.equal(rooms.get(keyOf(room)), undefined);
  }
  assert.equal(loads(), 3);
});

test('what retention takes from a room that nobody has open is known when it is opened again', async () => {
  const { store, loads } = counting();
  const rooms = new Rooms(store, 1);
  const room = await made(store, 5);
  await rooms.pin(room);
  rooms.unpin(room);
  rooms.announce(room, { floor: 2 as Seq, complete: 4 as Seq });
  const again = await rooms.pin(room);
  assert.deepEqual([again?.floor, again?.complete, loads()], [2, 4, 1]);
});

test('an opening and the pull behind it; what is sent between them is not overtaken', async () => {
  const scene = await RelayScene.start();
  const { epoch, creator } = await scene.room();
  await creator.send(epoch, 'before');
  const { room, id, pair } = epoch;
  const back = await scene.client();
  const sig = pair.sign(openStatement({ origin: back.origin, room, epoch: id, nonce: back.nonce }));
  back.control({ t: 'open', ref: 1000, room, epoch: id, sig });
  back.post(epoch, 'between');
  back.control({ t: 'pull', ref: 1001, room, after: START, limit: 100 });
  back.control({ t: 'group-info', ref: 1002, room, epoch: null });
  await back.until(() => back.controls.some((control) => control.t === 'group-info'));
  await back.delivered(2);
  assert.deepEqual(back.envelopes.map(text), ['before', 'between']);
  assert.deepEqual(back.controls.map(({ t }) => t), ['hello', 'opened', 'pulled', 'group-info']);
  const pulled = back.controls.find((control) => control.t === 'pulled');
  assert.deepEqual([pulled?.through, pulled?.live], [2, true]);
  await creator.send(epoch, 'after');
  await back.delivered(3);
  assert.deepEqual(back.envelopes.map(text), ['before', 'between', 'after']);
});

test('a hundred who come back at once, to rooms that are in memory and to some that are not, and are live', async () => {
  const scene = await RelayScene.start();
  const rooms = await Promise.all(Array.from({ length: 10 }, async () => {
    const { epoch, creator } = await scene.room();
    const { ticket } = await creator.open(epoch);
    await creator.closeRoom(epoch.room);
    return { epoch, ticket };
  }));
  await scene.restart();
  const clients = await Promise.all(Array.from({ length: 100 }, async (_, i) => {
    const at = rooms[i % rooms.length] ?? assert.fail();
    const client = await scene.client({ origin: scene.url });
    // Another relay process would have kept the secret; this one has a new one.
    await assert.rejects(client.reopen(at.epoch, at.ticket), { code: 'no-access' });
    const { ticket } = await client.open(at.epoch);
    await client.end();
    const back = await scene.client();
    await back.reopen(at.epoch, ticket);
    await back.catchUp(at.epoch.room);
    return { back, epoch: at.epoch };
  }));
  for (const { back, epoch } of clients.slice(0, 10)) await back.send(epoch, 'hello');
  for (const { back } of clients) await back.delivered(1);
  assert.ok(clients.every(({ back }) => back.envelopes.length === 1));
});

test('rooms that are looked up together on the store’s thread come each to whoever asked', async () => {
  const store = await threadedStore(scratchFolder());
  const rooms = await Promise.all(Array.from({ length: 20 }, () => made(store)));
  const asked = [...rooms, bytes<RoomId>(32)].toReversed();
  const records = await Promise.all(asked.map((room) => store.load(room)));
  assert.equal(records.filter((record) => record === undefined).length, 1);
  assert.equal(new Set(records.map((record) => record?.log)).size, 21);
  for (const [i, room] of asked.entries()) assert.deepEqual(await store.load(room), records[i]);
  await store.close();
  await assert.rejects(store.load(bytes<RoomId>(32)), { code: 'write-failed' });
});

test('each is looked at once a period from when it came, by one timer', async () => {
  const clock = new VirtualClock();
  let timers = 0;
  const after = (ms: number, run: () => void): (() => void) => (timers++, clock.after(ms, run));
  const looked: string[] = [];
  const watch = new IdleWatch<string>({ now: () => clock.now(), ticks: () => clock.now(), after, soon: (run) => void clock.after(0, run) }, 1000, (name) => {
    looked.push(`${name} ${clock.now() - began}`);
    return name !== 'once';
  });
  const began = clock.now();
  watch.add('a');
  await clock.pass(400);
  watch.add('once');
  await clock.pass(100);
  watch.add('gone');
  watch.delete('gone');
  await clock.pass(2000);
  assert.deepEqual(looked, ['a 1000', 'once 1400', 'a 2000']);
  assert.ok(timers <= 4);
  watch.delete('a');
  await clock.pass(5000);
  assert.equal(looked.length, 3);
});
