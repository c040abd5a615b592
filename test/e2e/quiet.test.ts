/** What goes by itself, who is writing and who is there, and rooms that are kept apart: two people in Chromium, on the built app. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from '../support/person.ts';
import { RelayProcess } from '../support/relay-process.ts';

let relay: RelayProcess;
let ada: Person;
let bo: Person;

const details = async (who: Person): Promise<void> => {
  await who.page.locator('sotto-room .about').click();
  await who.page.getByRole('heading', { name: 'About this room' }).waitFor();
};
const back = async (who: Person): Promise<void> => {
  await who.page.getByRole('button', { name: 'Back', exact: true }).click();
  await who.composer.waitFor();
};
const toList = async (who: Person): Promise<void> => {
  await who.page.getByRole('button', { name: 'Back to rooms' }).click();
  await who.page.locator('sotto-room-list h1').waitFor();
};

before(async () => {
  relay = await RelayProcess.start();
  ada = await Person.arrive('Ada', relay.origin);
  bo = await Person.arrive('Bo', relay.origin);
  await ada.introduce();
  await ada.startRoom('Safe house');
  const link = await ada.makeInvite();
  await bo.page.goto(link);
  await bo.introduce();
  await bo.acceptInvite();
  await ada.say('Welcome');
  await bo.sees('Welcome');
});

after(async () => {
  await ada.leave();
  await bo.leave();
  await relay.dispose();
});

test('one sees that the other writes, until it is said', async () => {
  await bo.composer.pressSequentially('I am wri');
  await ada.page.locator('sotto-room-status').getByText('is typing').waitFor();
  await bo.say('I am writing');
  await ada.sees('I am writing');
  await ada.page.locator('sotto-room-status').getByText('2 people').or(ada.page.locator('sotto-room-status').getByText('You and')).waitFor();
});

test('messages go on both sides so long after they were read, from the search as well', async () => {
  await details(ada);
  await ada.page.getByRole('button', { name: /^Disappearing messages/ }).click();
  await ada.page.getByText('Another time').click();
  await ada.page.getByLabel('How many').fill('4');
  await ada.page.getByLabel('Of what').selectOption('seconds');
  await ada.page.getByRole('button', { name: 'Save' }).click();
  await ada.page.getByText('4 seconds after they were read').waitFor();
  await back(ada);
  await bo.page.locator('.notice', { hasText: 'set messages to disappear after 4 seconds' }).waitFor();
  await ada.say('The wallaby knows');
  await bo.sees('The wallaby knows');
  await bo.bubble('The wallaby knows').getByRole('img', { name: 'Disappears after 4 seconds' }).waitFor();
  for (const who of [ada, bo]) await who.bubble('The wallaby knows').waitFor({ state: 'detached' });
  for (const who of [ada, bo]) assert.deepEqual(await who.conversation(), ['Welcome', 'I am writing']);
  await bo.page.getByRole('button', { name: 'Find in this room' }).click();
  await bo.page.getByRole('searchbox').fill('wallaby');
  await bo.page.getByText(/Nothing/).first().waitFor();
  await bo.page.keyboard.press('Escape');
  await bo.page.reload();
  await bo.sees('I am writing');
  assert.deepEqual(await bo.conversation(), ['Welcome', 'I am writing']);
});

test('muted, pinned and archived rooms stay so over a reload; what is archived comes back with a word', async () => {
  await toList(ada);
  await ada.page.getByRole('button', { name: 'New conversation' }).click();
  await ada.startRoom('Attic');
  await toList(ada);
  const row = (name: string) => ada.page.locator('sotto-room-list a', { hasText: name });
  const choose = async (name: string, choice: string): Promise<void> => {
    await row(name).click({ button: 'right' });
    await ada.page.getByRole('menuitem', { name: choice }).click();
  };
  await choose('Safe house', 'Pin to the top');
  await choose('Safe house', 'Mute…');
  await ada.page.getByRole('button', { name: 'Until you unmute it' }).click();
  await row('Safe house').getByRole('img', { name: 'Muted' }).waitFor();
  await choose('Attic', 'Archive');
  await row('Attic').waitFor({ state: 'detached' });
  await ada.page.reload();
  await row('Safe house').getByRole('img', { name: 'Pinned' }).waitFor();
  await row('Safe house').getByRole('img', { name: 'Muted' }).waitFor();
  await ada.page.getByRole('button', { name: '1 archived room' }).click();
  await row('Attic').waitFor();
  await ada.page.getByRole('button', { name: 'Back to rooms' }).click();
  await choose('Safe house', 'Unmute');
  await choose('Safe house', 'Archive');
  await row('Safe house').waitFor({ state: 'detached' });
  await bo.say('Are you there?');
  await row('Safe house').waitFor();
  for (const who of [ada, bo]) who.assertCalm();
});
