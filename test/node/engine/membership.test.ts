/** Who is in a room and may do what: as the people on their devices see it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EngineError, type NoticeFact, type PersonKey, type RoomKey } from '../../../pwa/engine/api.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const refuses = (code: string) => (cause: unknown) => cause instanceof EngineError && cause.problem.code === code;

const keyOf = async (someone: Someone): Promise<PersonKey> => {
  const { profile } = await someone.engine.state();
  if (profile === null) throw new Error('no profile');
  return profile.person;
};

const linkOf = async (world: World, by: Someone, room: RoomKey, terms: Partial<Parameters<Someone['engine']['createInvite']>[1]> = {}): Promise<string> => {
  const { link } = await world.clock.over(by.engine.createInvite(room, { hours: 0, uses: 0, ...terms }));
  if (link === null) throw new Error('an invite has no link');
  return link;
};

const facts = async (someone: Someone, room: RoomKey): Promise<readonly NoticeFact[]> =>
  (await someone.engine.timeline(room, { limit: 1000 })).items.flatMap((item) => (item.kind === 'notice' ? [item.fact] : []));

/** As a sentence would say it. */
const said = async (someone: Someone, room: RoomKey): Promise<readonly string[]> =>
  (await facts(someone, room)).map((fact) => [fact.kind, ...('who' in fact ? [fact.who.name] : []), ...('by' in fact && fact.by !== null ? [`by ${fact.by.name}`] : [])].join(' '));

const roleIn = async (someone: Someone, room: RoomKey, name: string) => (await someone.summary(room))?.members.find((member) => member.name === name)?.role;

async function joined(world: World, joiner: Someone, room: RoomKey, link: string, ...others: readonly Someone[]): Promise<void> {
  const before = await others[0]?.memberCount(room) ?? 0;
  await joiner.engine.join(link);
  await world.clock.until(async () => (await Promise.all([joiner, ...others].map((one) => one.memberCount(room)))).every((count) => count === before + 1), 60_000, `${joiner.name} in the room`);
}

/** Ada owns the room; Bo came as an admin, Cy as a member. */
async function three(): Promise<{ world: World; ada: Someone; bo: Someone; cy: Someone; room: RoomKey }> {
  const world = new World();
  const [ada, bo, cy] = [await world.person('Ada'), await world.person('Bo'), await world.person('Cy')];
  const room = await ada.engine.createRoom('the room');
  await joined(world, bo, room, await linkOf(world, ada, room, { role: 'admin' }), ada);
  await joined(world, cy, room, await linkOf(world, ada, room), ada, bo);
  return { world, ada, bo, cy, room };
}

test('roles: an invite gives one, owners change them, and each change is told', async () => {
  const { world, ada, bo, cy, room } = await three();
  assert.deepEqual(await Promise.all(['Ada', 'Bo', 'Cy'].map((name) => roleIn(cy, room, name))), ['owner', 'admin', 'member']);
  assert.deepEqual([(await ada.summary(room))?.role, (await bo.summary(room))?.role, (await cy.summary(room))?.role], ['owner', 'admin', 'member']);
  await assert.rejects(world.clock.over(cy.engine.renameRoom(room, 'Cy’s')), refuses('not-allowed'));
  await assert.rejects(world.clock.over(bo.engine.setRole(room, await keyOf(cy), 'admin')), refuses('not-allowed'));
  await assert.rejects(world.clock.over(ada.engine.setRole(room, await keyOf(ada), 'member')), refuses('not-allowed'));
  await world.clock.over(ada.engine.setRole(room, await keyOf(cy), 'owner'));
  await world.clock.over(ada.engine.setRole(room, await keyOf(bo), 'member'));
  await world.clock.until(async () => (await roleIn(cy, room, 'Bo')) === 'member' && (await cy.summary(room))?.role === 'owner');
  await world.clock.over(cy.engine.setRole(room, await keyOf(ada), 'admin'));
  await world.clock.until(async () => (await roleIn(bo, room, 'Ada')) === 'admin');
  assert.deepEqual((await said(bo, room)).slice(-3), ['role Cy by Ada', 'role Bo by Ada', 'role Ada by Cy']);
  await assert.rejects(world.clock.over(bo.engine.renameRoom(room, 'Bo’s')), refuses('not-allowed'));
});

test('what a room looks like and asks for is agreed, and who changed it is told', async () => {
  const { world, ada, bo, cy, room } = await three();
  const picture = new Uint8Array(9000).fill(5);
  await world.clock.over(bo.engine.renameRoom(room, ' A better\u202E name '));
  await world.clock.over(bo.engine.setLook(room, { hue: 400, picture }));
  await world.clock.over(ada.engine.setSettings(room, { approval: true }));
  await world.clock.until(async () => (await cy.summary(room))?.settings.approval === true);
  const seen = await cy.summary(room);
  assert.deepEqual([seen?.name, seen?.look.hue, seen?.look.picture], ['A better name', 40, picture]);
  assert.deepEqual((await said(cy, room)).slice(-3), ['renamed by Bo', 'pictured by Bo', 'approval by Ada']);
  await assert.rejects(world.clock.over(bo.engine.setLook(room, { hue: null, picture: new Uint8Array(20_000) })), refuses('picture-too-large'));
  // And is known again after a restart, before anything is heard of the relay.
  cy.goOffline();
  await cy.restart();
  assert.deepEqual([(await cy.summary(room))?.name, (await cy.summary(room))?.look.picture], ['A better name', picture]);
});

