/** Commits that race, that lie, and that remove. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeClientFrame } from '../../../shared/frame.ts';
import { encodeControl } from '../../../shared/control.ts';
import type { AccessKey } from '../../../shared/ids.ts';
import { EngineError, type PersonKey } from '../../../pwa/engine/api.ts';
import { World, type Someone } from '../../support/engine-world.ts';

test('eight members commit at once: one wins, every loser recovers, all wishes come true', async () => {
  const world = new World({ seed: 3 });
  const people = await Promise.all(Array.from({ length: 8 }, (_, n) => world.person(`P${n}`)));
  const [first, ...others] = people as [Someone, ...Someone[]];
  const room = await world.roomOf(first, ...others);
  const invites = await world.clock.over(Promise.all(people.map((one) => one.engine.createInvite(room, { hours: 1, uses: 1 }))));
  assert.equal(new Set(invites.map(({ link }) => link)).size, 8);
  await world.clock.until(async () => (await Promise.all(people.map((one) => one.engine.invites(room)))).every((standing) => standing.length === 9));
  for (const one of people) await one.say(room, `still here: ${one.name}`);
  await world.clock.until(async () => (await Promise.all(people.map((one) => one.reads(room)))).every((read) => read.length === 8));
  const [log, ...logs] = await Promise.all(people.map((one) => one.reads(room)));
  for (const each of logs) assert.deepEqual(each, log);
  for (const one of people) assert.deepEqual((await one.notices(room)).filter((kind) => kind === 'invalid-commit' || kind === 'unreadable'), []);
});

for (const lie of ['a false access key', 'a false invites digest', 'garbage for a commit'] as const) {
  test(`a member registers ${lie}: the others go on without it`, async () => {
    const world = new World({ seed: 5 });
    const ada = await world.person('Ada');
    const bo = await world.person('Bo');
    const mal = await world.person('Mal');
    const room = await world.roomOf(ada, bo, mal);
    let lied = 0;
    world.network.tamper = (frame, direction, line) => {
      const decoded = decodeClientFrame(frame);
      if (direction === 'down' || line.owner !== 'Mal' || decoded.type !== 'control' || decoded.control.t !== 'commit') return [frame];
      lied++;
      const bundle = decoded.control;
      switch (lie) {
        case 'a false access key':
          return [encodeControl({ ...bundle, access: world.dice.bytes(32) as AccessKey })];
        case 'a false invites digest':
          return [encodeControl({ ...bundle, invites: [] })];
        case 'garbage for a commit':
          return [encodeControl({ ...bundle, commit: world.dice.bytes(700) })];
      }
    };
    const wish = mal.engine.createInvite(room, { hours: 1, uses: 1 }).catch((cause: unknown) => cause);
    await world.clock.until(() => lied > 0);
    await ada.say(room, 'we go on');
    await bo.say(room, 'so we do');
    await world.clock.until(async () => (await ada.reads(room)).length === 2 && (await bo.reads(room)).length === 2);
    assert.deepEqual(await ada.reads(room), await bo.reads(room));
    assert.ok((await ada.notices(room)).includes('invalid-commit'));
    assert.deepEqual((await ada.summary(room))?.alarms, []);
    // And can commit themselves.
    mal.goOffline();
    const { link } = await world.clock.over(ada.engine.createInvite(room, { hours: 1, uses: 1 }));
    const cy = await world.person('Cy');
    await cy.engine.join(link ?? '');
    await world.clock.until(async () => (await ada.memberCount(room)) === 4 && (await bo.memberCount(room)) === 4);
    await world.clock.over(wish);
  });
}

test('a removed member keeps the history, and reads and writes nothing more', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const mal = await world.person('Mal');
  const room = await world.roomOf(ada, bo, mal);
  await ada.say(room, 'to all');
  await world.clock.until(async () => (await mal.reads(room)).length === 1);
  const { link } = await world.clock.over(mal.engine.createInvite(room, { hours: 0, uses: 0 }));
  const me = (await mal.summary(room))?.me as PersonKey;
  await assert.rejects(world.clock.over(bo.engine.removeMember(room, me)), (cause) => cause instanceof EngineError && cause.problem.code === 'not-allowed');
  await world.clock.over(ada.engine.removeMember(room, me));
  await ada.say(room, 'without Mal');
  await world.clock.until(async () => (await bo.reads(room)).length === 2 && (await mal.summary(room))?.standing.kind === 'removed');
  await mal.restart();
  await world.clock.pass(60_000);
  assert.deepEqual(await mal.reads(room), ['to all']);
  await assert.rejects(mal.say(room, 'let me'), (cause) => cause instanceof EngineError && cause.problem.code === 'not-a-member');
  assert.equal(await bo.memberCount(room), 2);
  assert.ok((await bo.notices(room)).includes('removed'));
  // The invite that Mal made, and the one by which Mal came, went with them.
  assert.deepEqual(await ada.engine.invites(room), []);
  await assert.rejects(world.clock.over(mal.engine.previewInvite(link ?? '')), (cause) => cause instanceof EngineError && cause.problem.code === 'invite-revoked');
});

test('one who was away during the removal learns of it on return', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const mal = await world.person('Mal');
  const room = await world.roomOf(ada, bo, mal);
  mal.goOffline();
  bo.goOffline();
  await mal.say(room, 'never to be sent');
  await world.clock.over(ada.engine.removeMember(room, (await mal.summary(room))?.me as PersonKey));
  for (let n = 0; n < 3; n++) await ada.say(room, `news ${n}`);
  await world.clock.until(async () => (await ada.messages(room)).every(({ status }) => status !== 'queued'));
  await mal.goOnline();
  await bo.goOnline();
  await world.clock.until(async () => (await mal.summary(room))?.standing.kind === 'removed' && (await bo.reads(room)).length === 3);
  assert.deepEqual(await mal.reads(room), ['never to be sent']);
  assert.equal((await mal.messages(room))[0]?.status, 'queued');
});
