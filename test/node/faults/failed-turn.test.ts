/** A turn that the store fails leaves no trace: not in memory, and not in what clients are told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRelayCore, MemoryStore, StoreError, type Batch, type Peer, type RelayCore, type Store } from '../../../relay/index.ts';
import { encodeControl, type ClientControl } from '../../../shared/control.ts';
import { encodeEnvelope } from '../../../shared/envelope.ts';
import { decodeRelayFrame } from '../../../shared/frame.ts';
import { START, type AccessKey, type Nonce, type OwnerKey } from '../../../shared/ids.ts';
import { createStatement, deleteStatement, invitesDigestOf, openStatement, roomIdOf } from '../../../shared/statements.ts';
import { epochOf, newId, Pair, sha256, type TestEpoch } from '../../support/relay-client.ts';

const ORIGIN = 'https://relay.example';

class FullStore extends MemoryStore {
  full = false;
  override async write(batch: Parameters<Store['write']>[0]): Promise<void> {
    if (this.full) throw new StoreError('disk-full', 'no space');
    return super.write(batch);
  }
}

/** A core whose turns end when the test says so: what is sent in between is one transaction. */
class World {
  readonly store = new FullStore();
  readonly core: RelayCore = createRelayCore({ store: this.store, origins: [ORIGIN], soon: (run) => void this.#turns.push(run) });
  readonly #turns: (() => void)[] = [];

  /** Runs turns until there is nothing left to do. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      await new Promise(setImmediate); // signatures are checked by then
      for (const run of this.#turns.splice(0)) {
        run();
        quiet = 0;
      }
    }
  }
}

class Client implements Peer {
  readonly buffered = 0;
  /** Codes and acks, in the order they came. */
  readonly heard: string[] = [];
  readonly #link;
  #nonce = new Uint8Array(32) as Nonce;

  constructor(core: RelayCore) {
    this.#link = core.connect(this);
  }

  send(bytes: Uint8Array): void {
    const frame = decodeRelayFrame(bytes);
    if (frame.type === 'ack') this.heard.push(`ack ${frame.ack.seq}`);
    if (frame.type !== 'control') return;
    if (frame.control.t === 'hello') this.#nonce = frame.control.nonce;
    else if (frame.control.t === 'error') this.heard.push(frame.control.code);
    else this.heard.push(frame.control.t);
  }

  sendBatch(batch: Batch): void {
    for (const frame of batch.frames) this.send(frame);
  }

  together(work: () => void): void {
    work();
  }

  close(): void {
    this.heard.push('closed');
  }

  #ask(control: ClientControl): void {
    this.#link.receive(encodeControl(control));
  }

  create(owner: Pair, epoch: TestEpoch): void {
    const access = epoch.pair.public as AccessKey;
    const sig = owner.sign(createStatement({ origin: ORIGIN, room: epoch.room, access, invites: invitesDigestOf([], sha256), nonce: this.#nonce }));
    this.#ask({ t: 'create', ref: 1, owner: owner.public as OwnerKey, access, invites: [], groupInfo: new Uint8Array(), sig });
  }

  open({ room, id, pair }: TestEpoch): void {
    this.#ask({ t: 'open', ref: 2, room, epoch: id, sig: pair.sign(openStatement({ origin: ORIGIN, room, epoch: id, nonce: this.#nonce })) });
  }

  delete(owner: Pair, { room }: TestEpoch): void {
    this.#ask({ t: 'delete', ref: 3, owner: owner.public as OwnerKey, sig: owner.sign(deleteStatement({ origin: ORIGIN, room, nonce: this.#nonce })) });
  }

  commit({ room, id: parent }: TestEpoch): void {
    this.#ask({ t: 'commit', room, id: newId(), parent, rejected: 0, access: new Pair().public as AccessKey, closing: false, invites: [], commit: new Uint8Array(1), groupInfo: new Uint8Array() });
  }

  post({ room, id: epoch }: TestEpoch): void {
    this.#link.receive(encodeEnvelope({ kind: 'message', room, epoch, id: newId(), seq: START, payload: new Uint8Array(1) }));
  }
}

const aRoom = (): { owner: Pair; epoch: TestEpoch } => {
  const owner = new Pair();
  return { owner, epoch: epochOf(roomIdOf(owner.public as OwnerKey, sha256)) };
};

async function threeIn(world: World, owner: Pair, epoch: TestEpoch): Promise<readonly [Client, Client, Client]> {
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
    const world = new World();
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
    const world = new World();
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
  const world = new World();
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
