/** A device whose state is lost or damaged, or that was away too long: it says so, comes back where its person wishes, and the others see it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, type NoticeFact, type PersonKey, type RoomKey } from '../../../pwa/engine/api.ts';
import type { Change, StoredRecord } from '../../../pwa/engine/ports/storage.ts';
import type { RelayLimits } from '../../../relay/index.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const standingOf = async (someone: Someone, room: RoomKey) => (await someone.summary(room))?.standing;

async function facts(someone: Someone, room: RoomKey): Promise<readonly NoticeFact[]> {
  const { items } = await someone.engine.timeline(room, { limit: 1000 });
  return items.flatMap((item) => (item.kind === 'notice' ? [item.fact] : []));
}

/** Ada and Bo, who have talked. */
async function scene(limits: Partial<RelayLimits> = {}) {
  const world = new World({ limits });
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  await ada.say(room, 'before');
  await world.clock.until(async () => (await bo.reads(room)).length === 1);
  await bo.say(room, 'yes');
  await world.clock.until(async () => (await ada.reads(room)).length === 2 && (await bo.messages(room)).every(({ position }) => position !== null));
  await world.clock.pass(10_000);
  return { world, ada, bo, room };
}

/** What a disk does to a profile while nobody runs it. */
async function damage(someone: Someone, room: RoomKey, harm: (row: StoredRecord, n: number) => Change | undefined): Promise<void> {
  await someone.engine.close();
  const rows = await someone.storage.range('groups', { prefix: [room] });
  assert.ok(rows.length > 0);
  await someone.storage.write(await someone.storage.claim(), rows.flatMap((row, n) => harm(row, n) ?? []));
  await someone.start();
}

const lose = (row: StoredRecord): Change => ({ kind: 'delete', store: 'groups', key: row.key });
const flip = (row: StoredRecord): Change => ({ kind: 'put', store: 'groups', key: row.key, value: row.value.map((byte, i) => (i === 30 ? byte ^ 1 : byte)) });

async function comesBack(world: World, ada: Someone, bo: Someone, room: RoomKey): Promise<void> {
  await world.clock.over(bo.engine.rejoin(room));
  await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'member');
  await bo.say(room, 'back again');
  await world.clock.until(async () => (await ada.reads(room)).includes('back again'));
  await ada.say(room, 'welcome');
  await world.clock.until(async () => (await bo.reads(room)).includes('welcome'));
}

for (const [what, reason, harm] of [
  ['lost', 'state-lost', lose], ['damaged', 'state-corrupt', flip], ['lost in part', 'state-corrupt', (row: StoredRecord, n: number) => (n === 1 ? lose(row) : undefined)],
] as const) {
  test(`state ${what}: offered, done when asked, seen by the others, and the old leaf goes`, async () => {
    const { world, ada, bo, room } = await scene();
    await damage(bo, room, harm);
    await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'broken');
    assert.deepEqual(await standingOf(bo, room), { kind: 'broken', reason });
    assert.deepEqual(bo.halted, []);
    // Never silently: nothing happens before its person says so.
    await ada.say(room, 'where are you?');
    await world.clock.pass(120_000);
    assert.equal((await ada.engine.security(room)).members.find(({ name }) => name === 'Bo')?.devices, 1);
    assert.deepEqual(await bo.reads(room), ['before', 'yes']);
    await bo.restart();
    await world.clock.pass(10_000);
    assert.equal((await standingOf(bo, room))?.kind, 'broken');

    await comesBack(world, ada, bo, room);
    const me = (await bo.summary(room))?.me as PersonKey;
    for (const someone of [ada, bo]) {
      const returned = (await facts(someone, room)).filter(({ kind }) => kind === 'returned');
      assert.equal(returned.length, 1, someone.name);
      assert.ok(returned[0]?.kind === 'returned' && returned[0].who.person === me);
    }
    // What was said meanwhile is missing, and that is said once.
    assert.deepEqual(await bo.reads(room), ['before', 'yes', 'back again', 'welcome']);
    const missed = (await facts(bo, room)).filter(({ kind }) => kind === 'missed');
    assert.equal(missed.length, 1);
    assert.ok(missed[0]?.kind === 'missed' && missed[0].from < missed[0].to);
    assert.ok(!(await facts(bo, room)).some(({ kind }) => kind === 'unreadable'));
    // One identity, for a while with two leaves, then with one.
    await world.clock.until(async () => (await ada.engine.security(room)).members.every(({ devices }) => devices === 1), 300_000);
    assert.equal(await ada.memberCount(room), 2);
    assert.ok(!(await facts(ada, room)).some(({ kind }) => kind === 'removed' || kind === 'left'));
    assert.deepEqual([(await ada.summary(room))?.alarms, (await bo.summary(room))?.alarms], [[], []]);
  });
}