test('one’s own new name goes to every room, and is told there', async () => {
  const { world, ada, bo, cy, room } = await three();
  const other = await bo.engine.createRoom('another');
  cy.goOffline();
  assert.equal((await world.clock.over(cy.engine.setName('Cyra'))).name, 'Cyra');
  await cy.goOnline();
  await world.clock.over(bo.engine.setName('Bob'));
  await world.clock.until(async () => (await roleIn(ada, room, 'Cyra')) === 'member' && (await roleIn(ada, room, 'Bob')) === 'admin', 120_000);
  await world.clock.until(async () => (await bo.summary(other))?.members[0]?.name === 'Bob');
  const told = (await facts(ada, room)).filter((fact) => fact.kind === 'name').map((fact) => `${fact.was} is ${fact.who.name}`);
  assert.deepEqual(told.sort(), ['Bo is Bob', 'Cy is Cyra']);
});

test('invites: any number at once, each on its own terms; a revoked, used-up or expired one says which', async () => {
  const { world, ada, bo, cy, room } = await three();
  const family = await linkOf(world, ada, room, { label: 'Family', uses: 1 });
  const poster = await linkOf(world, bo, room, { label: 'On the poster', hours: 2 });
  const mine = await linkOf(world, cy, room, { label: 'Mine' });
  await assert.rejects(world.clock.over(cy.engine.createInvite(room, { hours: 0, uses: 0, role: 'admin' })), refuses('not-allowed'));
  await world.clock.until(async () => (await ada.engine.invites(room)).length === 5);
  const listed = (await ada.engine.invites(room)).map(({ label, role, uses, by, link }) => [label, role, uses, by.name, link !== null]);
  assert.deepEqual(listed, [['', 'admin', 0, 'Ada', true], ['', 'member', 0, 'Ada', true], ['Family', 'member', 1, 'Ada', true], ['On the poster', 'member', 0, 'Bo', false], ['Mine', 'member', 0, 'Cy', false]]);
  const di = await world.person('Di');
  await joined(world, di, room, family, ada, bo, cy);
  assert.equal((await ada.engine.invites(room)).find(({ label }) => label === 'Family')?.used, 1);
  const ed = await world.person('Ed');
  await assert.rejects(world.clock.over(ed.engine.previewInvite(family)), refuses('invite-used-up'));
  const idOf = async (label: string): Promise<string> => (await ada.engine.invites(room)).find((invite) => invite.label === label)?.id ?? '';
  await assert.rejects(world.clock.over(di.engine.revokeInvite(room, await idOf('Mine'))), refuses('not-allowed'));
  await world.clock.over(ada.engine.revokeInvite(room, await idOf('Mine')));
  const gone = await linkOf(world, ada, room, { label: 'Gone' });
  const secrets = (await ada.storage.range('meta', { prefix: ['invite', room] })).length;
  await world.clock.over(ada.engine.revokeInvite(room, await idOf('Gone')));
  assert.equal((await ada.storage.range('meta', { prefix: ['invite', room] })).length, secrets - 1, 'what a revoked link holds is kept no more');
  await assert.rejects(world.clock.over(ed.engine.previewInvite(gone)), refuses('invite-revoked'));
  await assert.rejects(world.clock.over(ed.engine.previewInvite(mine)), refuses('invite-revoked'));
  await world.clock.pass(3 * 3_600_000);
  await assert.rejects(world.clock.over(ed.engine.previewInvite(poster)), refuses('invite-expired'));
  // The next commit drops it; the relay still knows what became of it.
  await world.clock.over(ada.engine.renameRoom(room, 'later'));
  assert.equal((await ada.engine.invites(room)).some(({ label }) => label === 'On the poster'), false);
  await assert.rejects(world.clock.over(ed.engine.previewInvite(poster)), refuses('invite-expired'));
});

test('the old link fails after removal: at the relay, and at every member', async () => {
  const { world, ada, bo, cy, room } = await three();
  const [used] = (await ada.engine.invites(room)).filter(({ role }) => role === 'member').map(({ link }) => link ?? '');
  const made = await linkOf(world, cy, room, { uses: 0 });
  const kept = await linkOf(world, bo, room);
  await world.clock.over(bo.engine.removeMember(room, await keyOf(cy)));
  await world.clock.until(async () => (await cy.summary(room))?.standing.kind === 'removed');
  for (const link of [used ?? '', made]) {
    await assert.rejects(world.clock.over(cy.engine.previewInvite(link)), refuses('invite-revoked'));
    await cy.engine.join(link);
    await world.clock.until(async () => (await cy.summary(room))?.standing.kind === 'refused');
  }
  assert.equal(await ada.memberCount(room), 2);
  assert.ok((await said(ada, room)).includes('removed Cy by Bo'));
  // Removed is not banned: whoever gives them another link lets them in.
  await joined(world, cy, room, kept, ada, bo);
});

