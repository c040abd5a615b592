/** A turn that the store fails leaves no trace: not in memory, and not in what clients are told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRelayCore, MemoryStore, StoreError, type Store } from '../../../relay/index.ts';
import type { Pair, TestEpoch } from '../../support/relay-client.ts';
import { aRoom, Client, ORIGIN, World } from '../../support/turn-by-turn.ts';

class FullStore extends MemoryStore {
  full = false;
  override async write(batch: Parameters<Store['write']>[0]): Promise<void> {
    if (this.full) throw new StoreError('disk-full', 'no space');
    return super.write(batch);
  }
}

async function threeIn(world: World<FullStore>, owner: Pair, epoch: TestEpoch): Promise<readonly [Client, Client, Client]> {
  const clients = [new Client(world.core), new Client(world.core), new Client(world.core)] as const;
  clients[0].create(owner, epoch);
  await world.settle();
  for (const client of clients.slice(1)) client.open(epoch);
  await world.settle();
  for (const client of clients) assert.deepEqual(client.heard.splice(0), ['opened']);
  return clients;
}

for (const full of [false, true]) {
  test(full ? 'where it fails: nobody is told stale-epoch or commit-lost for the sake of a commit that never was' : 'one turn with a commit, a message and a rival behind it: they are told', async () => {
    const world = new World(new FullStore());
    const { owner, epoch } = aRoom();
    const [first, second, third] = await threeIn(world, owner, epoch);
    world.store.full = full;
    first.commit(epoch);
    second.post(epoch);
    third.commit(epoch);
    await world.settle();
    assert.deepEqual([first.heard, second.heard, third.heard], full ? [['relay-full'], ['relay-full'], ['relay-full']] : [['ack 1'], ['stale-epoch'], ['commit-lost']]);
    if (!full) return;
    world.store.full = false;
    second.post(epoch);
    await world.settle();
    first.commit(epoch);
    await world.settle();
    assert.deepEqual([first.heard[1], second.heard[1]], ['ack 2', 'ack 1'], 'as if it had not been');
  });

  test(full ? 'where it fails: the room that was to be deleted stands' : 'one turn with a deletion and a message behind it', async () => {
    const world = new World(new FullStore());
    const { owner, epoch } = aRoom();
    const [first, second] = await threeIn(world, owner, epoch);
    world.store.full = full;
    first.delete(owner, epoch);
    await new Promise(setImmediate); // its signature is checked, and it waits for the turn
    second.post(epoch);
    await world.settle();
    assert.deepEqual([first.heard, second.heard.at(-1)], full ? [['relay-full'], 'relay-full'] : [['done'], 'no-access']);
    if (!full) return;
    world.store.full = false;
    second.post(epoch);
    await world.settle();
    assert.equal(second.heard.at(-1), 'ack 1');
  });
}

test('two who make the same room in a turn that fails are both told, and either makes it later', async () => {
  const world = new World(new FullStore());
  const { owner, epoch } = aRoom();
  const [first, second] = [new Client(world.core), new Client(world.core)];
  world.store.full = true;
  first.create(owner, epoch);
  second.create(owner, epoch);
  await world.settle();
  assert.deepEqual([first.heard, second.heard], [['relay-full'], ['relay-full']]);
  world.store.full = false;
  second.create(owner, epoch);
  first.create(owner, epoch);
  await world.settle();
  first.post(epoch);
  second.post(epoch);
  await world.settle();
  assert.deepEqual([first.heard.slice(1), second.heard.slice(1)], [['opened', 'ack 1'], ['opened', 'ack 2']]);
});

test('the disk is tried by itself, once at a time, until it takes writes; and what was tried last is what is told', async () => {
  const probes: number[] = [];
  const timers: (() => void)[] = [];
  const store = new (class extends FullStore {
    override async write(batch: Parameters<Store['write']>[0]): Promise<void> {
      if (batch.length === 0) probes.push(Date.now());
      return super.write(batch);
    }
  })();
  const core = createRelayCore({
    store, origins: [ORIGIN], now: () => 7_000, after: (milliseconds, run) => {
      if (milliseconds === 1000) timers.push(run);
      return () => undefined;
    },
  });
  const client = new Client(core);
  const { owner, epoch } = aRoom();
  store.full = true;
  client.create(owner, epoch);
  await core.idle();
  assert.deepEqual(core.health, { status: 'degraded', problem: 'disk-full', since: 7_000 });
  const probe = async (): Promise<void> => {
    assert.equal(timers.length, 1, 'one at a time');
    timers.pop()?.();
    await core.idle();
  };
  await probe();
  assert.equal(core.health.status, 'degraded');
  store.full = false;
  await probe();
  assert.deepEqual([core.health, probes.length, timers.length], [{ status: 'ok' }, 2, 0]);
  await core.close();
});
