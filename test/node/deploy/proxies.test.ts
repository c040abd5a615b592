/** The proxies' configurations as they are handed out, with the real programs: pages and sockets over HTTPS, and a relay that restarts behind them. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ClientRequest, type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { blobPath, UPLOAD_LENGTH, UPLOAD_OFFSET, type BlobId } from '../../../shared/blobs.ts';
import { bytesOf } from '../../support/blob-transport-conformance.ts';
import { RelayClient, Pair, text, type TestEpoch } from '../../support/relay-client.ts';
import { RelayChild } from '../../support/relay-child.ts';
import { scratchFolder } from '../../support/relay-places.ts';
import { freePort, missing, Program } from '../../support/program.ts';
import { certificateIn } from '../../support/tls.ts';

const fileOf = (name: string): string => readFileSync(new URL(`../../../deploy/${name}`, import.meta.url), 'utf8');

interface Got { readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly body: string }

const get = (url: string, ca: string, headers: Record<string, string> = {}): Promise<Got> =>
  new Promise((resolve, reject) => {
    request(url, { ca, headers, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => { body += chunk.toString(); });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    }).on('error', reject).end();
  });

const startRelay = (data: string, port: number, origin: string): Promise<RelayChild> =>
  RelayChild.start(['--port', String(port), '--data', data, '--origin', origin, '--trust-proxy', 'loopback', '--log-level', 'error']);

/** The X-Forwarded-For that arrives where one comes with a made-up one. */
async function forwardedBy(proxy: Program, { origin, ca, port }: { origin: string; ca: string; port: number }): Promise<string[]> {
  const seen: string[] = [];
  const behind = createServer((request, response) => {
    seen.push(String(request.headers['x-forwarded-for']));
    response.end('here');
  }).listen(port, '127.0.0.1');
  await once(behind, 'listening');
  await proxy.until(async () => assert.equal((await get(`${origin}/`, ca, { 'x-forwarded-for': '198.51.100.7' })).body, 'here'));
  behind.close();
  behind.closeAllConnections();
  await once(behind, 'close');
  return seen;
}

/** A piece as large as a relay takes by default, more than proxies let through by themselves, reaches it as it comes; and all of it comes back. */
async function passesBlobs(client: RelayClient, { room }: TestEpoch, origin: string, ca: string): Promise<void> {
  const { token } = await client.ask('blob-granted', (ref) => ({ t: 'blob-grant', ref, room }));
  const content = bytesOf(8 * 1024 * 1024);
  const ask = (method: string, headers: Record<string, string | number>, body: readonly Uint8Array[] = []): { readonly sent: ClientRequest; readonly answer: Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; bytes: Buffer }> } => {
    const sent = request(origin + blobPath(new Uint8Array(16).fill(1) as BlobId), { method, ca, agent: false, headers: { authorization: `Bearer ${token}`, ...headers } });
    const answer = once(sent, 'response').then(async ([response]: IncomingMessage[]) => ({ status: response?.statusCode ?? 0, headers: response?.headers ?? {}, bytes: Buffer.concat((await response?.toArray()) ?? []) }));
    for (const part of body) sent.write(part);
    return { sent, answer };
  };
  const upload = { [UPLOAD_OFFSET]: 0, [UPLOAD_LENGTH]: content.length, 'content-length': content.length, 'content-type': 'application/octet-stream' };
  const half = ask('PATCH', upload, [content.subarray(0, 3_000_000)]);
  // Not held back until all of it is there.
  for (let offset = ''; !(Number(offset) >= 2_000_000);) {
    const head = ask('HEAD', {});
    head.sent.end();
    offset = String((await head.answer).headers[UPLOAD_OFFSET]);
  }
  half.sent.end(content.subarray(3_000_000));
  assert.equal((await half.answer).status, 204);
  const whole = ask('GET', { range: 'bytes=1000-' });
  whole.sent.end();
  const got = await whole.answer;
  assert.deepEqual([got.status, got.bytes.equals(content.subarray(1000))], [206, true]);
  const preflight = ask('OPTIONS', { origin, 'access-control-request-method': 'PATCH' });
  preflight.sent.end();
  assert.equal((await preflight.answer).headers['access-control-allow-origin'], origin);
}

