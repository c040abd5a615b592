/** A client's way to blobs: over a real relay by HTTP, and as simulations have it. */
import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import type { BlobId } from '../../../shared/blobs.ts';
import { blobFetch } from '../../../pwa/engine/sync/blob-fetch.ts';
import { blobTransport } from '../../../pwa/engine/node/blobs.ts';
import { systemClock } from '../../../pwa/engine/node/system.ts';
import { createRelayCore, MemoryStore } from '../../../relay/index.ts';
import { all, blobTransportConformance, bytesOf, failsWith } from '../../support/blob-transport-conformance.ts';
import { RelayScene } from '../../support/relay-scene.ts';
import { VirtualBlobs } from '../../support/virtual-blobs.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const KiB = 1024;
const limits = { blob: 1024 * KiB, blobPiece: 512 * KiB, blobBytesPerRoom: 2048 * KiB };
const at = { token: 'x'.repeat(43), id: new Uint8Array(16).fill(1) as BlobId };

blobTransportConformance('by fetch', async () => {
  const scene = await RelayScene.start({ limits });
  return { transport: blobTransport(), core: scene.relay.core, relay: scene.url, run: (work) => work };
});

blobTransportConformance('in a simulation', async () => {
  const clock = new VirtualClock();
  const relay = 'https://relay.example';
  const core = createRelayCore({ store: new MemoryStore(), origins: [relay], now: () => clock.now(), after: (ms, then) => clock.after(ms, then), limits });
  return { transport: new VirtualBlobs({ clock, delay: () => 5, coreAt: (at) => (at === relay ? core : undefined) }), core, relay, run: (work) => clock.over(work) };
});

async function liar(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => { server.once('listening', resolve); });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a relay that answers otherwise than it should is not believed, and does not get more than it was asked with', async () => {
  const { transport } = { transport: blobTransport() };
  const read = async (headers: Record<string, string | number>, status = 206, body = bytesOf(100)): Promise<Uint8Array> =>
    all(transport.read({ ...at, relay: await liar((_, response) => void response.writeHead(status, headers).end(body)) }, { from: 10, to: 110 }));
  await assert.rejects(read({}, 200), failsWith('bad-answer'));
  await assert.rejects(read({}), failsWith('bad-answer'));
  await assert.rejects(read({ 'content-range': 'bytes 0-99/200' }), failsWith('bad-answer'));
  await assert.rejects(read({ 'content-range': 'bytes 10-59/200' }), failsWith('bad-answer'));
  await assert.rejects(read({ 'content-range': 'bytes 10-109/200' }, 206, bytesOf(101)), failsWith('bad-answer'));
  await assert.rejects(read({ 'content-range': 'bytes 10-109/200' }, 206, bytesOf(99)), failsWith('unreachable'));
  assert.deepEqual(await read({ 'content-range': 'bytes 10-109/200' }), bytesOf(100));
  await assert.rejects(read({ location: 'http://127.0.0.1:9/' }, 302), failsWith('unreachable'));
  const head = async (headers: Record<string, string>) => transport.head({ ...at, relay: await liar((_, response) => void response.writeHead(200, headers).end()) });
  await assert.rejects(head({}), failsWith('bad-answer'));
  await assert.rejects(head({ 'upload-offset': '11', 'upload-length': '10' }), failsWith('bad-answer'));
  const append = async (status: number, headers: Record<string, string>, body = '') => transport.append({ ...at, relay: await liar((request, response) => void request.resume().on('end', () => response.writeHead(status, headers).end(body))) }, { size: 10, offset: 0, bytes: bytesOf(5) });
  await assert.rejects(append(204, { 'upload-offset': '7' }), failsWith('bad-answer'));
  await assert.rejects(append(409, { 'upload-offset': '11' }), failsWith('bad-answer'));
  await assert.rejects(append(502, { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>'), failsWith('unavailable'));
  await assert.rejects(append(429, { 'retry-after': '7' }), (error: unknown) => failsWith('rate-limited')(error) && (error as { retryAfter: number }).retryAfter === 7000);
  await assert.rejects(append(507, { 'retry-after': '7' }, '{"code":"relay-full","retryAfter":6500}'), (error: unknown) => failsWith('relay-full')(error) && (error as { retryAfter: number }).retryAfter === 6500);
});

test('a relay that says nothing for too long is left', async () => {
  const silent = await liar(() => undefined);
  const transport = blobFetch({ fetch: (url, init) => fetch(url, init), clock: systemClock, patience: 50 });
  await assert.rejects(transport.head({ ...at, relay: silent }), failsWith('unreachable'));
  const stuck = await liar((_, response) => void response.writeHead(206, { 'content-range': 'bytes 0-99/100' }).write(bytesOf(10)));
  await assert.rejects(all(transport.read({ ...at, relay: stuck }, { from: 0, to: 100 })), failsWith('unreachable'));
});
