/** A relay that comes back with less than it had. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore, type Store } from '../../../relay/index.ts';
import { encodeControl } from '../../../shared/control.ts';
import { decodeRelayFrame } from '../../../shared/frame.ts';
import { World, type Someone } from '../../support/engine-world.ts';
import type { RoomKey } from '../../../pwa/engine/api.ts';

type Writes = Parameters<Store['write']>[0];

/** A store whose past can be restored, as an operator restores a backup. */
class BackedUpStore implements Store {
  #current = new MemoryStore();
  readonly #batches: Writes[] = [];

  get writes(): number {
    return this.#batches.length;
  }

  async write(batch: Writes): Promise<void> {
    this.#batches.push(structuredClone(batch));
    await this.#current.write(batch);
  }

  /** `stamped`: with new incarnations, as the operator's command gives them. */
  async restore(count: number, stamped = false): Promise<void> {
    this.#current = new MemoryStore();
    this.#batches.length = count;
    for (const batch of this.#batches) {
      for (const write of batch) {
        if (write.type !== 'create') continue;
        this.#current.newLog();
        if (stamped) write.incarnation.fill(9);
      }
      await this.#current.write(structuredClone(batch));
    }
  }

  newLog: Store['newLog'] = () => this.#current.newLog();
  load: Store['load'] = (room) => this.#current.load(room);
  read: Store['read'] = (log, range) => this.#current.read(log, range);
  recentIds: Store['recentIds'] = (log, count) => this.#current.recentIds(log, count);
  groupInfo: Store['groupInfo'] = (log, epoch) => this.#current.groupInfo(log, epoch);
  sweep: Store['sweep'] = () => this.#current.sweep();
  usage: Store['usage'] = () => this.#current.usage();
  logs: Store['logs'] = (after, limit) => this.#current.logs(after, limit);
  survey: Store['survey'] = (log, mark) => this.#current.survey(log, mark);
  plan: Store['plan'] = (log, cut) => this.#current.plan(log, cut);
  prune: Store['prune'] = (log) => this.#current.prune(log);
  subscribe: Store['subscribe'] = (log, row, most) => this.#current.subscribe(log, row, most);
  unsubscribe: Store['unsubscribe'] = (log, tag) => this.#current.unsubscribe(log, tag);
  subscriptions: Store['subscriptions'] = (log) => this.#current.subscriptions(log);
  subscribedLogs: Store['subscribedLogs'] = () => this.#current.subscribedLogs();
  trim: Store['trim'] = (log, kind, through) => this.#current.trim(log, kind, through);
  close: Store['close'] = () => this.#current.close();
}

const alarmsOf = async (someone: Someone, room: RoomKey): Promise<readonly string[]> => ((await someone.summary(room))?.alarms ?? []).map(({ kind }) => kind);

test('restored from an older copy: the person is told, history stays, and what was lost is offered again', async () => {
  const store = new BackedUpStore();
  const world = new World({ store });
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  await ada.say(room, 'kept');
  await world.clock.until(async () => (await bo.reads(room)).length === 1);
  await world.clock.pass(10_000);
  const backup = store.writes;
  await ada.say(room, 'lost, by Ada');
  await bo.say(room, 'lost, by Bo');
  await world.clock.until(async () => (await ada.reads(room)).length === 3 && (await bo.reads(room)).length === 3);
  await world.clock.pass(10_000);

  world.network.stopRelay();
  await store.restore(backup);
  world.network.startRelay();
  await world.clock.until(async () => (await alarmsOf(ada, room)).length > 0 && (await alarmsOf(bo, room)).length > 0);
  await ada.say(room, 'after');
  await world.clock.until(async () => (await bo.reads(room)).includes('after'));
  await world.clock.pass(20_000);
  assert.deepEqual(await alarmsOf(ada, room), ['relay-rolled-back']);
  assert.deepEqual(await alarmsOf(bo, room), ['relay-rolled-back']);
  for (const one of [ada, bo]) {
    assert.deepEqual([...(await one.reads(room))].sort(), ['after', 'kept', 'lost, by Ada', 'lost, by Bo'], one.name);
    assert.ok((await one.messages(room)).every(({ position }) => position !== null));
  }
  // The relay has all of it again.
  const cy = await world.person('Cy');
  const { link } = await world.clock.over(ada.engine.createInvite(room, { hours: 1, uses: 1 }));
  await cy.engine.join(link ?? '');
  await world.clock.until(async () => (await cy.memberCount(room)) === 3);
});

