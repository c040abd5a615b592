/** The app lock in the built app: by passphrase, by passkey, over restarts and tabs; and erasing everything. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from '../support/person.ts';
import { RelayProcess } from '../support/relay-process.ts';

let relay: RelayProcess;
let ida: Person;

before(async () => {
  relay = await RelayProcess.start();
  // A passkey belongs to a name, and a bare address is none.
  ida = await Person.arrive('Ida', relay.origin.replace('127.0.0.1', 'localhost'));
});

after(async () => {
  await ida.leave();
  await relay.dispose();
});

const PASSPHRASE = 'two herons, one pier';
const locked = () => ida.page.getByRole('heading', { name: 'Sotto is locked' });

async function openLock(): Promise<void> {
  await ida.page.goto(`${relay.origin.replace('127.0.0.1', 'localhost')}/#/`);
  await ida.page.locator('sotto-room-list .head .round:has(sotto-avatar)').click();
  await ida.page.getByRole('button', { name: 'App lock' }).click();
}

async function unlock(passphrase: string): Promise<void> {
  await ida.page.getByLabel('Passphrase').fill(passphrase);
  await ida.page.getByRole('button', { name: 'Unlock', exact: true }).click();
}

/** Everything that IndexedDB holds of the profile, keys aside, as one string of bytes. */
const atRest = (): Promise<string> => ida.page.evaluate(async () => {
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const asked = indexedDB.open('sotto-keys-default');
    asked.addEventListener('success', () => { resolve(asked.result); });
    asked.addEventListener('error', () => { reject(asked.error ?? new Error('no database')); });
  });
  const record = await new Promise<{ readonly ways: readonly { readonly kind: string }[] }>((resolve) => {
    const got = database.transaction('keys').objectStore('keys').get('device');
    got.addEventListener('success', () => { resolve(got.result as { readonly ways: readonly { readonly kind: string }[] }); });
  });
  database.close();
  return record.ways.map(({ kind }) => kind).join(' ');
});

test('a passphrase locks at once, over a restart, and offline', async () => {
  await ida.introduce();
  await ida.startRoom('Harbour swim');
  await ida.say('The key is under the mat');
  await ida.keepsApp();
  assert.equal(await atRest(), 'open');

  await openLock();
  await ida.page.getByLabel('Passphrase').fill('short');
  await ida.page.getByRole('button', { name: 'Lock with this passphrase' }).click();
  await ida.page.getByText('Take at least 8 characters.').waitFor();
  await ida.page.getByLabel('Passphrase').fill(PASSPHRASE);
  await ida.page.getByLabel('Once more').fill(PASSPHRASE);
  await ida.page.getByRole('button', { name: 'Lock with this passphrase' }).click();
  await ida.page.getByRole('button', { name: 'Lock now' }).click();
  await locked().waitFor();
  assert.equal(await ida.page.getByText('under the mat').count(), 0);
  assert.equal(await atRest(), 'passphrase');

  await unlock('two herons, one peer');
  await ida.page.getByText('That did not open it').waitFor();
  await unlock(PASSPHRASE);
  await ida.openRoom('Harbour swim');
  await ida.sees('The key is under the mat');

  await ida.goOffline();
  await ida.page.reload();
  await locked().waitFor();
  await unlock(PASSPHRASE);
  await ida.sees('The key is under the mat');
  await ida.say('Said while offline and unlocked');
  await ida.goOnline();
  await ida.seesStatus('Said while offline and unlocked', 'Sent');
});

test('a second tab is locked and unlocked with the first', async () => {
  const other = await ida.newTab();
  await other.getByText('Harbour swim').first().waitFor();
  await openLock();
  await ida.page.getByRole('button', { name: 'Lock now' }).click();
  await other.getByRole('heading', { name: 'Sotto is locked' }).waitFor();
  assert.equal(await other.getByText('Harbour swim').count(), 0);
  await other.getByLabel('Passphrase').fill(PASSPHRASE);
  await other.getByRole('button', { name: 'Unlock', exact: true }).click();
  await ida.page.getByText('Harbour swim').first().waitFor();
  await other.close();
});

test('it locks when it is put away, where that is wished, and is shielded by then', async () => {
  await openLock();
  await ida.page.getByText('Lock when put away').click();
  await ida.page.getByRole('switch', { name: 'Lock when put away' }).and(ida.page.locator(':checked')).waitFor();
  const shielded = await ida.page.evaluate(async () => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: 'hidden' });
    document.dispatchEvent(new Event('visibilitychange'));
    const app = document.querySelector('sotto-app');
    await app?.updateComplete;
    return app?.shadowRoot?.querySelector('.shield') !== null;
  });
  assert.equal(shielded, true);
  await ida.page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, value: 'visible' });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await locked().waitFor();
  await unlock(PASSPHRASE);
  await ida.page.getByText('Harbour swim').first().waitFor();
});

test('a passkey that keeps a secret opens it as well, and alone', async () => {
  await ida.addAuthenticator();
  await openLock();
  await ida.page.getByRole('button', { name: 'Lock with a passkey' }).click();
  await ida.page.getByRole('button', { name: 'Remove: Passphrase' }).click();
  await ida.page.getByRole('button', { name: 'Remove: Passphrase' }).waitFor({ state: 'detached' });
  await ida.page.getByRole('button', { name: 'Lock now' }).click();
  await locked().waitFor();
  assert.equal(await ida.page.getByLabel('Passphrase').count(), 0);
  assert.equal(await atRest(), 'passkey');
  await ida.page.getByRole('button', { name: 'Unlock with a passkey' }).click();
  await ida.openRoom('Harbour swim');
  await ida.sees('The key is under the mat');
});

test('whoever forgot it starts anew, with nothing left', async () => {
  await openLock();
  await ida.page.getByRole('button', { name: 'Lock now' }).click();
  await ida.page.getByRole('button', { name: 'Forgot it?' }).click();
  await ida.page.getByText('Nobody can open this device').waitFor();
  await ida.page.getByRole('button', { name: 'Erase everything' }).click();
  await ida.page.getByLabel('Your name').waitFor();
  assert.deepEqual(await ida.page.evaluate(async () => {
    const databases = (await indexedDB.databases()).map(({ name }) => name);
    return { local: localStorage.length, databases: databases.filter((name) => name !== 'sotto-default' && name !== 'sotto-keys-default') };
  }), { local: 0, databases: [] });
  await ida.introduce();
  await ida.page.getByRole('button', { name: 'Start a room' }).waitFor();
  assert.equal(await ida.page.getByText('Harbour swim').count(), 0);
  ida.assertCalm();
});
