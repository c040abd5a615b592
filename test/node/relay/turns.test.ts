/** Between two turns: who leaves, who comes, and how much is handed over at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { MemoryStore } from '../../../relay/index.ts';
import { Flusher } from '../../../relay/delivery/flusher.ts';
import type { Subscriber } from '../../../relay/delivery/subscriber.ts';
import { packWrites, unpackWrites } from '../../../relay/store/packed.ts';
import type { LogNumber, Write } from '../../../relay/store/store.ts';
import type { Seq } from '../../../shared/ids.ts';
import { aRoom, Client, World } from '../../support/turn-by-turn.ts';

test('who leaves with messages under way keeps nobody who comes meanwhile from counting on', async () => {
  const world = new World(new MemoryStore());
  const { owner, epoch } = aRoom();
  const [leaving, coming] = [new Client(world.core), new Client(world.core)];
  leaving.create(owner, epoch);
  await world.settle();
  leaving.post(epoch);
  leaving.post(epoch);
  leaving.end();
  coming.open(epoch);
  await world.settle();
  coming.post(epoch);
  await world.settle();
  assert.deepEqual(coming.heard, ['opened', 'ack 3']);
});

test('a room that everybody left is not kept once its messages are stored', async () => {
  const world = new World(new MemoryStore());
  const { owner, epoch } = aRoom();
  const client = new Client(world.core);
  client.create(owner, epoch);
  await world.settle();
  client.post(epoch);
  client.end();
  assert.equal(world.core.rooms, 1, 'while they are under way');
  await world.settle();
  assert.equal(world.core.rooms, 0);
});

test('what is posted leaves in slices, once for each, and what is posted before its turn comes leaves with it', async () => {
  const ticks: (() => void)[] = [];
  const failures: unknown[] = [];
  const flusher = new Flusher({ now: () => 0, ticks: () => 0, after: () => () => undefined, soon: (run) => void ticks.push(run) }, (_, error) => void failures.push(error));
  const flushed: number[] = [];
  const subscribers = Array.from({ length: 1000 }, (_, i) => ({
    flush() {
      flushed.push(i);
      if (i === 3) throw new Error('broken');
    },
  })) as unknown as Subscriber[];
  for (const subscriber of subscribers) flusher.touch(subscriber);
  const sizes: number[] = [];
  while (flusher.busy) {
    const before = flushed.length;
    ticks.shift()?.();
    await new Promise(setImmediate);
    sizes.push(flushed.length - before);
    if (sizes.length === 1) for (const i of [0, 999]) flusher.touch(subscribers[i] as Subscriber);
  }
  assert.ok(sizes.length > 2 && Math.max(...sizes) <= 500, String(sizes));
  assert.deepEqual(flushed.toSorted((a, b) => a - b), [0, ...subscribers.keys()], 'the first again, since it was done; the last once');
  assert.equal(failures.length, 1, 'one that fails holds up nobody');
});

test('a batch of writes crosses to the store’s thread as it is, in its order', () => {
  const append = fc.tuple(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.uint8Array({ maxLength: 300 }))
    .map(([log, seq, frame]): Write => ({ type: 'append', log: log as LogNumber, seq: seq as Seq, frame }));
  const other = fc.integer({ min: 1, max: 9 }).map((log): Write => ({ type: 'delete', log: log as LogNumber }));
  fc.assert(fc.property(fc.array(fc.oneof(append, other), { maxLength: 30 }), (batch) => {
    assert.deepEqual(unpackWrites(structuredClone(packWrites(batch))), batch);
  }));
});
