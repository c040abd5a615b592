/** Coming in by a link: with nobody there, across lost answers, and with links that do not let in any more. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeClientFrame, decodeRelayFrame } from '../../../shared/frame.ts';
import { EngineError, type Engine } from '../../../pwa/engine/api.ts';
import { decodeInviteLink, encodeInviteLink } from '../../../pwa/engine/rooms/invite-link.ts';
import { World } from '../../support/engine-world.ts';

const inviteOf = async (world: World, engine: Engine, room: Awaited<ReturnType<Engine['createRoom']>>, terms = { hours: 0, uses: 0 }): Promise<string> =>
  (await world.clock.over(engine.createInvite(room, terms))).link ?? '';

const refuses = (code: string) => (cause: unknown) => cause instanceof EngineError && cause.problem.code === code;

test('a room is made and written in offline, then invites, then is left alone: a joiner comes in all the same', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  ada.online = false;
  const room = await ada.engine.createRoom('made in a tunnel');
  await ada.say(room, 'nobody hears this yet');
  await assert.rejects(world.clock.over(ada.engine.createInvite(room, { hours: 0, uses: 0 })), refuses('relay-unreachable'));
  assert.equal((await ada.messages(room))[0]?.status, 'queued');
  await ada.goOnline();
  const link = await inviteOf(world, ada.engine, room);
  ada.goOffline();

  const bo = await world.person('Bo');
  const preview = await world.clock.over(bo.engine.previewInvite(link));
  assert.deepEqual({ name: preview.name, inviter: preview.inviter?.name, members: preview.members.map(({ name }) => name), already: preview.alreadyMember }, { name: 'made in a tunnel', inviter: 'Ada', members: ['Ada'], already: false });
  assert.equal(await bo.engine.join(link), room);
  await bo.say(room, 'hello?');
  await world.clock.until(async () => (await bo.summary(room))?.standing.kind === 'member');
  assert.equal((await bo.summary(room))?.confirmed, false);
  await world.clock.until(async () => (await bo.messages(room))[0]?.status === 'sent');
  await ada.goOnline();
  await world.clock.until(async () => (await ada.reads(room)).includes('hello?'));
  await ada.say(room, 'hello!');
  await world.clock.until(async () => (await bo.summary(room))?.confirmed === true);
  await world.clock.until(async () => (await bo.reads(room)).length === 3);
  assert.deepEqual([...(await bo.reads(room))].sort(), ['hello!', 'hello?', 'nobody hears this yet']);
  assert.equal((await world.clock.over(bo.engine.previewInvite(link))).alreadyMember, true);
  assert.equal(await bo.engine.join(link), room);
});

test('the answer to a join is lost, with the connection and the process: it is one join all the same', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const room = await ada.engine.createRoom('a room');
  const link = await inviteOf(world, ada.engine, room, { hours: 0, uses: 1 });
  const bo = await world.person('Bo');
  let committed = false;
  world.network.tamper = (frame, direction, line) => {
    const decoded = decodeClientFrame(frame);
    if (direction === 'up' && decoded.type === 'control' && decoded.control.t === 'commit') committed = true;
    return committed && direction === 'down' && line.owner === 'Bo' && decodeRelayFrame(frame).type === 'ack' ? [] : [frame];
  };
  await bo.engine.join(link);
  await world.clock.until(async () => committed && (await ada.memberCount(room)) === 2);
  assert.equal((await bo.summary(room))?.standing.kind, 'joining');
  bo.goOffline();
  world.network.tamper = (frame) => [frame];
  await bo.restart();
  await bo.goOnline();
  await world.clock.until(async () => (await bo.summary(room))?.standing.kind === 'member');
  assert.equal(await ada.memberCount(room), 2);
  await bo.say(room, 'in');
  await ada.say(room, 'so you are');
  await world.clock.until(async () => (await ada.reads(room)).length === 2 && (await bo.reads(room)).length === 2);
  assert.deepEqual((await bo.summary(room))?.alarms, []);
});

test('links that do not let in: used up, expired, revoked with its maker, unknown, mangled, naming somebody else', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  const bo = await world.person('Bo');
  const cy = await world.person('Cy');
  const room = await ada.engine.createRoom('a room');
  const once = await inviteOf(world, ada.engine, room, { hours: 0, uses: 1 });
  await bo.engine.join(once);
  await world.clock.until(async () => (await ada.memberCount(room)) === 2);
  await assert.rejects(world.clock.over(cy.engine.previewInvite(once)), refuses('invite-used-up'));
  await cy.engine.join(once);
  await world.clock.until(async () => (await cy.summary(room))?.standing.kind === 'refused');
  const { standing } = (await cy.summary(room)) ?? {};
  assert.equal(standing?.kind === 'refused' && standing.problem.code, 'invite-used-up');

  const brief = await inviteOf(world, ada.engine, room, { hours: 1, uses: 0 });
  await world.clock.pass(3_700_000);
  await assert.rejects(world.clock.over(cy.engine.previewInvite(brief)), refuses('invite-expired'));
  // The next commit drops what has expired.
  const standingLink = await inviteOf(world, ada.engine, room);
  assert.equal((await ada.engine.invites(room)).length, 2);
  await assert.rejects(world.clock.over(cy.engine.previewInvite(brief)), refuses('invite-expired'));

  const parsed = decodeInviteLink(standingLink);
  assert.ok(parsed !== undefined);
  const other = encodeInviteLink({ ...parsed, secret: world.dice.bytes(32) }, 'https://relay.example');
  await assert.rejects(world.clock.over(cy.engine.previewInvite(other)), refuses('invite-unknown'));
  const elsewhere = encodeInviteLink({ ...parsed, inviter: world.dice.bytes(16) }, 'https://relay.example');
  assert.equal((await world.clock.over(cy.engine.previewInvite(elsewhere))).inviter, null);
  await assert.rejects(cy.engine.join(`${standingLink}x`), refuses('bad-link'));
  await assert.rejects(cy.engine.join('https://relay.example/'), refuses('bad-link'));
  assert.ok(!standingLink.slice(0, standingLink.indexOf('#')).includes(Buffer.from(parsed.secret).toString('base64url')));

  await cy.engine.join(standingLink);
  await world.clock.until(async () => (await cy.summary(room))?.standing.kind === 'member');
});

test('five join at once by one link', async () => {
  const world = new World({ seed: 7 });
  const people = await Promise.all(['Ada', 'Bo', 'Cy', 'Di', 'Ed', 'Fa'].map((name) => world.person(name)));
  const [ada, ...others] = people as [typeof people[number], ...typeof people];
  const room = await world.roomOf(ada, ...others);
  for (const one of people) await one.say(room, one.name);
  await world.clock.until(async () => (await Promise.all(people.map((one) => one.reads(room)))).every((read) => read.length === 6));
  const [log, ...logs] = await Promise.all(people.map((one) => one.reads(room)));
  for (const each of logs) assert.deepEqual(each, log);
});
