/** What a browser is served, and told; and what an operator can read about people: nothing. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { Pair, registration } from '../../support/relay-client.ts';
import { RelayScene } from '../../support/relay-scene.ts';
import { scratchFolder } from '../../support/relay-places.ts';

const FILES = {
  'index.html': '<!doctype html><title>Sotto</title>', 'sw.js': 'self.sw=1', 'manifest.webmanifest': '{"name":"Sotto"}', 'assets/app-abc123.js': 'export const app = 1;'.repeat(50),
};

function builtApp(): string {
  const folder = join(scratchFolder(), 'assets', 'app'); // a path that must not be taken for the app's own assets
  mkdirSync(join(folder, 'assets'), { recursive: true });
  for (const [name, content] of Object.entries(FILES)) {
    writeFileSync(join(folder, name), content);
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(content));
  }
  return folder;
}

interface Got { readonly status: number; readonly headers: Readonly<Record<string, string | string[] | undefined>>; readonly body: Buffer }

/** As it is on the wire: `fetch` would decompress, and clean up the path. */
const get = (url: string, path: string, headers: Record<string, string> = {}): Promise<Got> =>
  new Promise((resolve, reject) => {
    request(`${url}/`, { path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    }).on('error', reject).end();
  });

const scene = await RelayScene.start({ app: builtApp() });

test('the app: its files, the first page for every path of its own, and 404 for what is neither', async () => {
  const html = { accept: 'text/html,*/*' };
  assert.equal((await get(scene.url, '/', html)).body.toString(), FILES['index.html']);
  assert.equal((await get(scene.url, '/assets/app-abc123.js')).body.toString(), FILES['assets/app-abc123.js']);
  const deep = await get(scene.url, '/room/1', html);
  assert.deepEqual([deep.status, deep.body.toString(), deep.headers['cache-control']], [200, FILES['index.html'], 'no-cache']);
  assert.equal((await get(scene.url, '/assets/gone-000.js')).status, 404);
  for (const path of ['/../../../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2f..%2fetc/passwd']) {
    assert.ok((await get(scene.url, path)).status >= 400, path);
  }
});

test('precompressed, and cached: for ever where the name holds the hash, never without asking elsewhere', async () => {
  const script = '/assets/app-abc123.js';
  const brotli = await get(scene.url, script, { 'accept-encoding': 'gzip, deflate, br' });
  assert.equal(brotli.headers['content-encoding'], 'br');
  assert.match(String(brotli.headers['content-type']), /javascript/);
  assert.match(String(brotli.headers['vary']), /accept-encoding/i);
  assert.equal(brotliDecompressSync(brotli.body).toString(), FILES['assets/app-abc123.js']);
  const gzip = await get(scene.url, script, { 'accept-encoding': 'gzip' });
  assert.equal(gunzipSync(gzip.body).toString(), FILES['assets/app-abc123.js']);
  assert.equal(brotli.headers['cache-control'], 'public, max-age=31536000, immutable');
  for (const path of ['/', '/index.html', '/sw.js', '/manifest.webmanifest']) assert.equal((await get(scene.url, path)).headers['cache-control'], 'no-cache', path);
});

test('a strict policy on every answer', async () => {
  for (const path of ['/', '/healthz', '/nothing', '/assets/app-abc123.js']) {
    const { headers } = await get(scene.url, path, { accept: 'text/html' });
    const policy = new Map(String(headers['content-security-policy']).split('; ').map((part) => [part.split(' ')[0], part.split(' ').slice(1).join(' ')]));
    assert.deepEqual(Object.fromEntries([...policy].filter(([name]) => name !== 'connect-src')), {
      'default-src': "'none'", 'script-src': "'self' 'wasm-unsafe-eval'", 'style-src': "'self'", 'img-src': "'self' blob: data:", 'media-src': 'blob:', 'font-src': "'self'",
      'worker-src': "'self'", 'manifest-src': "'self'", 'base-uri': "'none'", 'form-action': "'none'", 'frame-ancestors': "'none'",
      'require-trusted-types-for': "'script'", 'trusted-types': 'lit-html sotto',
    }, path);
    assert.ok(policy.get('connect-src')?.includes(`ws://127.0.0.1:${scene.relay.port}`));
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'no-referrer');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin');
    assert.ok(headers['permissions-policy']);
    assert.equal(headers['strict-transport-security'], undefined, 'not over plain HTTP');
  }
  const secure = await RelayScene.start({ origins: ['https://chat.example'] });
  const { headers } = await get(secure.url, '/healthz');
  assert.ok(String(headers['strict-transport-security']).startsWith('max-age='));
  assert.ok(String(headers['content-security-policy']).includes('wss://chat.example'));
});

test('health, with and without an app', async () => {
  const bare = await RelayScene.start({ app: join(scratchFolder(), 'absent') });
  for (const { url } of [scene, bare]) {
    const health = await get(url, '/healthz');
    assert.deepEqual([health.status, JSON.parse(health.body.toString())], [200, { status: 'ok' }]);
  }
  assert.equal((await get(bare.url, '/')).status, 404);
});

test('the log holds no payload, room id, key or address', async () => {
  const quiet = await RelayScene.start({ app: builtApp(), logLevel: 'info' });
  const { epoch, creator, owner } = await quiet.room();
  const invite = new Pair();
  await creator.send(epoch, 'a very secret payload');
  const next = await creator.commit(epoch, { invites: [registration(invite)] });
  await creator.open(next);
  await get(quiet.url, '/room/some-path-of-a-person', { accept: 'text/html', 'x-forwarded-for': '203.0.113.7' });
  await get(quiet.url, '/%');
  creator.raw(Uint8Array.of(2, 0xff));
  await creator.settle();
  await creator.delete(owner);
  await quiet.relay.close();
  const log = quiet.logged.join('');
  assert.ok(log.length > 0, 'it does log');
  const secrets = [epoch.room, epoch.id, epoch.pair.public, next.id, owner.public, invite.public, creator.nonce];
  const spellings = secrets.flatMap((bytes) => (['hex', 'base64', 'base64url', 'latin1'] as const).map((encoding) => Buffer.from(bytes).toString(encoding)));
  for (const secret of [...spellings, 'secret payload', 'some-path', '203.0.113.7', '127.0.0.1', '::1', 'remoteAddress']) assert.ok(!log.includes(secret), secret);
});
