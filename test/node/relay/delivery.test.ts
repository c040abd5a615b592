/** Everything acked is delivered, in one order, once: while it comes, while one pulls, and while one does not read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../../shared/bytes.ts';
import type { RelayControl } from '../../../shared/control.ts';
import { MemoryStore, StoreError, type Store } from '../../../relay/index.ts';
import { newId, Pair, Refused, text, type RelayClient } from '../../support/relay-client.ts';
import { RelayScene } from '../../support/relay-scene.ts';
import { scratchFolder } from '../../support/relay-places.ts';
import { sqliteStore } from '../../../relay/store/sqlite.ts';

const UNLIMITED = { framesPerSecond: 1e9, bytesPerSecond: 1e12, commitsPerSecond: 1e9 };
const scene = await RelayScene.start({ limits: UNLIMITED });
const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);
const seqs = (client: RelayClient): number[] => client.envelopes.map(({ seq }) => seq);

test('the end of a pull and the beginning of live delivery meet, under concurrent sends', async () => {
  const { epoch, creator } = await scene.room();
  const total = 3000;
  const ids = upTo(total).map(() => newId());
  const late = upTo(5).map(async (i) => {
    await creator.until(() => creator.acks.length >= i * 400);
    const client = await scene.client();
    await client.open(epoch);
    await client.catchUp(epoch.room, 0, 50 * i);
    return client;
  });
  for (const id of ids) {
    creator.post(epoch, toHex(id), { id });
    if (creator.socket.bufferedAmount > 20_000) await creator.settle();
  }
  for (const client of [creator, ...(await Promise.all(late))]) {
    await client.delivered(total);
    assert.deepEqual(seqs(client), upTo(total), 'no gap, nothing twice, in order');
    assert.deepEqual(client.envelopes.map(text), client === creator ? ids.map(toHex) : creator.envelopes.map(text));
  }
  assert.deepEqual(creator.acks.map(({ seq }) => seq as number), upTo(total));
});

test('a pull is bounded by envelopes and by bytes, and says how far it went', async () => {
  const small = await RelayScene.start({ limits: { ...UNLIMITED, pullBytes: 3000 } });
  const { epoch, creator } = await small.room();
  for (const seq of upTo(10)) await creator.send(epoch, new Uint8Array(seq <= 5 ? 10 : 2000));
  const client = await small.client();
  await client.open(epoch);
  const pulls: [number, number, boolean][] = [];
  for (let after = 0, live = false; !live;) {
    const pulled = await client.pull(epoch.room, after, 4);
    pulls.push([pulled.through, pulled.head, pulled.live]);
    ({ live } = pulled);
    after = pulled.through;
  }
  assert.deepEqual(pulls, [[4, 10, false], [7, 10, false], [9, 10, false], [10, 10, true]]);
  assert.deepEqual(seqs(client), upTo(10));
});

test('before it pulled to the head a connection is delivered nothing, and opening anew puts it behind', async () => {
  const { epoch, creator } = await scene.room();
  const client = await scene.client();
  await client.open(epoch);
  await creator.send(epoch, 'one');
  await client.settle();
  assert.deepEqual(seqs(client), []);
  await client.catchUp(epoch.room);
  await creator.send(epoch, 'two');
  await client.delivered(2);
  await client.open(epoch);
  await creator.send(epoch, 'three');
  await client.settle();
  assert.deepEqual(seqs(client), [1, 2]);
  await client.catchUp(epoch.room, 2);
  assert.deepEqual(seqs(client), [1, 2, 3]);
});

test('a cursor beyond the log is told so', async () => {
  const { epoch, creator } = await scene.room();
  await creator.send(epoch, 'x');
  await assert.rejects(creator.pull(epoch.room, 2), { code: 'ahead-of-log' });
  assert.equal((await creator.pull(epoch.room, 1)).live, true);
});

test('an envelope sent again gets the ack it had: at once, in the same batch, over another connection, after a restart', async () => {
  const durable = await RelayScene.start({ limits: UNLIMITED, store: await reopenable() });
  const { epoch, creator } = await durable.room();
  const id = newId();
  creator.post(epoch, 'x', { id });
  creator.post(epoch, 'x', { id });
  const [first, second] = [await creator.acked(id), await creator.acked(id, 2)];
  assert.deepEqual([first.seq as number, second.seq as number], [1, 1]);
  const other = await durable.member(epoch);
  assert.equal((await other.send(epoch, 'x', { id })).seq, 1);
  await durable.restart();
  const later = await durable.member(epoch);
  assert.equal((await later.send(epoch, 'x', { id })).seq, 1);
  assert.equal((await later.send(epoch, 'y')).seq, 2);
  assert.deepEqual(later.envelopes.map(text), ['x', 'y']);
});

/** SQLite whose `close` is taken for a restart: the next use opens the file again. */
async function reopenable(): Promise<Store> {
  const folder = scratchFolder();
  let store: Store | undefined;
  const open = (): Store => (store ??= sqliteStore(folder));
  return {
    newLog: () => open().newLog(), write: (batch) => open().write(batch), load: (room) => open().load(room), read: (log, range) => open().read(log, range),
    recentIds: (log, count) => open().recentIds(log, count), groupInfo: (log, epoch) => open().groupInfo(log, epoch), sweep: () => open().sweep(),
    usage: () => open().usage(), logs: (after, limit) => open().logs(after, limit), survey: (log, mark) => open().survey(log, mark),
    plan: (log, cut) => open().plan(log, cut), trim: (log, kind, through) => open().trim(log, kind, through), prune: (log) => open().prune(log),
    subscribe: (log, row, most) => open().subscribe(log, row, most), unsubscribe: (log, tag) => open().unsubscribe(log, tag), subscriptions: (log) => open().subscriptions(log), subscribedLogs: () => open().subscribedLogs(),
    async close() {
      await store?.close();
      store = undefined;
    },
  };
}

