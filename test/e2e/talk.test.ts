/** What people do with messages, two of them and one of them offline, in Chromium on the built app. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from '../support/person.ts';
import { RelayProcess } from '../support/relay-process.ts';

let relay: RelayProcess;
let ada: Person;
let bo: Person;

before(async () => {
  relay = await RelayProcess.start();
  ada = await Person.arrive('Ada', relay.origin);
  bo = await Person.arrive('Bo', relay.origin);
  await ada.introduce();
  await ada.startRoom('Allotment');
  const link = await ada.makeInvite();
  await bo.page.goto(link);
  await bo.introduce();
  await bo.acceptInvite();
  await bo.say('Who waters on Tuesday?');
  await ada.sees('Who waters on Tuesday?');
});

after(async () => {
  await ada.leave();
  await bo.leave();
  await relay.dispose();
});

test('a reaction shows at the other side, and what was read is told', async () => {
  await bo.seesStatus('Who waters on Tuesday?', 'Read');
  await ada.choose('Who waters on Tuesday?', '👍');
  const chip = (who: Person) => who.page.getByRole('button', { name: /^👍/ });
  await chip(bo).waitFor();
  assert.equal(await chip(bo).getAttribute('title'), 'Ada');
  await chip(bo).click();
  await ada.page.getByRole('button', { name: /^👍 .*Bo/ }).waitFor();
});

test('an answer quotes, offline too, and leads to what it quotes', async () => {
  await ada.goOffline();
  await ada.choose('Who waters on Tuesday?', 'Reply');
  await ada.page.getByText('Replying to Bo').waitFor();
  await ada.say('I can, from *six*');
  await ada.seesStatus('I can, from six', 'Waiting to be sent');
  await ada.page.getByRole('button', { name: /^In answer to Bo/ }).waitFor();
  await ada.goOnline();
  await bo.page.getByRole('button', { name: /^In answer to You.*Who waters/ }).click();
  await bo.page.locator('.bubble.held', { hasText: 'Who waters on Tuesday?' }).waitFor();
  assert.equal(await bo.page.locator('sotto-message-group .text strong').textContent(), 'six');
});

test('an edit reaches the other, and the first wording is kept', async () => {
  await ada.choose('I can, from six', 'Edit');
  await ada.composer.fill('I can, from seven');
  await ada.page.getByRole('button', { name: 'Save' }).click();
  await bo.sees('I can, from seven');
  await bo.bubble('I can, from seven').getByText('edited').waitFor();
  await bo.choose('I can, from seven', 'Earlier versions');
  await bo.page.locator('sotto-versions li', { hasText: 'from six' }).waitFor();
  await bo.page.keyboard.press('Escape');
});

test('a thread stands beside the conversation', async () => {
  await bo.choose('I can, from seven', 'Reply in a thread');
  const field = bo.page.locator('sotto-thread').getByRole('textbox');
  await field.fill('The can is in the shed');
  await bo.page.locator('sotto-thread').getByRole('button', { name: 'Send' }).click();
  await bo.page.locator('sotto-thread sotto-message-group', { hasText: 'in the shed' }).waitFor();
  await bo.page.keyboard.press('Escape');
  await ada.page.getByRole('button', { name: '1 reply' }).click();
  await ada.page.locator('sotto-thread sotto-message-group', { hasText: 'in the shed' }).waitFor();
  await ada.page.keyboard.press('Escape');
  assert.ok(!(await ada.conversation()).includes('The can is in the shed'));
});

test('everything is found, with no network and after a reload, and shown in its place', async () => {
  await ada.keepsApp();
  await ada.goOffline();
  await ada.page.reload();
  await ada.sees('I can, from seven');
  await ada.page.getByRole('button', { name: 'Find in this room' }).click();
  const field = ada.page.getByRole('searchbox', { name: 'Find in messages' });
  await field.fill('tues');
  await ada.page.locator('sotto-search .hit', { hasText: 'Who waters on Tuesday?' }).click();
  await ada.page.locator('.bubble.held', { hasText: 'Who waters on Tuesday?' }).waitFor();
  await ada.goOnline();
});

test('deleted for everyone is gone for everyone; on this device, for oneself alone', async () => {
  await bo.say('My number is 555');
  await ada.sees('My number is 555');
  await bo.choose('My number is 555', 'Delete…');
  await bo.page.getByRole('menu').getByText('Delete for everyone').click();
  for (const who of [ada, bo]) await who.page.locator('sotto-message-group .bubble', { hasText: /deleted/ }).waitFor();
  await ada.choose('Who waters on Tuesday?', 'Delete…');
  await ada.page.getByRole('menu').getByText('Delete on this device').click();
  await ada.bubble('Who waters on Tuesday?').waitFor({ state: 'detached' });
  await bo.sees('Who waters on Tuesday?');
  ada.assertCalm();
  bo.assertCalm();
});
