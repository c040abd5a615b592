/** What one address may send and fetch, and where nothing of a transfer moves. */
import assert from 'node:assert/strict';
import { request, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { test } from 'node:test';
import { blobPath, UPLOAD_LENGTH, UPLOAD_OFFSET, type BlobId } from '../../../shared/blobs.ts';
import { bytesOf } from '../../support/blob-transport-conformance.ts';
import { RelayScene } from '../../support/relay-scene.ts';

const MiB = 1024 * 1024;
const id = (i: number): BlobId => new Uint8Array(16).fill(i) as BlobId;

interface Held { readonly status: number; readonly retryAfter: string | undefined; readonly response: IncomingMessage }

async function scene(limits: Parameters<typeof RelayScene.start>[0] = {}) {
  const one = await RelayScene.start({ trustProxy: ['loopback'], ...limits });
  const { epoch } = await one.room();
  const authorization = (): string => `Bearer ${one.relay.core.blobs.grant(epoch.room).token}`;
  return {
    one, epoch,
    put: (from: string, blob: BlobId, size: number, bytes: Uint8Array): Promise<Response> =>
      fetch(one.url + blobPath(blob), { method: 'PATCH', body: bytes as Uint8Array<ArrayBuffer>, headers: { authorization: authorization(), 'x-forwarded-for': from, [UPLOAD_OFFSET]: '0', [UPLOAD_LENGTH]: `${size}` } }),
    /** Begins to fetch, and reads nothing of it. */
    hold: async (from: string, blob: BlobId): Promise<Held> => {
      const asked = request(one.url + blobPath(blob), { agent: false, headers: { authorization: authorization(), 'x-forwarded-for': from } });
      asked.end();
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      response.on('error', () => undefined); // it is cut, which is what is waited for
      return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], response };
    },
  };
}

test('bytes that one address sends in a second: rate-limited with the time to wait; others go on', async () => {
  const { put } = await scene({ now: () => 1_800_000_000_000, limits: { uploadBytesPerSecondAndAddress: MiB, burstSeconds: 2 } });
  assert.equal((await put('203.0.113.5', id(1), MiB, bytesOf(MiB))).status, 204);
  assert.equal((await put('203.0.113.6', id(2), MiB, bytesOf(MiB))).status, 204);
  const refused = await put('203.0.113.7', id(3), MiB, bytesOf(MiB));
  assert.deepEqual([refused.status, refused.headers.get('retry-after'), await refused.json()], [429, '1', { code: 'rate-limited', retryAfter: 1000 }]);
  assert.equal((await put('198.51.100.1', id(3), MiB, bytesOf(MiB))).status, 204);
});

test('transfers of one address at once, and of all; whoever reads nothing is cut, and their place is free', async () => {
  const { one, put, hold } = await scene({ limits: { transfersPerAddress: 2, transfers: 4, stalled: 1000 } });
  await put('198.51.100.1', id(1), 8 * MiB, bytesOf(8 * MiB));
  const held = [await hold('203.0.113.5', id(1)), await hold('203.0.113.6', id(1))];
  assert.deepEqual(held.map(({ status }) => status), [200, 200]);
  const third = await hold('203.0.113.7', id(1));
  assert.deepEqual([third.status, third.retryAfter], [429, '2']);
  assert.equal((await put('203.0.113.7', id(2), 1, bytesOf(1))).status, 429);
  const others = [await hold('198.51.100.1', id(1)), await hold('192.0.2.1', id(1))];
  assert.deepEqual(others.map(({ status }) => status), [200, 200]);
  assert.equal((await hold('192.0.2.200', id(1))).status, 429);
  assert.equal((await hold('100.64.1.1', id(1))).status, 429, 'all places are taken');
  assert.equal(one.relay.core.blobs.transfers, 4);
  await Promise.all([...held, ...others].map(async ({ response }) => {
    const gone = once(response, 'close');
    response.resume(); // what has come by then is read, and the end of it is noticed
    await gone;
  }));
  while (one.relay.core.blobs.transfers > 0) await new Promise((soon) => { setImmediate(soon); });
  assert.equal((await hold('203.0.113.7', id(1))).status, 200);
  assert.ok(one.relay.core.counters.refused['rate-limited'] >= 4 && one.relay.core.counters.blobBytesOut > 0);
});

test('an answer lasts longer than a request may, while it is read', async () => {
  const { put, hold } = await scene({ limits: { requestTime: 500, headersTime: 500, stalled: 10_000 } });
  await put('198.51.100.1', id(1), 8 * MiB, bytesOf(8 * MiB));
  const { response } = await hold('198.51.100.1', id(1));
  let came = 0;
  const began = performance.now();
  // Read a little now and then, by the relay's own looks at what takes too long (once a second).
  while (performance.now() - began < 1700) {
    came += ((response.read(64 * 1024) ?? response.read()) as Buffer | null)?.length ?? 0;
    await Promise.race([once(response, 'readable'), new Promise((resolve) => { setTimeout(resolve, 200); })]);
    await new Promise((resolve) => { setTimeout(resolve, 200); });
  }
  assert.ok(came > 0 && came < 8 * MiB, `${came} came in that time`);
  for await (const chunk of response) came += (chunk as Buffer).length;
  assert.equal(came, 8 * MiB);
});

test('a piece that is sent again takes the place of the one whose connection was lost', async () => {
  const { one, epoch, put } = await scene();
  const size = 200_000;
  const headers = { authorization: `Bearer ${one.relay.core.blobs.grant(epoch.room).token}`, [UPLOAD_OFFSET]: 0, [UPLOAD_LENGTH]: size, 'content-length': size };
  const lost = request(one.url + blobPath(id(1)), { method: 'PATCH', headers, agent: false });
  const cut = once(lost, 'error');
  lost.write(bytesOf(70_000));
  const at = { room: epoch.room, id: id(1) };
  while ((await one.relay.core.blobs.store.stat(at))?.offset !== 70_000) await new Promise((soon) => { setImmediate(soon); });
  const conflict = await put('198.51.100.1', id(1), size, bytesOf(size)); // from the start: it does not know how far it came
  assert.deepEqual([conflict.status, conflict.headers.get(UPLOAD_OFFSET), conflict.headers.get(UPLOAD_LENGTH)], [409, '70000', `${size}`]);
  await cut;
  assert.deepEqual(await one.relay.core.blobs.store.stat(at), { size, offset: 70_000 });
});
