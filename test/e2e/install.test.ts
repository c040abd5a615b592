/** Installed: what Chromium asks of an app before it offers to install it, what the system hands to it, and that it starts from cold with no network. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person } from '../support/person.ts';
import { RelayProcess } from '../support/relay-process.ts';

let relay: RelayProcess;
let ida: Person;

before(async () => {
  relay = await RelayProcess.start();
  ida = await Person.arrive('Ida', relay.origin);
});

after(async () => {
  await ida.leave();
  await relay.dispose();
});

test('Chromium finds nothing that hinders installing, and reads the whole manifest', async () => {
  await ida.introduce();
  await ida.startRoom('Harbour swim');
  await ida.keepsApp();
  const session = await ida.devtools();
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // It is a private window to Chromium's eyes under automation, and that alone may hinder it.
  assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito'), []);
  const { errors, data } = await session.send('Page.getAppManifest');
  assert.deepEqual(errors, []);
  const manifest = JSON.parse(data ?? '{}') as { readonly icons: readonly { src: string; sizes: string; purpose: string }[]; readonly screenshots: readonly { src: string }[]; readonly shortcuts: readonly { url: string; icons: readonly { src: string }[] }[] };
  const named = [...manifest.icons, ...manifest.screenshots, ...manifest.shortcuts.flatMap(({ icons }) => icons)].map(({ src }) => src);
  const statuses = await ida.page.evaluate((paths) => Promise.all(paths.map(async (path) => `${path} ${(await fetch(path)).status}`)), named);
  assert.deepEqual(statuses, named.map((path) => `${path} 200`));
  assert.deepEqual(new Set(manifest.icons.map(({ purpose }) => purpose)), new Set(['any', 'maskable', 'monochrome']));
});

test('starts from cold with no network, at every address', async () => {
  await ida.closeBrowser();
  await relay.end('SIGKILL');
  await ida.openBrowser();
  await ida.goOffline();
  await ida.page.goto(`${relay.origin}/`);
  await ida.page.getByText('Harbour swim').first().waitFor();
  const room = new URL(await ida.page.locator('sotto-room-list a[data-room]').first().getAttribute('href') ?? '', `${relay.origin}/`).href;
  await ida.page.goto('about:blank');
  await ida.page.goto(room);
  await ida.composer.waitFor();
  await ida.page.goto('about:blank');
  await ida.page.goto(`${room}/details`);
  await ida.page.getByText('About this room').or(ida.page.locator('sotto-room-details')).first().waitFor();
  await ida.page.goto('about:blank');
  await ida.page.goto(`${relay.origin}/#/new`);
  await ida.page.getByLabel('Name of the room').waitFor();
  await ida.page.goto('about:blank');
  await ida.page.goto(`${relay.origin}/#/scan`);
  await ida.page.getByRole('heading', { name: 'Scan a code' }).waitFor();
  await ida.goOnline();
  await relay.restart();
});

test('what another app shares goes into the draft of a room, without any server', async () => {
  await ida.page.goto(`${relay.origin}/`);
  await ida.page.getByText('Harbour swim').first().waitFor();
  const asked: string[] = [];
  ida.page.on('request', (request) => { if (request.method() === 'POST' && request.serviceWorker() !== null) asked.push(request.url()); });
  // As the system posts it; a form of the page's own would not be let through by its policy.
  const answered = await ida.page.evaluate(async () => {
    const form = new FormData();
    for (const [name, value] of [['title', 'Tide table'], ['text', 'Saturday: https://example.org/tides'], ['url', 'https://example.org/tides']] as const) form.set(name, value);
    form.append('files', new File(['low at nine'], 'tides.txt', { type: 'text/plain' }));
    return (await fetch('/share', { method: 'POST', body: form })).status;
  });
  assert.equal(answered, 200);
  await ida.page.goto('about:blank');
  await ida.page.goto(`${relay.origin}/#/share`);
  await ida.page.getByRole('heading', { name: 'Share to' }).waitFor();
  await ida.page.locator('sotto-share').getByRole('button', { name: 'Harbour swim' }).click();
  await ida.composer.waitFor();
  assert.equal(await ida.composer.inputValue(), 'Tide table\nSaturday: https://example.org/tides');
  assert.deepEqual(asked, [], 'a server was told');
  await ida.page.reload();
  await ida.composer.waitFor();
  assert.equal(await ida.page.locator('sotto-share').count(), 0, 'it is shared again');
  ida.assertCalm();
});