test('restored from before the room went on to other epochs: its commits are offered again as well, and then what was said', async () => {
  const store = new BackedUpStore();
  const world = new World({ store });
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const away = await world.person('Di');
  const room = await world.roomOf(ada, bo, away);
  await ada.say(room, 'kept');
  await world.clock.until(async () => (await bo.reads(room)).length === 1 && (await away.reads(room)).length === 1);
  await world.clock.pass(10_000);
  away.goOffline();
  const backup = store.writes;
  await bo.say(room, 'lost, by Bo, before');
  await world.clock.until(async () => (await ada.reads(room)).length === 2);
  // Two epochs: an invite, and the one who comes by it.
  const { link } = await world.clock.over(ada.engine.createInvite(room, { hours: 1, uses: 1 }));
  const cy = await world.person('Cy');
  await cy.engine.join(link ?? '');
  await world.clock.until(async () => (await cy.memberCount(room)) === 4 && (await bo.memberCount(room)) === 4);
  await ada.say(room, 'lost, by Ada, after');
  await cy.say(room, 'lost, by Cy, after');
  for (const one of [ada, bo]) await world.clock.until(async () => (await one.reads(room)).length === 4);
  await world.clock.pass(10_000);

  world.network.stopRelay();
  await store.restore(backup);
  world.network.startRelay();
  for (const one of [ada, bo, cy]) await world.clock.until(async () => (await alarmsOf(one, room)).length > 0, 120_000, `${one.name} is told`);
  await away.goOnline();
  await ada.say(room, 'and on');
  for (const one of [ada, bo, cy, away]) await world.clock.until(async () => (await one.reads(room)).includes('and on'), 120_000, `${one.name} reads on`);
  await world.clock.pass(120_000);
  for (const one of [ada, bo, cy]) assert.deepEqual(await alarmsOf(one, room), ['relay-rolled-back'], one.name);
  const all = ['and on', 'kept', 'lost, by Ada, after', 'lost, by Bo, before', 'lost, by Cy, after'];
  for (const one of [ada, bo, away]) assert.deepEqual([...(await one.reads(room))].sort(), all, one.name);
  for (const one of [ada, bo, cy, away]) {
    assert.equal(await one.memberCount(room), 4, one.name);
    assert.ok((await one.messages(room)).every(({ position }) => position !== null), one.name);
  }
  // The room goes on, from epoch to epoch.
  const ed = await world.person('Ed');
  const second = await world.clock.over(bo.engine.createInvite(room, { hours: 1, uses: 1 }));
  await ed.engine.join(second.link ?? '');
  for (const one of [ada, bo, cy, away, ed]) await world.clock.until(async () => (await one.memberCount(room)) === 5, 120_000, `${one.name} sees five`);
});

for (const stamped of [true, false]) test(`a copy put back ${stamped ? 'by the operator’s command' : 'by hand'}: noticed though others have written on before one comes`, async () => {
  const store = new BackedUpStore();
  const world = new World({ store });
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  await ada.say(room, 'kept');
  await world.clock.until(async () => (await bo.reads(room)).length === 1);
  await world.clock.pass(10_000);
  const backup = store.writes;
  await bo.say(room, 'lost, by Bo');
  await world.clock.until(async () => (await ada.reads(room)).length === 2);
  await world.clock.pass(10_000);
  bo.goOffline();
  world.network.stopRelay();
  await store.restore(backup, stamped);
  world.network.startRelay();
  await world.clock.until(async () => (await alarmsOf(ada, room)).length > 0);
  // By now the log is longer than Bo knew it: its length would tell nothing.
  for (let i = 0; i < 8; i++) await ada.say(room, `after ${i}`);
  await world.clock.until(async () => (await ada.messages(room)).every(({ position }) => position !== null));
  await bo.goOnline();
  await world.clock.until(async () => (await ada.reads(room)).includes('lost, by Bo') && (await bo.reads(room)).length === 10);
  await world.clock.pass(20_000);
  for (const one of [ada, bo]) {
    assert.deepEqual(await alarmsOf(one, room), ['relay-rolled-back'], one.name);
    assert.deepEqual([...(await one.reads(room))].sort(), ['kept', 'lost, by Bo', ...Array.from({ length: 8 }, (_, i) => `after ${i}`)].sort(), one.name);
  }
});