test('whoever is banned is refused with any invite, until they are pardoned', async () => {
  const { world, ada, bo, cy, room } = await three();
  await assert.rejects(world.clock.over(bo.engine.removeMember(room, await keyOf(ada), { ban: true })), refuses('not-allowed'));
  await world.clock.over(bo.engine.removeMember(room, await keyOf(cy), { ban: true }));
  await world.clock.until(async () => (await cy.summary(room))?.standing.kind === 'removed');
  const { standing } = (await cy.summary(room)) ?? {};
  assert.deepEqual(standing?.kind === 'removed' && [standing.banned, standing.by?.name], [true, 'Bo']);
  assert.deepEqual((await ada.summary(room))?.banned.map(({ name, by }) => [name, by.name]), [['Cy', 'Bo']]);
  const link = await linkOf(world, ada, room);
  await cy.engine.join(link);
  await world.clock.until(async () => (await cy.summary(room))?.standing.kind === 'refused');
  const refused = (await cy.summary(room))?.standing;
  assert.equal(refused?.kind === 'refused' && refused.problem.code, 'banned');
  await world.clock.over(ada.engine.unban(room, await keyOf(cy)));
  await joined(world, cy, room, link, ada, bo);
  assert.deepEqual((await said(ada, room)).slice(-3), ['banned Cy by Bo', 'unbanned Cy by Ada', 'joined Cy']);
});

test('leaving takes effect at once, offline; the others complete it, and the link that was posted for all still works', async () => {
  const { world, ada, bo, cy, room } = await three();
  const own = await linkOf(world, cy, room);
  const posted = (await ada.engine.invites(room)).find(({ role, by }) => role === 'member' && by.name === 'Ada')?.link ?? '';
  cy.goOffline();
  await cy.say(room, 'my last words');
  await world.clock.over(cy.engine.leave(room));
  assert.equal((await cy.summary(room))?.standing.kind, 'left');
  await assert.rejects(cy.say(room, 'one more'), refuses('not-a-member'));
  await cy.restart();
  await ada.say(room, 'Cy does not hear this');
  await world.clock.until(async () => (await bo.reads(room)).length === 1);
  await cy.goOnline();
  await world.clock.until(async () => (await ada.memberCount(room)) === 2 && (await bo.memberCount(room)) === 2, 120_000);
  assert.deepEqual(await cy.reads(room), ['my last words']);
  assert.deepEqual([...(await ada.reads(room))].sort(), ['Cy does not hear this', 'my last words']);
  assert.ok((await said(ada, room)).includes('left Cy'));
  assert.equal((await cy.summary(room))?.standing.kind, 'left');
  assert.deepEqual((await cy.notices(room)).filter((kind) => kind === 'removed' || kind === 'left'), []);
  await assert.rejects(world.clock.over(cy.engine.previewInvite(own)), refuses('invite-revoked'));
  await joined(world, cy, room, posted, ada, bo);
  assert.equal((await cy.summary(room))?.standing.kind, 'member');
});

test('the last owner names another before leaving; alone, anybody may just go; what was left can be forgotten', async () => {
  const { world, ada, bo, cy, room } = await three();
  await assert.rejects(world.clock.over(ada.engine.leave(room)), refuses('not-allowed'));
  await assert.rejects(world.clock.over(ada.engine.forget(room)), refuses('not-allowed'));
  await world.clock.over(ada.engine.setRole(room, await keyOf(bo), 'owner'));
  await ada.say(room, 'a word that is to be forgotten');
  await world.clock.until(async () => (await cy.reads(room)).length === 1);
  await world.clock.pass(5000);
  assert.equal((await ada.engine.search({ text: 'forgotten', limit: 5 })).found.length, 1);
  await world.clock.over(ada.engine.leave(room));
  await world.clock.over(ada.engine.forget(room));
  assert.equal(await ada.summary(room), undefined);
  await world.clock.until(async () => (await cy.memberCount(room)) === 2, 120_000);
  await ada.restart();
  assert.equal(await ada.summary(room), undefined);
  for (const store of ['rooms', 'groups', 'timeline', 'seen', 'outbox', 'links'] as const) assert.deepEqual(await ada.storage.range(store, { prefix: [room] }), [], store);
  await world.clock.pass(10_000);
  assert.deepEqual((await ada.engine.search({ text: 'forgotten', limit: 5 })).found, []);
  assert.equal((await bo.summary(room))?.role, 'owner');
  const alone = await cy.engine.createRoom('alone');
  await world.clock.over(cy.engine.leave(alone));
  await world.clock.over(cy.engine.forget(alone));
  assert.equal(await cy.summary(alone), undefined);
});
