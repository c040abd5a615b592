/** A new version is offered, never forced; what was being written outlives it; and everybody can see which code they run. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LIST, writeHashes } from '../../deploy/hashes.mjs';
import { Person } from '../support/person.ts';
import { RelayProcess } from '../support/relay-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'sotto-built-'));
const app = join(copy, 'dist/app');
let relay: RelayProcess;
let person: Person;

before(async () => {
  cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  relay = await RelayProcess.start(join(copy, 'dist'));
  person = await Person.arrive('Ida', relay.origin);
});

after(async () => {
  await person.leave();
  await relay.dispose();
  rmSync(copy, { recursive: true, force: true });
});

const original = readFileSync(join(root, 'dist/app/index.html'), 'utf8');

/** The next release: another first page, and so another service worker. Answers its root hash. */
function release(version: string, { page = original, listed = true }: { readonly page?: string; readonly listed?: boolean } = {}): string {
  for (const file of ['index.html', 'sw.js']) for (const packed of ['.br', '.gz']) rmSync(join(app, `${file}${packed}`), { force: true });
  writeFileSync(join(app, 'index.html'), page.replace('<html lang="en"', `<html lang="en" data-version="${version}"`));
  // The list of what is kept names the page with its revision: another one makes the browser fetch it anew.
  const revision = createHash('md5').update(version).digest('hex');
  const worker = join(app, 'sw.js');
  const before = readFileSync(worker, 'utf8');
  const changed = before.replace(/("?revision"?:"?)([0-9a-f]{32})("?,"?url"?:"?index\.html)/, `$1${revision}$3`).replace(/("?url"?:"?index\.html"?,"?revision"?:"?)([0-9a-f]{32})/, `$1${revision}`);
  assert.notEqual(changed, before, 'the page is not in the list of what is kept');
  writeFileSync(worker, changed);
  appendFileSync(worker, `\n// ${version}\n`);
  return listed ? writeHashes(app) : served();
}

const served = (): string => createHash('sha256').update(readFileSync(join(app, LIST))).digest('hex');
const version = (): Promise<string | null> => person.page.evaluate(() => document.documentElement.getAttribute('data-version'));
const lookForUpdate = (): Promise<void> => person.page.evaluate(async () => { await (await navigator.serviceWorker.ready).update(); });
const hashes = async (): Promise<string[]> => (await person.page.locator('sotto-about .exact').allTextContents()).map((text) => text.replaceAll(/\s/g, ''));
const offer = () => person.page.getByText('A new version is ready');

async function openAbout(): Promise<void> {
  await person.page.goto(`${relay.origin}/#/`);
  await person.page.locator('sotto-room-list .head .round:has(sotto-avatar)').click();
  await person.page.getByRole('button', { name: 'About Sotto' }).click();
  await person.page.getByText('The code on this device').waitFor();
}

async function take(): Promise<void> {
  const reloaded = person.page.waitForEvent('load');
  await person.page.getByRole('button', { name: 'Update' }).click();
  await reloaded;
}

test('a new version waits until the person takes it, and keeps the draft', async () => {
  await person.introduce();
  await person.startRoom('Harbour swim');
  await person.say('Is the water warm?');
  await person.composer.fill('Half a sentence that');
  await person.keepsApp();

  const next = release('next');
  await lookForUpdate();
  await offer().waitFor();
  assert.equal(await version(), null, 'it was taken without being asked');
  assert.equal(await person.composer.inputValue(), 'Half a sentence that');

  await person.page.getByRole('button', { name: 'About the new version' }).click();
  await person.page.getByText('A new version waits').waitFor();
  const [waiting, running] = await hashes();
  assert.equal(waiting, next);
  assert.notEqual(running, next);
  await person.page.keyboard.press('Escape');

  await take();
  await person.composer.waitFor();
  assert.equal(await version(), 'next');
  assert.equal(await person.composer.inputValue(), 'Half a sentence that');
  await person.sees('Is the water warm?');
});

test('the app shows the root hash of the code it runs, offline too', async () => {
  await person.goOffline();
  await openAbout();
  assert.deepEqual(await hashes(), [served()]);
  assert.equal(await person.page.locator('sotto-about').getByRole('alert').count(), 0);
  await person.goOnline();
});

test('files that are not what the list of hashes says are named', async () => {
  release('swapped', { listed: false });
  await lookForUpdate();
  await person.page.keyboard.press('Escape');
  await offer().waitFor();
  await take();
  await openAbout();
  await person.page.locator('sotto-about').getByRole('alert').filter({ hasText: 'index.html' }).waitFor();
});

test('a release that does not come up gives way to the next, and nothing is lost', async () => {
  release('broken', { page: original.replace(/<script type="module"[^>]*><\/script>/, '') });
  await lookForUpdate();
  await person.page.keyboard.press('Escape');
  await offer().waitFor();
  await take();
  assert.equal(await version(), 'broken');
  assert.equal(await person.page.locator('sotto-app').count(), 0);

  release('mended');
  // Nothing on this page could offer it.
  await person.page.evaluate(async () => {
    const taken = new Promise((resolve) => { navigator.serviceWorker.addEventListener('controllerchange', resolve); });
    await (await navigator.serviceWorker.ready).update();
    await taken;
  });
  await person.page.reload();
  await person.openRoom('Harbour swim');
  assert.equal(await version(), 'mended');
  assert.equal(await person.composer.inputValue(), 'Half a sentence that');
  await person.sees('Is the water warm?');
});
