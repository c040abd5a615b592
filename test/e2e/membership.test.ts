/** Who is in a room, who may what there, and how one comes and goes: as its people see it, in Chromium, on the built app. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from '../support/person.ts';
import { RelayProcess } from '../support/relay-process.ts';
import { about, back, banner, closeSheet, follow, makeLink, openMember, openRow, plainPicture, refusalOf, remove, seesLine, seesStanding, setRole, takeBack } from '../support/room-acts.ts';

let relay: RelayProcess;
let ada: Person;
let bo: Person;
let cy: Person;
let dot: Person;
let family = '';

before(async () => {
  relay = await RelayProcess.start();
  [ada, bo, cy, dot] = await Promise.all(['Ada', 'Bo', 'Cy', 'Dot'].map((name) => Person.arrive(name, relay.origin))) as [Person, Person, Person, Person];
  for (const person of [ada, bo, cy, dot]) await person.introduce();
});

after(async () => {
  for (const person of [ada, bo, cy, dot]) await person.leave();
  await relay.dispose();
});

test('several invites stand at once, each with its name and terms', async () => {
  await ada.startRoom('Allotment');
  family = await makeLink(ada, { label: 'Family' });
  const poster = await makeLink(ada, { label: 'Poster', uses: 'One' });
  assert.notEqual(family, poster);
  await openRow(ada, /^Invites/);
  await ada.page.getByText('Family', { exact: true }).waitFor();
  await ada.page.getByText('1 person', { exact: false }).first().waitFor();
  await closeSheet(ada);
  await back(ada);
  await follow(bo, poster);
  await bo.acceptInvite();
  await seesLine(ada, 'Bo joined');
  assert.equal(await refusalOf(dot, poster), 'This invite has been used');
});

test('one that was taken back lets nobody in, and the page says so', async () => {
  const leaked = await makeLink(ada, { label: 'Leaked' });
  await takeBack(ada, 'Leaked');
  assert.equal(await refusalOf(dot, leaked), 'This invite was taken back');
  await dot.page.getByRole('button', { name: 'Back to Sotto' }).click();
});

test('the owner names an admin, who may what a member may not', async () => {
  await (await about(bo)).waitFor();
  assert.equal(await bo.page.getByRole('button', { name: 'Edit name and picture' }).count(), 0);
  await back(bo);
  await setRole(ada, 'Bo', 'Admin');
  await seesLine(bo, 'Ada made you an admin');
  await openRow(bo, 'Edit name and picture');
  await bo.page.getByLabel('Name of the room').fill('Allotment 12');
  await bo.page.locator('sotto-room-edit input[type=file]').setInputFiles(plainPicture(900, 600, [30, 120, 60]));
  await bo.page.locator('sotto-room-edit sotto-avatar img').waitFor();
  await bo.page.getByRole('button', { name: 'Save' }).click();
  await bo.page.locator('sotto-sheet').waitFor({ state: 'detached' });
  await back(bo);
  await Promise.all([seesLine(ada, 'Bo named the room “Allotment 12”'), seesLine(ada, 'Bo changed how the room looks')]);
  await ada.page.locator('sotto-room .head sotto-avatar img').waitFor();
});

test('an owner cannot go before another is named', async () => {
  await openRow(ada, 'Leave the room');
  await ada.page.getByText('Name another owner first').waitFor();
  await closeSheet(ada);
  await back(ada);
});

test('where an admin lets people in, one knocks, waits, and is let in', async () => {
  await (await about(bo)).getByRole('switch', { name: 'Let people in one by one' }).click();
  await back(bo);
  await seesLine(ada, 'Bo made joining need an admin’s approval');
  await follow(cy, family);
  await cy.page.getByRole('button', { name: 'Knock' }).click();
  await seesStanding(cy, 'You knocked');
  await banner(ada, 'Cy would like to come in').getByRole('button', { name: 'Let in' }).click();
  await cy.composer.waitFor();
  await Promise.all([seesLine(bo, 'Ada let Cy in'), seesLine(ada, 'You let Cy in')]);
  await cy.say('Thanks for opening');
  await Promise.all([ada.sees('Thanks for opening'), bo.sees('Thanks for opening')]);
});

test('or is refused, and told so', async () => {
  await follow(dot, family);
  await dot.page.getByRole('button', { name: 'Knock' }).click();
  await seesStanding(dot, 'You knocked');
  await banner(bo, 'Dot would like to come in').getByRole('button', { name: 'Refuse' }).click();
  await seesStanding(dot, 'You were not let in');
  await seesLine(ada, 'Bo did not let Dot in');
  await banner(ada, 'Dot would like to come in').waitFor({ state: 'detached' });
  await dot.page.getByRole('button', { name: 'Delete from this device' }).click();
  await dot.page.getByRole('button', { name: 'Delete', exact: true }).click();
  await (await about(bo)).getByRole('switch', { name: 'Let people in one by one' }).click();
  await back(bo);
  await seesLine(ada, 'Bo made joining possible without approval');
});

test('somebody who is removed while away learns it when they return, keeps what they have, and cannot write; their links fail', async () => {
  const own = await makeLink(cy, { label: 'From Cy' });
  await cy.goOffline();
  await remove(ada, 'Cy');
  await seesLine(bo, 'Ada removed Cy');
  await ada.say('Not for Cy');
  await bo.sees('Not for Cy');
  await cy.goOnline();
  await seesStanding(cy, 'Ada removed you from this room');
  await cy.sees('Thanks for opening');
  assert.equal(await cy.composer.count(), 0);
  assert.ok(!(await cy.conversation()).includes('Not for Cy'));
  // The one that they made, and the one by which they came.
  for (const link of [own, family]) {
    assert.equal(await refusalOf(dot, link), 'This invite was taken back');
    await dot.page.getByRole('button', { name: 'Back to Sotto' }).click();
  }
});

test('somebody who is banned is let in by no invite, until the ban is lifted', async () => {
  await follow(dot, await makeLink(ada, { label: 'For Dot' }));
  await dot.acceptInvite();
  await seesLine(ada, 'Dot joined');
  await remove(ada, 'Dot', { ban: true });
  await seesStanding(dot, 'Ada banned you from this room');
  const fresh = await makeLink(ada, { label: 'Fresh' });
  await follow(dot, fresh);
  await dot.page.getByRole('button', { name: 'Join the room' }).click();
  await seesStanding(dot, 'You were banned from this room');
  assert.equal(await dot.composer.count(), 0);
  await openRow(ada, /^Banned/);
  await ada.page.getByRole('button', { name: 'Lift the ban on Dot' }).click();
  await ada.page.getByText('Nobody is banned any more').waitFor();
  await closeSheet(ada);
  await back(ada);
  await seesLine(bo, 'Ada lifted the ban on Dot');
  await follow(dot, fresh);
  await dot.acceptInvite();
  await dot.say('Back again');
  await Promise.all([ada.sees('Back again'), bo.sees('Back again')]);
});

test('one leaves offline, and the others complete it', async () => {
  await bo.goOffline();
  await openRow(bo, 'Leave the room');
  await bo.page.locator('sotto-leave').getByRole('button', { name: 'Leave', exact: true }).click();
  await bo.page.locator('sotto-sheet').waitFor({ state: 'detached' });
  await back(bo);
  await seesStanding(bo, 'You left this room');
  await bo.goOnline();
  await seesLine(ada, 'Bo left');
  await bo.sees('Not for Cy');
  await bo.page.getByRole('button', { name: 'Delete from this device' }).click();
  await bo.page.getByRole('button', { name: 'Delete', exact: true }).click();
  await bo.page.locator('sotto-room-list').getByText('Allotment 12').waitFor({ state: 'detached' });
});

test('one’s own name is another, here and for the others', async () => {
  await follow(cy, await makeLink(ada, { label: 'Again' }));
  await cy.acceptInvite();
  await back(cy);
  await cy.page.locator('sotto-room-list').getByRole('button', { name: 'You: Cy' }).click();
  await cy.page.getByLabel('Your name').fill('Cyrus');
  await cy.page.getByRole('button', { name: 'Save' }).click();
  await seesLine(ada, 'Cy is now called Cyrus');
  const sheet = await openMember(ada, 'Cyrus');
  await sheet.getByText('Member ·').waitFor();
  await closeSheet(ada);
  for (const person of [ada, bo, cy, dot]) person.assertCalm();
});
