/** Knowing whom one talks to, in rooms: verifying by code, and somebody who takes the name of one who was verified. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, type NoticeFact, type PersonKey, type ProblemCode, type RoomKey } from '../../../pwa/engine/api.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const me = async (someone: Someone, room: RoomKey): Promise<PersonKey> => (await someone.summary(room))?.me ?? assert.fail('not in the room');

async function member(someone: Someone, room: RoomKey, person: PersonKey) {
  return (await someone.summary(room))?.members.find((one) => one.person === person) ?? assert.fail('no such member');
}

async function facts(someone: Someone, room: RoomKey): Promise<readonly NoticeFact[]> {
  const { items } = await someone.engine.timeline(room, { limit: 1000 });
  return items.flatMap((item) => (item.kind === 'notice' ? [item.fact] : []));
}

const rejectsAs = (work: Promise<unknown>, code: ProblemCode) => assert.rejects(work, (cause) => cause instanceof EngineError && cause.problem.code === code);

async function adaAndBo() {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const room = await world.roomOf(ada, bo);
  return { world, ada, bo, room, adaKey: await me(ada, room), boKey: await me(bo, room) };
}

async function joins(world: World, from: Someone, room: RoomKey, name: string): Promise<Someone> {
  const newcomer = await world.person(name);
  const { link } = await world.clock.over(from.engine.createInvite(room, { hours: 1, uses: 1 }));
  const members = await from.memberCount(room);
  await newcomer.engine.join(link ?? '');
  await world.clock.until(async () => (await from.memberCount(room)) === members + 1 && (await newcomer.memberCount(room)) === members + 1);
  return newcomer;
}

test('two people see one number; a scanned code verifies, is kept, and can be taken back', async () => {
  const { ada, bo, room, adaKey, boKey } = await adaAndBo();
  const [mine, theirs] = [await ada.engine.safetyNumber(boKey), await bo.engine.safetyNumber(adaKey)];
  assert.match(mine.digits, /^\d{60}$/u);
  assert.equal(mine.digits, theirs.digits);
  assert.deepEqual([mine.with.name, mine.verified, mine.verifiedAt], ['Bo', false, 0]);

  assert.equal(await ada.engine.verify(boKey, mine.code), 'wrong-person', 'one’s own screen');
  assert.equal(await ada.engine.verify(boKey, 'what?'), 'not-a-code');
  assert.equal((await member(ada, room, boKey)).verified, false);
  assert.equal(await ada.engine.verify(boKey, theirs.code), 'verified');
  assert.equal((await member(ada, room, boKey)).verified, true);
  assert.equal((await member(bo, room, adaKey)).verified, false, 'each for themselves');

  await ada.restart();
  assert.equal((await member(ada, room, boKey)).verified, true);
  assert.ok((await ada.engine.safetyNumber(boKey)).verifiedAt > 0);
  await ada.engine.setVerified(boKey, false);
  await ada.restart();
  assert.equal((await ada.engine.safetyNumber(boKey)).verified, false);
  await rejectsAs(ada.engine.safetyNumber(adaKey), 'not-allowed');
  await rejectsAs(ada.engine.safetyNumber('A'.repeat(43) as PersonKey), 'not-a-member');
});

test('a second person under a known name is shown at once, and holds nobody back', async () => {
  const { world, ada, bo, room, boKey } = await adaAndBo();
  const other = await joins(world, ada, room, 'Вo');
  const otherKey = await me(other, room);
  await world.clock.until(async () => (await bo.memberCount(room)) === 3);
  for (const someone of [ada, bo, other]) {
    const expected = someone === other ? [] : ['same-name'];
    const told = (await facts(someone, room)).filter(({ kind }) => kind === 'same-name');
    assert.deepEqual(told.map(({ kind }) => kind), expected, someone.name);
    for (const fact of told) assert.ok(fact.kind === 'same-name' && fact.who.person === otherKey && fact.as.person === boKey && fact.as.name === 'Bo' && !fact.verified);
  }
  assert.deepEqual((await member(ada, room, otherKey)).sameNameAs, { person: boKey, verified: false });
  assert.equal((await member(ada, room, boKey)).sameNameAs, null);
  await ada.say(room, 'still free to speak');
  await world.clock.until(async () => (await bo.reads(room)).includes('still free to speak'));
});

test('somebody takes the name of a verified person: nothing is sent before one has seen it, and nothing is lost', async () => {
  const { world, ada, bo, room, adaKey, boKey } = await adaAndBo();
  await ada.engine.verify(boKey, (await bo.engine.safetyNumber(adaKey)).code);
  // Written while away, before anything was known.
  ada.goOffline();
  await ada.say(room, 'for Bo alone');
  const { link } = await world.clock.over(bo.engine.createInvite(room, { hours: 1, uses: 1 }));
  const mal = await world.person('B\u200Bo');
  await mal.engine.join(link ?? '');
  await world.clock.until(async () => (await bo.memberCount(room)) === 3);
  await ada.goOnline();
  await world.clock.until(async () => (await ada.memberCount(room)) === 3);
  const malKey = await me(mal, room);
  assert.deepEqual((await ada.summary(room))?.unacknowledged, [{ who: { person: malKey, name: 'Bo' }, as: { person: boKey, verified: true } }]);
  assert.ok((await facts(ada, room)).some((fact) => fact.kind === 'same-name' && fact.verified && fact.who.person === malKey && fact.as.person === boKey));

  await rejectsAs(ada.say(room, 'and more'), 'unacknowledged');
  await mal.say(room, 'hi, it is me');
  await world.clock.until(async () => (await ada.reads(room)).includes('hi, it is me'));
  await world.clock.pass(30_000);
  // Reading and receipts go on.
  await world.clock.until(async () => (await mal.messages(room)).every(({ status }) => status === 'received'));
  assert.ok(!(await mal.reads(room)).includes('for Bo alone'));
  await ada.restart();
  await world.clock.pass(30_000);
  assert.equal((await ada.messages(room)).find(({ mine }) => mine)?.status, 'queued');

  await world.clock.over(ada.engine.acknowledge(room, malKey));
  assert.deepEqual((await ada.summary(room))?.unacknowledged, []);
  await world.clock.until(async () => (await bo.reads(room)).includes('for Bo alone'));
  await ada.say(room, 'and more');
  await world.clock.until(async () => (await bo.reads(room)).includes('and more'));
  assert.equal((await member(ada, room, malKey)).sameNameAs?.verified, true, 'still shown');
  await ada.restart();
  assert.deepEqual((await ada.summary(room))?.unacknowledged, []);
});

test('a person whom one verified in another room is known in every room', async () => {
  const { world, ada, bo, adaKey, boKey } = await adaAndBo();
  await ada.engine.verify(boKey, (await bo.engine.safetyNumber(adaKey)).code);
  const mal = await world.person('Bо');
  const room = await world.roomOf(mal, ada);
  const malKey = await me(mal, room);
  assert.ok((await facts(ada, room)).some((fact) => fact.kind === 'same-name' && fact.verified));
  assert.equal((await ada.summary(room))?.unacknowledged.length, 1);
  await rejectsAs(ada.say(room, 'hello Bo'), 'unacknowledged');
  await world.clock.over(ada.engine.acknowledge(room, malKey));
  await ada.say(room, 'who are you?');
  await world.clock.until(async () => (await mal.reads(room)).includes('who are you?'));
});

test('no longer verified: what was held goes out', async () => {
  const { world, ada, bo, room, adaKey, boKey } = await adaAndBo();
  await ada.engine.verify(boKey, (await bo.engine.safetyNumber(adaKey)).code);
  ada.goOffline();
  await ada.say(room, 'queued');
  const { link } = await world.clock.over(bo.engine.createInvite(room, { hours: 1, uses: 1 }));
  const other = await world.person('BO');
  await other.engine.join(link ?? '');
  await world.clock.until(async () => (await bo.memberCount(room)) === 3);
  await ada.goOnline();
  await world.clock.until(async () => (await ada.memberCount(room)) === 3);
  await world.clock.pass(10_000);
  assert.ok(!(await bo.reads(room)).includes('queued'));
  await ada.engine.setVerified(boKey, false);
  await world.clock.until(async () => (await bo.reads(room)).includes('queued'));
});
