/** Rooms that require approval: who comes by a link knocks, waits, and is let in or not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, type RoomKey } from '../../../pwa/engine/api.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const refuses = (code: string) => (cause: unknown) => cause instanceof EngineError && cause.problem.code === code;

const linkOf = async (world: World, by: Someone, room: RoomKey, terms: Partial<Parameters<Someone['engine']['createInvite']>[1]> = {}): Promise<string> =>
  (await world.clock.over(by.engine.createInvite(room, { hours: 0, uses: 0, ...terms }))).link ?? '';

const standing = async (someone: Someone, room: RoomKey) => (await someone.summary(room))?.standing;
const knocksAt = async (someone: Someone, room: RoomKey) => (await someone.summary(room))?.knocks ?? [];

/** Ada and Bo, an admin, with Cy, a member, in a room that asks for approval; Di has the link. */
async function closedRoom(): Promise<{ world: World; ada: Someone; bo: Someone; cy: Someone; di: Someone; room: RoomKey; link: string }> {
  const world = new World();
  const [ada, bo, cy, di] = [await world.person('Ada'), await world.person('Bo'), await world.person('Cy'), await world.person('Di')];
  const room = await ada.engine.createRoom('behind a door');
  await bo.engine.join(await linkOf(world, ada, room, { role: 'admin' }));
  await cy.engine.join(await linkOf(world, ada, room));
  await world.clock.until(async () => (await ada.memberCount(room)) === 3);
  await world.clock.over(ada.engine.setSettings(room, { approval: true }));
  const link = await linkOf(world, ada, room, { label: 'Evening class', uses: 2 });
  await world.clock.until(async () => (await cy.summary(room))?.settings.approval === true && (await bo.summary(room))?.settings.approval === true);
  return { world, ada, bo, cy, di, room, link };
}

test('knocking, waiting, and being let in by an admin', async () => {
  const { world, ada, bo, cy, di, room, link } = await closedRoom();
  assert.equal((await world.clock.over(di.engine.previewInvite(link))).approval, true);
  await di.engine.join(link);
  await world.clock.until(async () => (await standing(di, room))?.kind === 'waiting' && (await knocksAt(bo, room)).length === 1);
  assert.equal((await di.summary(room))?.name, 'behind a door');
  const [knock] = await knocksAt(bo, room);
  assert.deepEqual([knock?.who.name, knock?.by], ['Di', 'Evening class']);
  assert.deepEqual([(await knocksAt(ada, room)).length, (await knocksAt(cy, room)).length], [1, 0]);
  await world.clock.pass(20_000);
  assert.equal((await standing(di, room))?.kind, 'waiting');
  assert.equal(await ada.memberCount(room), 3);
  await assert.rejects(di.say(room, 'let me in'), refuses('not-a-member'));
  await assert.rejects(world.clock.over(cy.engine.answerKnock(room, knock?.id ?? '', true)), refuses('not-allowed'));
  await world.clock.over(bo.engine.answerKnock(room, knock?.id ?? '', true));
  await world.clock.until(async () => (await standing(di, room))?.kind === 'member' && (await cy.memberCount(room)) === 4);
  assert.deepEqual([await knocksAt(ada, room), await knocksAt(bo, room)], [[], []]);
  const told = (await cy.engine.timeline(room, { limit: 100 })).items.flatMap((item) => (item.kind === 'notice' && item.fact.kind === 'let-in' ? [`${item.fact.who.name} by ${item.fact.by.name}`] : []));
  assert.deepEqual(told, ['Di by Bo']);
  await di.say(room, 'thank you');
  await world.clock.until(async () => (await cy.reads(room)).includes('thank you'));
  assert.equal((await ada.engine.invites(room)).find(({ label }) => label === 'Evening class')?.used, 1);
  await assert.rejects(world.clock.over(bo.engine.answerKnock(room, knock?.id ?? '', true)), refuses('not-a-member'));
});

