/** A room that goes to another relay: its people follow by themselves, and its history stays. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from '../support/person.ts';
import { RelayProcess } from '../support/relay-process.ts';
import { back, follow, makeLink, openRow, seesLine } from '../support/room-acts.ts';

let home: RelayProcess;
let away: RelayProcess;
let ada: Person;
let bo: Person;

before(async () => {
  [home, away] = await Promise.all([RelayProcess.start(), RelayProcess.start()]);
  // The app is served at the one, and may speak to the other.
  home.configure('--connect', away.origin);
  away.configure('--app-origin', home.origin);
  for (const relay of [home, away]) {
    await relay.end('SIGTERM');
    await relay.restart();
  }
  [ada, bo] = await Promise.all(['Ada', 'Bo'].map((name) => Person.arrive(name, home.origin))) as [Person, Person];
  for (const person of [ada, bo]) await person.introduce();
});

after(async () => {
  await Promise.all([ada.leave(), bo.leave()]);
  await Promise.all([home.dispose(), away.dispose()]);
});

test('an admin names another relay, the members follow, one of them later, and what was written stays', async () => {
  await ada.startRoom('Allotment');
  await follow(bo, await makeLink(ada, { label: 'For Bo' }));
  await bo.acceptInvite();
  await bo.say('Before the move');
  await ada.sees('Before the move');
  await bo.goOffline();
  await openRow(ada, new RegExp(`^${new URL(home.origin).host}`));
  await ada.page.getByLabel('Address of the new relay').fill(away.origin);
  await ada.page.getByRole('button', { name: 'Move the room' }).click();
  await ada.page.locator('sotto-sheet').waitFor({ state: 'detached' });
  await back(ada);
  const host = new URL(away.origin).host;
  await seesLine(ada, `You moved the room to ${host}`);
  await ada.say('From the new place');
  await ada.seesStatus('From the new place', 'Sent');
  await bo.goOnline();
  await seesLine(bo, `Ada moved the room to ${host}`);
  await bo.sees('From the new place');
  await bo.sees('Before the move');
  await bo.say('Here too');
  await ada.sees('Here too');
});

test('the old relay is not needed any more', async () => {
  await home.end('SIGTERM');
  await ada.say('Without the old one');
  await bo.sees('Without the old one');
  const texts = await bo.conversation();
  assert.deepEqual(texts, ['Before the move', 'From the new place', 'Here too', 'Without the old one']);
  for (const person of [ada, bo]) person.assertCalm();
});
