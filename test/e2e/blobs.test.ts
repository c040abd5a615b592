/** Attachments from a real browser: a page of one relay's app and the blobs of another, under the policies that relays really send. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { toHex } from '../../shared/bytes.ts';
import { buildRelay, MemoryStore, type Relay, type RelayOptions } from '../../relay/index.ts';
import { freePort } from '../support/program.ts';
import { scratchFolder } from '../support/relay-places.ts';

/** What the page and its worker run: the app's own adapter, asked from outside. */
const SCRIPT = `
import { blobTransport } from './blobs.ts';
const tried = async ({ relay, token, id, size }) => {
  const at = { relay, token, id: Uint8Array.from(id.match(/../g), (byte) => Number.parseInt(byte, 16)) };
  const content = Uint8Array.from({ length: size }, (_, i) => i % 251);
  try {
    const before = await blobTransport.head(at);
    let state;
    for (let offset = 0; offset < size; ({ offset } = state)) state = await blobTransport.append(at, { size, offset, bytes: content.slice(offset, offset + 100_000) });
    const conflict = await blobTransport.append(at, { size, offset: 0, bytes: content.slice(0, 1) }).catch(({ code, offset }) => [code, offset]);
    let came = 0, differ = 0;
    for await (const chunk of blobTransport.read(at, { from: 1000, to: size })) for (const byte of chunk) if (byte !== (1000 + came++) % 251) differ++;
    await blobTransport.delete(at);
    return [before === undefined, state.offset, conflict, came, differ, await blobTransport.head(at) === undefined];
  } catch (error) {
    return error.code ?? String(error);
  }
};
globalThis.tried = tried;
const policy = globalThis.trustedTypes?.createPolicy('sotto', { createScriptURL: (url) => url });
if (typeof document === 'undefined') self.onmessage = async ({ data }) => postMessage(await tried(data));
else globalThis.triedByWorker = (asked) => new Promise((resolve) => {
  const worker = new Worker(policy.createScriptURL('/script.js'), { type: 'module' });
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => resolve(message);
  worker.postMessage(asked);
});`;

interface Asked { readonly relay: string; readonly token: string; readonly id: string; readonly size: number }
type Asking = typeof globalThis & { readonly tried: (asked: Asked) => Promise<unknown>; readonly triedByWorker: (asked: Asked) => Promise<unknown> };

const SIZE = 250_000;
const app = scratchFolder();
let [browser, page]: [Browser | undefined, Page | undefined] = [undefined, undefined];
const relays: Relay[] = [];
let asked = 0;

async function relayAt(port: number, options: RelayOptions): Promise<Relay> {
  const relay = await buildRelay({ port, store: new MemoryStore(), logLevel: 'silent', ...options });
  relays.push(relay);
  return relay;
}

/** In the page, and in a worker of it. */
async function tries(relay: Relay, origin: string): Promise<readonly unknown[]> {
  const room = new Uint8Array(32).fill(1) as Parameters<typeof relay.core.blobs.grant>[0];
  const next = (): Asked => ({ relay: origin, token: relay.core.blobs.grant(room).token, id: toHex(new Uint8Array(16).fill(++asked)), size: SIZE });
  const [inPage, inWorker] = [next(), next()];
  return [await page?.evaluate((one) => (globalThis as Asking).tried(one), inPage), await page?.evaluate((one) => (globalThis as Asking).triedByWorker(one), inWorker)];
}

const WELL = [true, SIZE, ['wrong-offset', SIZE], SIZE - 1000, 0, true];
let home: Relay | undefined;
let origins: { home: string; friend: string; unnamed: string; deaf: string };

before(async () => {
  const folder = fileURLToPath(new URL('../../pwa/platform', import.meta.url));
  await build({ stdin: { contents: SCRIPT, resolveDir: folder, loader: 'js' }, bundle: true, format: 'esm', outfile: join(app, 'script.js'), logLevel: 'silent' });
  writeFileSync(join(app, 'index.html'), '<!doctype html><title>Attachments</title><script type="module" src="/script.js"></script>');
  const [homePort, ...ports] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const [friend, unnamed, deaf] = ports.map((port) => `http://127.0.0.1:${port}`) as [string, string, string];
  origins = { home: `http://localhost:${homePort}`, friend, unnamed, deaf };
  home = await relayAt(homePort ?? 0, { origins: [origins.home], connect: [friend, deaf], app });
  await relayAt(ports[0] ?? 0, { origins: [friend], appOrigins: [origins.home] });
  await relayAt(ports[1] ?? 0, { origins: [unnamed], appOrigins: [origins.home] });
  await relayAt(ports[2] ?? 0, { origins: [deaf] });
  const { SOTTO_CHROMIUM } = process.env;
  browser = await chromium.launch({
    ...(SOTTO_CHROMIUM === undefined ? {} : { executablePath: SOTTO_CHROMIUM }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  page = await browser.newPage();
  await page.goto(origins.home);
  await page.waitForFunction(() => 'tried' in globalThis);
});

after(async () => {
  await browser?.close();
  await Promise.all(relays.map((relay) => relay.close()));
});

test('a page and its worker reach the blobs of their own relay, and of one that it names and that names them', async () => {
  assert.ok(home !== undefined && relays[1] !== undefined);
  assert.deepEqual(await tries(home, origins.home), [WELL, WELL]);
  assert.deepEqual(await tries(relays[1], origins.friend), [WELL, WELL]);
});

test('not those of one that their own does not name, nor of one that does not name them', async () => {
  assert.ok(relays[2] !== undefined && relays[3] !== undefined);
  for (const [relay, origin] of [[relays[2], origins.unnamed], [relays[3], origins.deaf]] as const) {
    assert.deepEqual(await tries(relay, origin), ['unreachable', 'unreachable']);
    assert.equal(relay.core.blobs.store.usage().blobs, 0);
  }
});