test('the window of remembered ids is bounded, and filled from the log', async () => {
  const narrow = await RelayScene.start({ limits: { ...UNLIMITED, dedupe: 6 } });
  const { epoch, creator } = await narrow.room();
  const ids = upTo(6).map(() => newId());
  for (const id of ids) await creator.send(epoch, 'x', { id });
  await narrow.restart();
  const later = await narrow.member(epoch);
  for (const [i, id] of ids.entries()) assert.equal((await later.send(epoch, 'x', { id })).seq, i + 1);
});

test('one who does not read is told to pull, costs bounded memory, and finds everything in the log', async () => {
  const limits = { ...UNLIMITED, buffered: 256 * 1024 };
  const busy = await RelayScene.start({ limits });
  const { epoch, creator } = await busy.room();
  const stalled = await busy.member(epoch);
  stalled.socket.pause();
  const payload = new Uint8Array(32 * 1024);
  const total = 1500; // 48 MB
  for (let seq = 1; seq <= total; seq++) {
    creator.post(epoch, payload);
    if (seq % 25 === 0) await creator.until(() => creator.acks.length >= seq && creator.envelopes.length >= seq);
    if (seq % 100 === 0) creator.envelopes.fill(creator.envelopes[0] as (typeof creator.envelopes)[0]);
  }
  assert.equal(creator.acks.length, total);
  stalled.socket.resume();
  await stalled.until(() => stalled.controls.some(({ t }) => t === 'behind'));
  const heard = stalled.envelopes.length;
  assert.ok(heard * payload.length < 16 * 1024 * 1024, `${heard} of ${total} were buffered for it`);
  await stalled.catchUp(epoch.room, heard);
  assert.deepEqual(seqs(stalled), upTo(total));
});

test('one who pulls and does not read gets no further answers until it does', async () => {
  const busy = await RelayScene.start({ limits: { ...UNLIMITED, buffered: 64 * 1024 } });
  const { epoch, creator } = await busy.room();
  for (let i = 0; i < 40; i++) await creator.send(epoch, new Uint8Array(60_000));
  const greedy = await busy.member(epoch);
  greedy.socket.pause();
  const before = process.memoryUsage().rss;
  for (let ref = 1000; ref < 1200; ref++) greedy.control({ t: 'pull', ref, room: epoch.room, after: 0 as never, limit: 1000 });
  await creator.send(epoch, 'the others go on');
  await creator.settle();
  // Two hundred answers of a megabyte each would be 200 MB.
  assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024);
  greedy.socket.resume();
  await greedy.until(() => greedy.controls.filter(({ t }) => t === 'pulled').length >= 100 || greedy.closed !== undefined);
  assert.equal(greedy.closed, undefined, 'and then all of them');
});

class FailingStore extends MemoryStore {
  failing = false;
  override async write(batch: Parameters<Store['write']>[0]): Promise<void> {
    if (this.failing) throw new StoreError('write-failed', 'the disk is full');
    return super.write(batch);
  }
}