test('nothing was said meanwhile: nothing is said to be missed', async () => {
  const { world, ada, bo, room } = await scene();
  await damage(bo, room, lose);
  await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'broken');
  await comesBack(world, ada, bo, room);
  assert.ok(!(await facts(bo, room)).some(({ kind }) => kind === 'missed'));
});

test('what was queued when the state was lost is sent after the return', async () => {
  const { world, ada, bo, room } = await scene();
  bo.goOffline();
  await bo.say(room, 'written in the train');
  await damage(bo, room, lose);
  await bo.goOnline();
  await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'broken');
  assert.equal((await bo.messages(room)).find(({ content }) => content.kind === 'text' && content.text === 'written in the train')?.status, 'queued');
  await world.clock.over(bo.engine.rejoin(room));
  await world.clock.until(async () => (await ada.reads(room)).includes('written in the train'));
});

test('one who was removed while broken learns it, and gets in no more', async () => {
  const { world, ada, bo, room } = await scene();
  const me = (await bo.summary(room))?.me as PersonKey;
  await damage(bo, room, lose);
  await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'broken');
  await world.clock.over(ada.engine.removeMember(room, me));
  await world.clock.over(bo.engine.rejoin(room));
  await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'removed');
  assert.deepEqual(await bo.reads(room), ['before', 'yes']);
  await assert.rejects(bo.say(room, 'let me'), (cause) => cause instanceof EngineError && cause.problem.code === 'not-a-member');
  assert.equal(await ada.memberCount(room), 1);
});

test('an invite, in place of the button: the same return, and no use of the invite', async () => {
  const { world, ada, bo, room } = await scene();
  const { link, id } = await world.clock.over(ada.engine.createInvite(room, { hours: 1, uses: 1 }));
  await damage(bo, room, lose);
  await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'broken');
  await world.clock.over(bo.engine.join(link ?? ''));
  await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'member');
  await world.clock.until(async () => (await facts(ada, room)).some(({ kind }) => kind === 'returned'));
  assert.equal((await ada.engine.invites(room)).find((invite) => invite.id === id)?.used, 0);
});

test('removed while broken, and invited anew: the link lets them in', async () => {
  const { world, ada, bo, room } = await scene();
  const me = (await bo.summary(room))?.me as PersonKey;
  await damage(bo, room, lose);
  await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'broken');
  await world.clock.over(ada.engine.removeMember(room, me));
  const { link } = await world.clock.over(ada.engine.createInvite(room, { hours: 1, uses: 1 }));
  await world.clock.over(bo.engine.join(link ?? ''));
  await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'member');
  await ada.say(room, 'in again');
  await world.clock.until(async () => (await bo.reads(room)).includes('in again'));
  assert.deepEqual(await bo.reads(room), ['before', 'yes', 'in again']);
});

test('a room that is well is not entered again', async () => {
  const { bo, room } = await scene();
  await assert.rejects(bo.engine.rejoin(room), (cause) => cause instanceof EngineError && cause.problem.code === 'not-allowed');
});

