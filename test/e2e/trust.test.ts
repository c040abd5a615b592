/** Knowing whom one talks to, and coming back when something went wrong: as people see it, in Chromium, on the built app. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from '../support/person.ts';
import { RelayProcess } from '../support/relay-process.ts';
import { about, back, banner, closeSheet, codePicture, follow, makeLink, openMember, openRow, seesLine, seesStanding } from '../support/room-acts.ts';

let relay: RelayProcess;
let ada: Person;
let bo: Person;
let other: Person;

before(async () => {
  relay = await RelayProcess.start();
  [ada, bo, other] = await Promise.all(['Ada', 'Bo', 'Bo'].map((name) => Person.arrive(name, relay.origin))) as [Person, Person, Person];
  for (const person of [ada, bo, other]) await person.introduce();
  await ada.startRoom('Choir');
  await follow(bo, await makeLink(ada, { label: 'For Bo' }));
  await bo.acceptInvite();
  await seesLine(ada, 'Bo joined');
});

after(async () => {
  for (const person of [ada, bo, other]) await person.leave();
  await relay.dispose();
});

const toList = async (person: Person): Promise<void> => {
  while (await person.page.locator('sotto-room, sotto-room-details').first().isVisible()) await back(person);
};

/** The text of the code that is on screen, as a camera would read it. */
const shownCode = (person: Person): Promise<string> => person.page.locator('sotto-verify sotto-qr').evaluate((element) => (element as HTMLElement & { readonly text: string }).text);

const digits = async (person: Person): Promise<string> => (await person.page.locator('sotto-verify .digits').innerText()).replaceAll(/\D/g, '');

test('one writes to a person whom one knows from a room, without any link', async () => {
  const sheet = await openMember(ada, 'Bo');
  await sheet.getByRole('button', { name: 'Send a message' }).click();
  await ada.page.locator('sotto-room h1', { hasText: 'Bo' }).waitFor();
  await toList(bo);
  await bo.page.locator('sotto-room-list a', { hasText: 'Would like to talk to you' }).click();
  await seesStanding(bo, 'Ada would like to talk to you');
  await bo.page.getByRole('button', { name: 'Accept' }).click();
  await bo.composer.waitFor();
  await bo.say('What is it?');
  await ada.sees('What is it?');
  await ada.say('Only for you');
  await bo.sees('Only for you');
  // The same again leads to the room that there is.
  await toList(ada);
  await ada.openRoom('Choir');
  const again = await openMember(ada, 'Bo');
  await again.getByRole('button', { name: 'Send a message' }).click();
  await ada.sees('Only for you');
});

test('their safety numbers are the same sixty digits, and a scanned code verifies', async () => {
  for (const person of [ada, bo]) await openRow(person, /^Verify/);
  const [hers, his] = await Promise.all([digits(ada), digits(bo)]);
  assert.match(hers, /^\d{60}$/);
  assert.equal(hers, his);
  const [herCode, hisCode] = await Promise.all([shownCode(ada), shownCode(bo)]);
  for (const person of [ada, bo]) await person.page.getByRole('button', { name: 'Scan their code' }).click();
  await bo.page.locator('sotto-scanner input[type=file]').setInputFiles(codePicture(hisCode));
  await bo.page.getByText('That is somebody else’s code').waitFor();
  await bo.page.getByRole('button', { name: 'Scan again' }).click();
  await bo.page.locator('sotto-scanner input[type=file]').setInputFiles(codePicture(herCode));
  await bo.page.getByText('It is them').waitFor();
  await ada.page.locator('sotto-scanner input[type=file]').setInputFiles(codePicture(hisCode));
  await ada.page.getByText('It is them').waitFor();
  for (const person of [ada, bo]) {
    await person.page.getByRole('button', { name: 'Done' }).click();
    await person.page.locator('sotto-room-details').getByRole('img', { name: 'Verified' }).waitFor();
  }
});

test('a second person under a verified name is shown at once, and nothing is sent before one has looked', async () => {
  await toList(ada);
  await ada.openRoom('Choir');
  await follow(other, await makeLink(ada, { label: 'For another' }));
  await other.acceptInvite();
  const warning = banner(ada, 'This is not the Bo you verified');
  await warning.waitFor();
  await seesLine(ada, 'This Bo is not the Bo whom you verified');
  assert.equal(await ada.composer.count(), 0);
  await warning.getByRole('button', { name: 'I know, go on' }).click();
  await ada.say('Welcome, other Bo');
  await other.sees('Welcome, other Bo');
  await (await about(ada)).locator('sotto-member-list').getByText('Not the Bo you verified').waitFor();
  await back(ada);
});

test('the security of a room in words, and the same code on every device', async () => {
  await toList(bo);
  await bo.openRoom('Choir');
  await bo.sees('Welcome, other Bo');
  for (const person of [ada, bo]) await openRow(person, /^Security/);
  const codes = await Promise.all([ada, bo].map((person) => person.page.locator('sotto-security .digits').innerText()));
  assert.match(codes[0] ?? '', /\d/);
  assert.equal(codes[0], codes[1]);
  await ada.page.getByText('You verified 1 of 2').waitFor();
  for (const person of [ada, bo]) {
    await closeSheet(person);
    await back(person);
  }
});

test('a device that lost its keys says so, and comes back as the same person where its person wishes', async () => {
  // Another page of the same origin, on which nothing runs.
  await bo.page.goto(`${relay.origin}/icon.svg`);
  await bo.page.evaluate(async () => {
    const [database] = await indexedDB.databases();
    await new Promise<void>((resolve, reject) => {
      const opening = indexedDB.open(database?.name ?? '');
      opening.addEventListener('error', () => { reject(new Error('the profile could not be opened')); });
      opening.addEventListener('success', () => {
        const clearing = opening.result.transaction('groups', 'readwrite');
        clearing.objectStore('groups').clear();
        clearing.addEventListener('complete', () => { opening.result.close(); resolve(); });
      });
    });
  });
  await ada.say('Bo does not get this');
  await bo.page.goto(relay.origin);
  await bo.page.locator('sotto-room-list a', { hasText: 'Choir' }).click();
  await seesStanding(bo, 'This device lost its way into this room');
  await bo.sees('Welcome, other Bo');
  await bo.page.getByRole('button', { name: 'Join again' }).click();
  await bo.composer.waitFor();
  await seesLine(ada, 'Bo came back with new keys');
  await seesLine(bo, 'You missed messages between');
  await bo.say('Here again');
  await ada.sees('Here again');
  await ada.say('Good to see you');
  await bo.sees('Good to see you');
  assert.ok(!(await bo.conversation()).includes('Bo does not get this'));
});

test('nothing of it was an error to the browser', () => {
  for (const person of [ada, bo, other]) person.assertCalm();
});