test('what the store refuses is answered for each, promised to nobody, and taken when it recovers', async () => {
  const store = new FailingStore();
  const faulty = await RelayScene.start({ store, limits: UNLIMITED });
  const { epoch, creator } = await faulty.room();
  const other = await faulty.member(epoch);
  await creator.send(epoch, 'before');
  const [first, second] = [newId(), newId()];
  store.failing = true;
  const refusedBy = async (work: Promise<unknown>): Promise<unknown> => work.then(() => 'taken', (error: unknown) => (error instanceof Refused ? [error.code, error.refusal.retryAfter > 0] : error));
  creator.post(epoch, 'one', { id: first });
  creator.post(epoch, 'one', { id: first });
  creator.post(epoch, 'two', { id: second });
  assert.deepEqual(await refusedBy(creator.acked(first)), ['unavailable', true]);
  assert.deepEqual(await refusedBy(creator.acked(second)), ['unavailable', true]);
  await assert.rejects(faulty.room(), { code: 'unavailable' }, 'no room is made either');
  assert.deepEqual(await refusedBy(other.commit(epoch)), ['unavailable', true]);
  assert.equal((await fetch(`${faulty.url}/healthz`)).status, 503);
  assert.deepEqual(other.envelopes.map(text), ['before'], 'readers go on with what there is');
  store.failing = false;
  const ack = await creator.send(epoch, 'three');
  assert.equal(ack.seq, 2, 'no hole where the refused would have been');
  creator.controls.length = 0;
  assert.equal((await creator.send(epoch, 'one', { id: first })).seq, 3, 'the same id is free to try again');
  const taken = await other.commit(epoch);
  assert.equal(taken.seq, 4);
  assert.equal((await fetch(`${faulty.url}/healthz`)).status, 200);
  await creator.delivered(4);
  assert.deepEqual(seqs(creator), [1, 2, 3, 4]);
});

test('everything of one turn of the event loop is one transaction', async () => {
  const sizes: number[] = [];
  const counting = new (class extends MemoryStore {
    override async write(batch: Parameters<Store['write']>[0]): Promise<void> {
      sizes.push(batch.length);
      return super.write(batch);
    }
  })();
  const grouped = await RelayScene.start({ store: counting, limits: UNLIMITED });
  const { epoch, creator } = await grouped.room();
  sizes.length = 0;
  for (let i = 0; i < 1000; i++) creator.post(epoch, 'x');
  await creator.delivered(1000);
  assert.equal(sizes.reduce((sum, size) => sum + size, 0), 1000);
  assert.ok(sizes.length < 200, `${sizes.length} transactions for 1000 envelopes`);
});

test('a relay that goes away says so, stores what it took, and is found again as it was', async () => {
  const { epoch, creator } = await scene.room();
  const ids = upTo(200).map(() => creator.post(epoch, 'x'));
  await creator.acked(ids[0] as (typeof ids)[0]);
  await scene.restart();
  await creator.until(() => creator.closed !== undefined);
  assert.equal(creator.closed?.code, 1012);
  const closing = creator.controls.find((control): control is Extract<RelayControl, { t: 'closing' }> => control.t === 'closing');
  assert.ok(closing && closing.retryAfter > 0);
  const later = await scene.member(epoch);
  const stored = new Set(later.envelopes.map(({ id }) => toHex(id)));
  for (const { id } of creator.acks) assert.ok(stored.has(toHex(id)), 'what was acked is there');
});

test('a store that cannot be read is answered for, and the connection goes on', async () => {
  let failing = false;
  const store = new (class extends MemoryStore {
    override async read(...range: Parameters<Store['read']>): ReturnType<Store['read']> {
      if (failing) throw new StoreError('write-failed', 'the disk is gone');
      return super.read(...range);
    }
    override async load(room: Parameters<Store['load']>[0]): ReturnType<Store['load']> {
      if (failing) throw new StoreError('write-failed', 'the disk is gone');
      return super.load(room);
    }
  })();
  const faulty = await RelayScene.start({ store, limits: UNLIMITED });
  const { epoch, creator } = await faulty.room();
  await creator.send(epoch, 'x');
  failing = true;
  await assert.rejects(creator.pull(epoch.room), { code: 'unavailable' });
  await assert.rejects((await faulty.client()).create(new Pair()), { code: 'unavailable' });
  failing = false;
  await creator.catchUp(epoch.room, 1);
  assert.equal((await creator.send(epoch, 'y')).seq, 2);
});