test('the answer to the return is lost, and the device crashes: it is one return', async () => {
  const { world, ada, bo, room } = await scene();
  await damage(bo, room, lose);
  await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'broken');
  await world.clock.over(bo.engine.rejoin(room));
  world.network.tamper = (frame, direction, line) => (direction === 'down' && line.owner === 'Bo' && frame[0] === 3 ? [] : [frame]);
  await world.clock.until(async () => (await facts(ada, room)).some(({ kind }) => kind === 'returned'));
  world.network.tamper = (frame) => [frame];
  await bo.restart();
  await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'member');
  await bo.say(room, 'once');
  await world.clock.until(async () => (await ada.reads(room)).includes('once'));
  assert.equal((await facts(ada, room)).filter(({ kind }) => kind === 'returned').length, 1);
});

const HOUR = 3_600_000;

test('away past retention, messages gone: one honest line, the commits are followed, the chain begins anew', async () => {
  const { world, ada, bo, room } = await scene({ messageAge: HOUR, commitAge: 1000 * HOUR });
  const cy = await world.person('Cy');
  bo.goOffline();
  const from = world.clock.now();
  await ada.say(room, 'gone');
  const { link } = await world.clock.over(ada.engine.createInvite(room, { hours: 0, uses: 0 }));
  await cy.engine.join(link ?? '');
  await world.clock.until(async () => (await ada.memberCount(room)) === 3);
  await ada.say(room, 'gone as well');
  await world.clock.until(async () => (await cy.reads(room)).length === 1);
  // Receipts, too; and the relay goes by the marks that it makes when it looks.
  await world.clock.pass(20_000);
  await world.network.trim();
  await world.clock.pass(3 * HOUR);
  await ada.say(room, 'still there');
  await world.clock.until(async () => (await cy.reads(room)).length === 2);
  await world.network.trim();
  await bo.goOnline();
  await world.clock.until(async () => (await bo.reads(room)).includes('still there'));
  assert.deepEqual(await bo.reads(room), ['before', 'yes', 'still there']);
  const missed = (await facts(bo, room)).filter((fact) => fact.kind === 'missed');
  assert.equal(missed.length, 1);
  assert.ok(missed[0]?.kind === 'missed' && missed[0].from <= from && missed[0].to >= from + 3 * HOUR && missed[0].to <= world.clock.now());
  assert.deepEqual(await standingOf(bo, room), { kind: 'member' });
  assert.equal(await bo.memberCount(room), 3);
  await bo.say(room, 'I read the rest');
  await cy.say(room, 'good');
  await world.clock.until(async () => (await bo.reads(room)).includes('good') && (await ada.reads(room)).includes('I read the rest'));
  await world.clock.pass(60_000);
  for (const someone of [ada, bo, cy]) assert.deepEqual((await someone.summary(room))?.alarms, [], someone.name);
  // Its chain is anchored again: it can speak of the log, and check what it is given.
  assert.notEqual((await bo.engine.security(room)).log.agreedThrough, null);
  await bo.restart();
  await world.clock.pass(10_000);
  assert.equal((await facts(bo, room)).filter(({ kind }) => kind === 'missed').length, 1);
});

test('away past retention, commits gone: coming back is offered, and works', async () => {
  const { world, ada, bo, room } = await scene({ messageAge: HOUR, commitAge: 2 * HOUR });
  bo.goOffline();
  // The relay keeps the last commit of all.
  for (const name of ['moving on', 'moved on']) await world.clock.over(ada.engine.renameRoom(room, name));
  await ada.say(room, 'gone');
  await world.clock.until(async () => (await ada.messages(room)).every(({ position }) => position !== null));
  await world.network.trim();
  await world.clock.pass(5 * HOUR);
  await ada.say(room, 'still there');
  await world.clock.until(async () => (await ada.messages(room)).every(({ position }) => position !== null));
  await world.network.trim();
  await bo.goOnline();
  await world.clock.until(async () => (await standingOf(bo, room))?.kind === 'broken');
  assert.deepEqual(await standingOf(bo, room), { kind: 'broken', reason: 'away-too-long' });
  assert.deepEqual((await bo.summary(room))?.alarms, []);
  await comesBack(world, ada, bo, room);
  assert.equal((await bo.summary(room))?.name, 'moved on');
  assert.equal((await facts(bo, room)).filter(({ kind }) => kind === 'missed').length, 1);
});
