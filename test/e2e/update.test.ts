/** A new version is offered, never forced; what was being written outlives it. */
import assert from 'node:assert/strict';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Person } from '../support/person.ts';
import { RelayProcess } from '../support/relay-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'sotto-built-'));
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

/** The next release: another first page, and so another service worker. */
function release(version: string): void {
  for (const file of ['index.html', 'sw.js']) for (const packed of ['.br', '.gz']) rmSync(join(copy, 'dist/app', `${file}${packed}`), { force: true });
  const page = join(copy, 'dist/app/index.html');
  writeFileSync(page, readFileSync(page, 'utf8').replace('<html lang="en"', `<html lang="en" data-version="${version}"`));
  // The list of what is kept names the page with its revision: another one makes the browser fetch it anew.
  const worker = join(copy, 'dist/app/sw.js');
  const before = readFileSync(worker, 'utf8');
  const changed = before.replace(/("?revision"?:"?)([0-9a-f]{32})("?,"?url"?:"?index\.html)/, `$1${'0'.repeat(32)}$3`).replace(/("?url"?:"?index\.html"?,"?revision"?:"?)([0-9a-f]{32})/, `$1${'0'.repeat(32)}`);
  assert.notEqual(changed, before, 'the page is not in the list of what is kept');
  writeFileSync(worker, changed);
  appendFileSync(worker, `\n// ${version}\n`);
}

const version = (): Promise<string | null> => person.page.evaluate(() => document.documentElement.getAttribute('data-version'));

test('a new version waits until the person takes it, and keeps the draft', async () => {
  await person.introduce();
  await person.startRoom('Harbour swim');
  await person.say('Is the water warm?');
  await person.composer.fill('Half a sentence that');
  await person.keepsApp();

  release('next');
  await person.page.evaluate(async () => { await (await navigator.serviceWorker.ready).update(); });
  const offer = person.page.getByText('A new version is ready');
  await offer.waitFor();
  assert.equal(await version(), null, 'it was taken without being asked');
  assert.equal(await person.composer.inputValue(), 'Half a sentence that');

  const reloaded = person.page.waitForEvent('load');
  await person.page.getByRole('button', { name: 'Update' }).click();
  await reloaded;
  await person.composer.waitFor();
  assert.equal(await version(), 'next');
  assert.equal(await person.composer.inputValue(), 'Half a sentence that');
  await person.sees('Is the water warm?');
});
