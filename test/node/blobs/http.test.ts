/** Blobs as a client meets them. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, test } from 'node:test';
import Fastify, { type FastifyInstance } from 'fastify';
import { BLOB_PATH, blobPath, UPLOAD_LENGTH, UPLOAD_OFFSET, type BlobId } from '../../../shared/blobs.ts';
import type { RoomId } from '../../../shared/ids.ts';
import type { Blobs } from '../../../relay/blobs/blobs.ts';
import { GRANT_LIFE } from '../../../relay/blobs/grants.ts';
import { MemoryBlobStore } from '../../../relay/blobs/memory.ts';
import { createRelayCore } from '../../../relay/core.ts';
import { blobRoutes } from '../../../relay/http/blobs.ts';
import { MemoryStore } from '../../../relay/store/memory.ts';

const ID = new Uint8Array(16).fill(5) as BlobId;
const ROOM = new Uint8Array(32).fill(1) as RoomId;
const [OTHER, THIRD, FOURTH] = [2, 3, 4].map((byte) => new Uint8Array(32).fill(byte) as RoomId) as [RoomId, RoomId, RoomId];
const bytesOf = (length: number, from = 0): Uint8Array<ArrayBuffer> => Uint8Array.from({ length }, (_, i) => (from + i) % 251);

describe('blobs over HTTP', () => {
  let app: FastifyInstance;
  let store: MemoryBlobStore;
  let blobs: Blobs;
  let ticks = 0;
  let url = '';
  let grant = '';

  beforeEach(async () => {
    ticks = 0;
    store = new MemoryBlobStore();
    const core = createRelayCore({ store: new MemoryStore(), blobs: store, now: () => ticks, after: () => () => undefined, origins: [], limits: { blob: 1000, blobPiece: 950, blobBytesPerRoom: 1500, blobBytesInAll: 2000 } });
    ({ blobs } = core);
    grant = blobs.grant(ROOM).token;
    app = Fastify();
    await blobRoutes(app, { blobs, counters: core.counters, stalled: 60_000, useOf: () => undefined, isOurs: (origin) => origin === 'https://app.example' });
    await app.listen({ port: 0, host: '127.0.0.1' });
    url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}${blobPath(ID)}`;
  });
  afterEach(() => app.close());

  const ask = (method: string, { body, headers = {}, token = grant, at = url }: { body?: Uint8Array<ArrayBuffer>; headers?: Record<string, string>; token?: string; at?: string } = {}): Promise<Response> =>
    fetch(at, { method, headers: { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/octet-stream' }), ...headers }, ...(body === undefined ? {} : { body }) });
  const put = (offset: number, size: number, body: Uint8Array<ArrayBuffer>, more: { token?: string; at?: string } = {}): Promise<Response> =>
    ask('PATCH', { body, headers: { [UPLOAD_OFFSET]: `${offset}`, [UPLOAD_LENGTH]: `${size}` }, ...more });
  const codeOf = async (response: Response): Promise<readonly unknown[]> => [response.status, ((await response.json()) as { code: string }).code];

  test('are uploaded in parts, looked at, read whole and in ranges, and deleted', async () => {
    assert.equal((await ask('HEAD')).status, 404);
    const first = await put(0, 900, bytesOf(500));
    assert.deepEqual([first.status, first.headers.get(UPLOAD_OFFSET)], [204, '500']);
    assert.equal((await ask('GET')).status, 404);
    const head = await ask('HEAD');
    assert.deepEqual([head.status, head.headers.get(UPLOAD_OFFSET), head.headers.get(UPLOAD_LENGTH)], [200, '500', '900']);
    const wrong = await put(400, 900, bytesOf(1));
    assert.deepEqual([wrong.status, wrong.headers.get(UPLOAD_OFFSET)], [409, '500']);
    assert.equal((await put(500, 900, bytesOf(400, 500))).headers.get(UPLOAD_OFFSET), '900');
    const whole = await ask('GET');
    assert.deepEqual([whole.status, whole.headers.get('content-type'), whole.headers.get('content-disposition')], [200, 'application/octet-stream', 'attachment']);
    assert.deepEqual(new Uint8Array(await whole.arrayBuffer()), bytesOf(900));
    for (const [range, status, told, from, to] of [
      ['bytes=0-9', 206, 'bytes 0-9/900', 0, 10], ['bytes=890-', 206, 'bytes 890-899/900', 890, 900], ['bytes=-5', 206, 'bytes 895-899/900', 895, 900], ['bytes=5-2', 200, null, 0, 900],
    ] as const) {
      const part = await ask('GET', { headers: { range } });
      assert.deepEqual([part.status, part.headers.get('content-range')], [status, told], range);
      assert.deepEqual(new Uint8Array(await part.arrayBuffer()), bytesOf(900).slice(from, to));
    }
    assert.equal((await ask('GET', { headers: { range: 'bytes=900-' } })).status, 416);
    assert.equal((await ask('DELETE')).status, 204);
    assert.equal((await ask('GET')).status, 404);
  });

  test('a connection that breaks loses only what did not arrive', async () => {
    await new Promise<void>((resolve) => {
      const broken = httpRequest(url, { method: 'PATCH', headers: { authorization: `Bearer ${grant}`, [UPLOAD_OFFSET]: 0, [UPLOAD_LENGTH]: 800, 'content-length': 800, 'content-type': 'application/octet-stream' } });
      broken.on('error', () => resolve());
      broken.on('close', () => resolve());
      broken.write(bytesOf(300));
      void (async () => {
        while ((await store.stat({ room: ROOM, id: ID }))?.offset !== 300) await new Promise((soon) => { setImmediate(soon); });
        broken.destroy();
      })();
    });
    let offset = '';
    for (let response = await put(300, 800, bytesOf(500, 300)); offset !== '800'; response = await put(300, 800, bytesOf(500, 300))) offset = response.headers.get(UPLOAD_OFFSET) ?? '';
    assert.deepEqual(new Uint8Array(await (await ask('GET')).arrayBuffer()), bytesOf(800));
  });

  test('need a grant for their room, which ends', async () => {
    await put(0, 10, bytesOf(10));
    for (const token of ['', 'x'.repeat(43)]) assert.deepEqual(await codeOf(await ask('GET', { token })), [403, 'no-access']);
    assert.equal((await ask('GET', { token: blobs.grant(OTHER).token })).status, 404);
    blobs.rightsEnded(OTHER);
    assert.equal((await ask('GET')).status, 200);
    ticks = GRANT_LIFE;
    assert.deepEqual(await codeOf(await ask('GET')), [403, 'no-access']);
    const again = blobs.grant(ROOM).token;
    assert.equal((await ask('GET', { token: again })).status, 200);
    blobs.rightsEnded(ROOM);
    assert.deepEqual(await codeOf(await ask('DELETE', { token: again })), [403, 'no-access']);
  });

  test('grants of one room do not drive out those of another', () => {
    const other = blobs.grant(OTHER).token;
    const tokens = Array.from({ length: 60_000 }, () => blobs.grant(THIRD).token);
    assert.deepEqual(blobs.grants.roomOf(other), OTHER);
    assert.equal(tokens.filter((token) => blobs.grants.roomOf(token) !== undefined).length, 2000);
    assert.deepEqual(blobs.grants.roomOf(tokens.at(-1) ?? ''), THIRD);
    blobs.rightsEnded(THIRD);
    assert.equal(tokens.filter((token) => blobs.grants.roomOf(token) !== undefined).length, 0);
  });

  test('are refused for what they are, what they lack, and where there is no room', async () => {
    assert.deepEqual(await codeOf(await put(0, 1001, bytesOf(1))), [413, 'too-large']);
    assert.deepEqual(await codeOf(await ask('PATCH', { body: bytesOf(1) })), [400, 'bad-frame']);
    assert.deepEqual(await codeOf(await put(0, 2, bytesOf(3))), [400, 'bad-frame']);
    const host = url.slice(0, url.indexOf(BLOB_PATH));
    const at = (i: number): string => host + blobPath(new Uint8Array(16).fill(i) as BlobId);
    assert.deepEqual(await codeOf(await ask('GET', { at: `${host}${BLOB_PATH}short` })), [400, 'bad-frame']);
    assert.equal((await put(0, 900, bytesOf(1), { at: at(1) })).status, 204);
    // For a room what was announced counts; in all what came, and is coming.
    assert.deepEqual(await codeOf(await put(0, 900, bytesOf(1), { at: at(2) })), [507, 'relay-full']);
    assert.equal((await put(0, 900, bytesOf(900), { at: at(3), token: blobs.grant(OTHER).token })).status, 204);
    assert.equal((await put(0, 900, bytesOf(900), { at: at(3), token: blobs.grant(THIRD).token })).status, 204);
    assert.deepEqual(await codeOf(await put(0, 300, bytesOf(300), { at: at(4), token: blobs.grant(FOURTH).token })), [507, 'relay-full']);
    assert.deepEqual(await codeOf(await put(0, 1000, bytesOf(960), { at: at(4), token: blobs.grant(FOURTH).token })), [413, 'too-large']);
    const otherSize = await put(1, 899, bytesOf(1), { at: at(1) });
    assert.deepEqual([otherSize.status, otherSize.headers.get(UPLOAD_OFFSET), otherSize.headers.get(UPLOAD_LENGTH)], [409, '1', '900']);
    await store.deleteRoom(THIRD);
    assert.equal((await put(1, 900, bytesOf(899, 1), { at: at(1) })).headers.get(UPLOAD_OFFSET), '900');
  });

  test('are for our pages alone', async () => {
    const preflight = await ask('OPTIONS', { headers: { origin: 'https://app.example' }, token: '' });
    assert.deepEqual([preflight.status, preflight.headers.get('access-control-allow-origin')], [204, 'https://app.example']);
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /authorization.*upload-offset/);
    const foreign = await ask('GET', { headers: { origin: 'https://evil.example' } });
    assert.deepEqual([foreign.status, foreign.headers.get('access-control-allow-origin')], [403, null]);
  });
});