test('being refused: by nobody’s silence, but by an answer that all admins see', async () => {
  const { world, ada, bo, di, room, link } = await closedRoom();
  await di.engine.join(link);
  await world.clock.until(async () => (await knocksAt(ada, room)).length === 1 && (await knocksAt(bo, room)).length === 1);
  await world.clock.over(ada.engine.answerKnock(room, (await knocksAt(ada, room))[0]?.id ?? '', false));
  await world.clock.until(async () => (await standing(di, room))?.kind === 'refused' && (await knocksAt(bo, room)).length === 0);
  const refused = await standing(di, room);
  assert.equal(refused?.kind === 'refused' && refused.problem.code, 'knock-refused');
  assert.ok((await bo.notices(room)).includes('knock-refused'));
  assert.equal(await bo.memberCount(room), 3);
});

test('waiting goes on across a restart, and an answer that came meanwhile is found', async () => {
  const { world, ada, di, room, link } = await closedRoom();
  ada.goOffline();
  await di.engine.join(link);
  await world.clock.until(async () => (await standing(di, room))?.kind === 'waiting');
  di.goOffline();
  await di.restart();
  assert.equal((await standing(di, room))?.kind, 'waiting');
  await ada.goOnline();
  await world.clock.until(async () => (await knocksAt(ada, room)).length === 1);
  await ada.restart();
  await world.clock.over(ada.engine.answerKnock(room, (await knocksAt(ada, room))[0]?.id ?? '', true));
  await di.goOnline();
  await world.clock.until(async () => (await standing(di, room))?.kind === 'member');
});

test('who waits is told when the invite ends; may stop waiting; and is banned all the same', async () => {
  const { world, ada, bo, cy, di, room, link } = await closedRoom();
  await di.engine.join(link);
  await world.clock.until(async () => (await standing(di, room))?.kind === 'waiting');
  await world.clock.over(di.engine.leave(room));
  assert.equal((await standing(di, room))?.kind, 'left');
  await di.engine.join(link);
  await world.clock.until(async () => (await standing(di, room))?.kind === 'waiting');
  const [invite] = (await ada.engine.invites(room)).filter(({ label }) => label === 'Evening class');
  await world.clock.over(ada.engine.revokeInvite(room, invite?.id ?? ''));
  await world.clock.until(async () => (await standing(di, room))?.kind === 'refused', 600_000);
  const refused = await standing(di, room);
  assert.equal(refused?.kind === 'refused' && refused.problem.code, 'invite-revoked');

  const again = await linkOf(world, bo, room);
  await world.clock.over(ada.engine.removeMember(room, (await cy.summary(room))?.me ?? ('' as never), { ban: true }));
  await world.clock.until(async () => (await standing(cy, room))?.kind === 'removed');
  await cy.engine.join(again);
  await world.clock.until(async () => (await standing(cy, room))?.kind === 'refused');
  const banned = await standing(cy, room);
  assert.equal(banned?.kind === 'refused' && banned.problem.code, 'banned');
});

test('when the room asks for approval no more, whoever waits comes in; with the invite go the knocks', async () => {
  const { world, ada, di, room, link } = await closedRoom();
  await di.engine.join(link);
  await world.clock.until(async () => (await knocksAt(ada, room)).length === 1);
  const other = await world.person('Ed');
  await other.engine.join(await linkOf(world, ada, room, { label: 'Other' }));
  await world.clock.until(async () => (await knocksAt(ada, room)).length === 2);
  const [invite] = (await ada.engine.invites(room)).filter(({ label }) => label === 'Other');
  await world.clock.over(ada.engine.revokeInvite(room, invite?.id ?? ''));
  assert.deepEqual((await knocksAt(ada, room)).map(({ who }) => who.name), ['Di']);
  await world.clock.over(ada.engine.setSettings(room, { approval: false }));
  await world.clock.until(async () => (await standing(di, room))?.kind === 'member', 300_000);
  await world.clock.until(async () => (await knocksAt(ada, room)).length === 0);
});

test('two answers at once are one', async () => {
  const { world, ada, bo, di, room, link } = await closedRoom();
  await di.engine.join(link);
  await world.clock.until(async () => (await knocksAt(ada, room)).length === 1 && (await knocksAt(bo, room)).length === 1);
  const id = (await knocksAt(ada, room))[0]?.id ?? '';
  await world.clock.over(Promise.all([ada.engine.answerKnock(room, id, true), bo.engine.answerKnock(room, id, true)]));
  await world.clock.until(async () => (await standing(di, room))?.kind === 'member' && (await bo.memberCount(room)) === 4);
});
