/** The log through a relay's whole life, at its most talkative: JSON lines that say what happened, and never to whom. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlobId } from '../../../shared/blobs.ts';
import { toBase64Url, toHex } from '../../../shared/bytes.ts';
import { BlobError, type BlobFacts } from '../../../relay/blobs/store.ts';
import { MemoryBlobStore, MemoryStore, StoreError } from '../../../relay/index.ts';
import { Pair, registration } from '../../support/relay-client.ts';
import { RelayChild } from '../../support/relay-child.ts';
import { scratchFolder } from '../../support/relay-places.ts';
import { RelayScene } from '../../support/relay-scene.ts';

const ADDRESS = '203.0.113.77';

const spellings = (...secrets: readonly Uint8Array[]): string[] => secrets.flatMap((bytes) => (['hex', 'base64', 'base64url', 'latin1'] as const).map((encoding) => Buffer.from(bytes).toString(encoding)));

test('a disk that fails and recovers, foreign pages, floods, a proxy, a goodbye: at debug level, no id, key, payload, address or path', async () => {
  let broken = false;
  class Flaky extends MemoryStore {
    override async write(...args: Parameters<MemoryStore['write']>): Promise<void> {
      if (broken) throw new StoreError('disk-full', 'a test');
      return super.write(...args);
    }
    override async read(...args: Parameters<MemoryStore['read']>): Promise<readonly Uint8Array[]> {
      if (broken) throw new Error(`unforeseen, about log ${args[0]}`);
      return super.read(...args);
    }
  }
  class FlakyBlobs extends MemoryBlobStore {
    override async append(...args: Parameters<MemoryBlobStore['append']>): Promise<BlobFacts> {
      if (broken) throw new BlobError('io-error', `a test, about ${toHex(args[0].room)}`);
      return super.append(...args);
    }
    override async read(...args: Parameters<MemoryBlobStore['read']>): ReturnType<MemoryBlobStore['read']> {
      if (broken) throw new Error(`unforeseen, about ${toHex(args[0].id)}`);
      return super.read(...args);
    }
  }
  const scene = await RelayScene.start({ store: new Flaky(), blobs: new FlakyBlobs(), logLevel: 'debug', metricsPort: 0, trustProxy: ['loopback'], limits: { connectionsPerAddress: 1 } });
  const owner = new Pair();
  const creator = await scene.client({ forwarded: ADDRESS });
  const invite = new Pair();
  const epoch = await creator.create(owner, { invites: [registration(invite)] });
  const crowded = await scene.client({ forwarded: ADDRESS });
  await crowded.until(() => crowded.closed !== undefined);
  const foreign = await scene.client({ header: 'https://elsewhere.example', forwarded: ADDRESS });
  assert.equal(foreign.closed?.code, 4403);
  await creator.send(epoch, 'a very secret payload');
  const blob = new Uint8Array(16).fill(77) as BlobId;
  const { token } = await creator.ask('blob-granted', (ref) => ({ t: 'blob-grant', ref, room: epoch.room }));
  const put = (id: string, offset: number): Promise<Response> =>
    fetch(`${scene.url}/v1/blobs/${id}`, { method: 'PATCH', body: new Uint8Array(2), headers: { authorization: `Bearer ${token}`, 'x-forwarded-for': ADDRESS, 'upload-offset': `${offset}`, 'upload-length': '4' } });
  const get = async (id: string): Promise<number> => (await fetch(`${scene.url}/v1/blobs/${id}`, { headers: { authorization: `Bearer ${token}` } })).status;
  const id = toBase64Url(blob);
  assert.deepEqual([(await put(id, 0)).status, (await put(id, 2)).status, (await put(id, 1)).status, await get(id), await get('somebody'), await get('%zz')], [204, 204, 409, 200, 400, 400]);
  broken = true;
  assert.deepEqual([(await put(toBase64Url(blob.map(() => 78)), 0)).status, await get(id)], [503, 503]);
  await assert.rejects(creator.send(epoch, 'a very secret payload'), /relay-full/);
  await assert.rejects(creator.pull(epoch.room), /unavailable/);
  broken = false;
  await creator.send(epoch, 'a very secret payload');
  creator.raw(Uint8Array.of(2, 0xff));
  await creator.settle();
  for (const path of ['/room/of-somebody', '/metrics?of=somebody', '/%']) await fetch(`${scene.url}${path}`, { headers: { 'x-forwarded-for': ADDRESS } });
  await fetch(`http://127.0.0.1:${scene.relay.metricsPort}/metrics`);
  await scene.relay.close();

  const log = scene.logged.join('');
  const lines = log.trim().split('\n').map((line) => JSON.parse(line) as { level: number; time: number; msg: string });
  assert.ok(lines.length >= 3, log);
  for (const { level, time, msg } of lines) assert.ok([20, 30, 40, 50, 60].includes(level) && time > 0 && msg !== '');
  assert.ok(lines.some(({ level, msg }) => level === 50 && msg.includes('store failed')));
  assert.ok(lines.some(({ msg }) => msg.includes('takes writes again')));
  for (const secret of [...spellings(epoch.room, epoch.id, epoch.pair.public, owner.public, invite.public, creator.nonce, blob, blob.map(() => 78)), token, '/v1/', 'secret payload', ADDRESS, '203.0.113', '127.0.0.1', '::1', 'elsewhere', 'somebody', 'log 1']) {
    assert.ok(!log.includes(secret), `${secret}\n${log}`);
  }
});

test('the process writes its log to stderr at the level that is asked for, and nothing at silent', async () => {
  const outcome = async (level: string): Promise<{ stdout: string; stderr: string }> => {
    const relay = await RelayChild.start(['--port', '0', '--data', scratchFolder(), '--log-level', level, '--metrics-port', '0']);
    const ended = await relay.end('SIGTERM');
    assert.equal(ended.code, 0, 'asked to stop the moment it has said where it is');
    return ended;
  };
  const info = await outcome('info');
  for (const line of info.stderr.trim().split('\n')) assert.equal(typeof (JSON.parse(line) as { level: unknown }).level, 'number');
  assert.match(info.stdout, /metrics are at http:\/\/127\.0\.0\.1:\d+\/metrics/);
  assert.equal((await outcome('silent')).stderr, '');
});