test('emptied, when the room has long gone on to other epochs: whoever made it makes it there again, in the epoch that it is in', async () => {
  const store = new BackedUpStore();
  const world = new World({ store });
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  await bo.say(room, 'by Bo');
  await ada.say(room, 'by Ada');
  for (const one of [ada, bo]) await world.clock.until(async () => (await one.reads(room)).length === 2);
  await world.clock.pass(10_000);
  world.network.stopRelay();
  await store.restore(0);
  world.network.startRelay();
  await world.clock.until(async () => (await alarmsOf(ada, room)).includes('relay-reset') && (await alarmsOf(bo, room)).includes('relay-reset'));
  await world.clock.pass(180_000);
  await bo.say(room, 'and on');
  await world.clock.until(async () => (await ada.reads(room)).includes('and on'), 120_000, 'they talk again');
  await world.clock.pass(20_000);
  for (const one of [ada, bo]) {
    assert.deepEqual(await alarmsOf(one, room), ['relay-reset'], one.name);
    assert.deepEqual([...(await one.reads(room))].sort(), ['and on', 'by Ada', 'by Bo'], one.name);
    assert.ok((await one.messages(room)).every(({ position }) => position !== null), one.name);
  }
  // All of it is in the log again: somebody new comes in.
  const cy = await world.person('Cy');
  const { link } = await world.clock.over(ada.engine.createInvite(room, { hours: 1, uses: 1 }));
  await cy.engine.join(link ?? '');
  for (const one of [ada, bo, cy]) await world.clock.until(async () => (await one.memberCount(room)) === 3);
});

test('emptied, while whoever made the room had fallen behind: it comes back where they were, and the others offer what leads on', async () => {
  const store = new BackedUpStore();
  const world = new World({ store });
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  const { link } = await world.clock.over(ada.engine.createInvite(room, { hours: 0, uses: 0 }));
  await world.clock.pass(10_000);
  ada.goOffline();
  const cy = await world.person('Cy');
  await cy.engine.join(link ?? '');
  await world.clock.until(async () => (await bo.memberCount(room)) === 3 && (await cy.memberCount(room)) === 3);
  await bo.say(room, 'by Bo, to Cy');
  await world.clock.until(async () => (await cy.reads(room)).length === 1);
  await world.clock.pass(10_000);
  world.network.stopRelay();
  await store.restore(0);
  world.network.startRelay();
  await world.clock.until(async () => (await alarmsOf(bo, room)).length > 0 && (await alarmsOf(cy, room)).length > 0);
  await ada.goOnline();
  await world.clock.until(async () => (await ada.memberCount(room)) === 3, 400_000, 'Ada learns of Cy');
  await world.clock.until(async () => (await ada.reads(room)).includes('by Bo, to Cy'), 400_000, 'Ada reads what she had missed');
  await cy.say(room, 'by Cy, to all');
  for (const one of [ada, bo]) await world.clock.until(async () => (await one.reads(room)).includes('by Cy, to all'), 400_000, one.name);
});

test('a relay that for a while lets nobody in, as one whose origin was set wrongly: whoever made the room does not lose it by trying to make it again', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  await world.clock.pass(10_000);
  let shut = true;
  let refused = 0;
  world.network.tamper = (frame, direction) => {
    const read = direction === 'down' ? decodeRelayFrame(frame) : undefined;
    if (!shut || read?.type !== 'control' || read.control.t !== 'opened') return [frame];
    refused++;
    return [encodeControl({ t: 'error', ref: read.control.ref, room: read.control.room, id: null, code: 'no-access', retryAfter: 0 })];
  };
  world.network.stopRelay();
  world.network.startRelay();
  await world.clock.until(async () => (await alarmsOf(ada, room)).length > 0);
  await world.clock.pass(200_000);
  assert.ok(refused > 4);
  shut = false;
  await ada.say(room, 'here we are again');
  await world.clock.until(async () => (await bo.reads(room)).includes('here we are again'), 200_000);
  assert.equal((await ada.summary(room))?.standing.kind, 'member');
});

test('emptied, while the room was still in its first epoch: whoever made it makes it there again', async () => {
  const store = new BackedUpStore();
  const world = new World({ store });
  const ada = await world.person('Ada');
  const room = await ada.engine.createRoom('alone');
  await ada.say(room, 'a note to myself');
  await world.clock.until(async () => (await ada.messages(room)).every(({ status }) => status === 'sent'));
  world.network.stopRelay();
  await store.restore(0);
  world.network.startRelay();
  await world.clock.until(async () => (await alarmsOf(ada, room)).includes('relay-reset'));
  await world.clock.until(async () => (await ada.messages(room)).length === 1 && store.writes >= 2);
  await world.clock.until(async () => (await ada.messages(room)).every(({ position }) => position !== null));
  assert.deepEqual(await ada.reads(room), ['a note to myself']);
});