/** All that people need of a proxy: pages, sockets, their addresses told to the relay, and patience while it restarts. */
async function holds(proxy: Program, { origin, ca, port }: { origin: string; ca: string; port: number }): Promise<void> {
  assert.deepEqual(await forwardedBy(proxy, { origin, ca, port }), ['127.0.0.1'], 'for whom it speaks, whatever they claim');
  const data = scratchFolder();
  let relay = await startRelay(data, port, origin);
  const health = await proxy.until(async () => {
    const got = await get(`${origin}/healthz`, ca);
    assert.equal(got.status, 200);
    return got;
  });
  assert.deepEqual(JSON.parse(health.body), { status: 'ok' });
  assert.ok(String(health.headers['strict-transport-security']).startsWith('max-age='), 'the relay knows that it is reached over HTTPS');

  const [ada, bo] = [await RelayClient.connect(origin, { ca, header: origin }), await RelayClient.connect(origin, { ca, header: origin })];
  const epoch = await ada.create(new Pair());
  await bo.open(epoch);
  await bo.catchUp(epoch.room);
  await ada.send(epoch, Buffer.alloc(60_000, 'x'));
  const [envelope] = await bo.delivered(1);
  assert.ok(envelope !== undefined && text(envelope).length === 60_000);
  const foreign = await RelayClient.connect(origin, { ca, header: 'https://elsewhere.example' });
  assert.equal(foreign.closed?.code, 4403);

  await passesBlobs(ada, epoch, origin, ca);

  await relay.end('SIGTERM');
  for (const one of [ada, bo]) {
    await one.until(() => one.closed !== undefined);
    assert.equal(one.closed?.code, 1012, 'the goodbye comes through');
  }
  const starting = startRelay(data, port, origin);
  const back = await proxy.until(async () => {
    const client = await RelayClient.connect(origin, { ca, header: origin });
    assert.ok(client.hello !== undefined, 'not yet'); // said, since Node would look for words in this file, which takes minutes
    return client;
  });
  relay = await starting;
  assert.equal((await back.open(epoch)).head, 1);
  await back.end();
  await relay.end('SIGTERM');
  assert.ok(!proxy.output.includes('/v1/socket'), 'no line for who connected');
}

test('Caddy in front: HTTPS by itself, pages, sockets, addresses, a restart', { skip: missing('caddy', 'version') }, async () => {
  const folder = scratchFolder();
  const [port, secure] = [await freePort(), await freePort()];
  const config = join(folder, 'Caddyfile');
  // What is added keeps it from touching this machine: no trust store, no port 80, no admin port.
  writeFileSync(config, `{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\tstorage file_system ${folder}\n}\n${fileOf('Caddyfile')}`);
  const environment = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder, SOTTO_SITE: `localhost:${secure}`, SOTTO_RELAY: `127.0.0.1:${port}` };
  const caddy = Program.run('caddy', ['run', '--config', config, '--adapter', 'caddyfile'], environment);
  const ca = await caddy.until(async () => readFileSync(join(folder, 'pki/authorities/local/root.crt'), 'utf8'));
  await holds(caddy, { origin: `https://localhost:${secure}`, ca, port });
});

test('nginx in front: pages, sockets, addresses, a restart', { skip: missing('nginx', '-v') || missing('openssl', 'version') }, async () => {
  const folder = scratchFolder();
  const [port, secure, plain] = [await freePort(), await freePort(), await freePort()];
  const { certificate, key, authority } = certificateIn(folder);
  mkdirSync(join(folder, 'logs'));
  const replaced: [string, string][] = [
    ['listen 80;', `listen 127.0.0.1:${plain};`], ['listen [::]:80;', ''], ['listen 443 ssl;', `listen 127.0.0.1:${secure} ssl;`], ['listen [::]:443 ssl;', ''],
    ['/var/log/nginx/error.log', 'stderr'], ['/etc/letsencrypt/live/chat.example/fullchain.pem', certificate], ['/etc/letsencrypt/live/chat.example/privkey.pem', key],
  ];
  let site = fileOf('nginx.conf');
  for (const [from, to] of replaced) {
    assert.equal(site.split(from).length, 2, `${from} stands there once`);
    site = site.replace(from, to);
  }
  site = site.replaceAll('http://127.0.0.1:8080', `http://127.0.0.1:${port}`);
  writeFileSync(join(folder, 'site.conf'), site.replaceAll('chat.example', 'localhost'));
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  writeFileSync(join(folder, 'nginx.conf'), `pid ${folder}/pid; error_log stderr info; daemon off; master_process off; events {} http { ${paths} access_log ${folder}/access.log; include ${folder}/site.conf; }`);
  const nginx = Program.run('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']);
  await holds(nginx, { origin: `https://localhost:${secure}`, ca: authority, port });
  const moved = await fetch(`http://127.0.0.1:${plain}/#join`, { redirect: 'manual', headers: { host: 'localhost' } });
  assert.equal(moved.status, 301);
  assert.equal(readFileSync(join(folder, 'access.log'), 'utf8'), '', 'no line for who came');
});
