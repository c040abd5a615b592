/** What becomes of blobs at a relay that runs: they grow old, lose their room, meet a full disk, and survive a restart. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { blobPath, UPLOAD_LENGTH, UPLOAD_OFFSET, type BlobId } from '../../../shared/blobs.ts';
import type { RoomId } from '../../../shared/ids.ts';
import { DirectoryBlobStore } from '../../../relay/blobs/directory.ts';
import { MemoryBlobStore } from '../../../relay/blobs/memory.ts';
import { BlobError, type BlobAddress, type BlobFacts } from '../../../relay/blobs/store.ts';
import { bytesOf } from '../../support/blob-transport-conformance.ts';
import { Pair, type RelayClient } from '../../support/relay-client.ts';
import { scratchFolder } from '../../support/relay-places.ts';
import { RelayScene } from '../../support/relay-scene.ts';

const DAY = 86_400_000;
const MiB = 1024 * 1024;
const id = (i: number): BlobId => new Uint8Array(16).fill(i) as BlobId;
const some = async function* some(bytes: Uint8Array): AsyncGenerator<Uint8Array> { yield bytes; };

async function grant(client: RelayClient, room: RoomId): Promise<string> {
  return (await client.ask('blob-granted', (ref) => ({ t: 'blob-grant', ref, room }))).token;
}
function put(url: string, token: string, blob: BlobId, size: number, offset: number, bytes: Uint8Array): Promise<Response> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', [UPLOAD_OFFSET]: `${offset}`, [UPLOAD_LENGTH]: `${size}` };
  return fetch(url + blobPath(blob), { method: 'PATCH', headers, body: bytes as Uint8Array<ArrayBuffer> });
}
const get = (url: string, token: string, blob: BlobId): Promise<Response> => fetch(url + blobPath(blob), { headers: { authorization: `Bearer ${token}` } });

test('they go when they are old, sooner where they never became whole, and where their room is no more', async () => {
  let now = 1_800_000_000_000;
  const blobs = new MemoryBlobStore(() => now);
  const scene = await RelayScene.start({ now: () => now, blobs });
  const trim = async (): Promise<void> => { while (await scene.relay.core.trim()); };
  const { epoch } = await scene.room();
  const at = (room: RoomId, i: number): BlobAddress => ({ room, id: id(i) });
  await blobs.append(at(epoch.room, 1), 3, 0, some(bytesOf(3)));
  await blobs.append(at(epoch.room, 2), 9, 0, some(bytesOf(3)));
  const nowhere = new Uint8Array(32).fill(3) as RoomId;
  await blobs.append(at(nowhere, 1), 3, 0, some(bytesOf(3)));
  await trim();
  assert.deepEqual([blobs.usage(epoch.room).blobs, blobs.usage(nowhere).blobs], [2, 0]);
  now += 7 * DAY;
  await trim();
  assert.equal(blobs.usage().blobs, 2);
  now += DAY;
  await trim();
  assert.deepEqual([blobs.usage().blobs, blobs.usage().parts, scene.relay.core.counters.blobsExpired], [1, 0, 1]);
  now += 91 * DAY;
  await trim();
  assert.equal(blobs.usage().blobs, 1);
  now += 2 * DAY;
  await trim();
  assert.deepEqual([blobs.usage().blobs, scene.relay.core.counters.blobsExpired], [0, 2]);
});

/** A disk that takes no blobs while it is full. */
class FullDisk extends MemoryBlobStore {
  full = false;
  override async append(at: BlobAddress, size: number, offset: number, bytes: AsyncIterable<Uint8Array>): Promise<BlobFacts> {
    await this.probe();
    return super.append(at, size, offset, bytes);
  }
  override async probe(): Promise<void> {
    if (this.full) throw new BlobError('disk-full', 'There is no space left on the disk.');
  }
}

test('a disk that fills while they come: relay-full, and health says so; what is there is read, people go on talking, and it takes more once it can', async () => {
  const blobs = new FullDisk();
  let now = 1_800_000_000_000;
  const scene = await RelayScene.start({ blobs, now: () => now });
  const { epoch, creator } = await scene.room();
  const token = await grant(creator, epoch.room);
  assert.equal((await put(scene.url, token, id(1), 5, 0, bytesOf(5))).status, 204);
  assert.equal((await put(scene.url, token, id(2), 5, 0, bytesOf(2))).status, 204);
  blobs.full = true;
  const refused = await put(scene.url, token, id(2), 5, 2, bytesOf(3, 2));
  assert.deepEqual([refused.status, refused.headers.get('retry-after'), await refused.json()], [507, '10', { code: 'relay-full', retryAfter: 10_000 }]);
  const health = async (): Promise<unknown> => (await fetch(`${scene.url}/healthz`)).json();
  assert.deepEqual(await health(), { status: 'degraded', problem: 'disk-full', since: now });
  assert.deepEqual(new Uint8Array(await (await get(scene.url, token, id(1))).arrayBuffer()), bytesOf(5));
  await creator.send(epoch, 'we go on');
  now += 2000;
  await scene.relay.core.trim();
  assert.notDeepEqual(await health(), { status: 'ok' });
  blobs.full = false;
  now += 2000;
  await scene.relay.core.trim();
  assert.deepEqual(await health(), { status: 'ok' });
  assert.equal((await put(scene.url, token, id(2), 5, 2, bytesOf(3, 2))).headers.get(UPLOAD_OFFSET), '5');
});

test('they count for the space that the relay may have: new rooms are refused first, then pieces, then everything', async () => {
  const scene = await RelayScene.start({ blobs: new MemoryBlobStore(), limits: { bytesInAll: 16 * MiB, spareDisk: 0 } });
  const { epoch, creator } = await scene.room();
  const token = await grant(creator, epoch.room);
  await put(scene.url, token, id(1), 32 * MiB, 0, bytesOf(Math.floor(7.6 * MiB)));
  await creator.create(new Pair());
  assert.equal((await put(scene.url, token, id(1), 32 * MiB, Math.floor(7.6 * MiB), bytesOf(Math.floor(7.6 * MiB)))).status, 204);
  await assert.rejects(creator.create(new Pair()), { code: 'relay-full' });
  assert.equal((await put(scene.url, token, id(2), MiB, 0, bytesOf(MiB / 2))).status, 204);
  assert.deepEqual((await (await put(scene.url, token, id(2), MiB, MiB / 2, bytesOf(MiB / 2))).json() as { code: string }).code, 'relay-full');
  await creator.send(epoch, 'a word fits');
  await scene.restart();
  const again = await scene.client();
  await assert.rejects(again.create(new Pair()), { code: 'relay-full' });
});

test('a folder that is a link is refused; what lies there and is none of ours is left alone, what is damaged goes, what was whole but for its name is', async () => {
  const folder = scratchFolder();
  const real = join(folder, 'real');
  mkdirSync(real);
  symlinkSync(real, join(folder, 'link'));
  await assert.rejects(DirectoryBlobStore.open(join(folder, 'link')), { code: 'not-a-store' });
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(DirectoryBlobStore.open(join(folder, 'file')), { code: 'not-a-store' });

  chmodSync(real, 0o755);
  const room = join(real, '01'.repeat(32));
  mkdirSync(room);
  writeFileSync(join(folder, 'secret'), bytesOf(5));
  symlinkSync(join(folder, 'secret'), join(room, `${'01'.repeat(16)}.5`));
  symlinkSync(folder, join(real, '02'.repeat(32)));
  writeFileSync(join(room, 'notes'), 'not a blob');
  writeFileSync(join(room, `${'03'.repeat(16)}.5`), bytesOf(4));
  writeFileSync(join(room, `${'04'.repeat(16)}.5.part`), bytesOf(5));
  const store = await DirectoryBlobStore.open(real);
  if (process.platform !== 'win32') assert.equal(statSync(real).mode & 0o777, 0o700);
  assert.deepEqual(store.usage(), { blobs: 1, parts: 0, bytes: 5, announced: 5 });
  const at = { room: new Uint8Array(32).fill(1) as RoomId, id: id(1) };
  assert.equal(await store.read(at, 0, 5), undefined);
  assert.equal((await (await store.read({ ...at, id: id(4) }, 0, 5))?.toArray())?.length, 1);
  // Where the link lies, nothing is ever written through it.
  symlinkSync(join(folder, 'secret'), join(room, `${'05'.repeat(16)}.9.part`));
  await assert.rejects(store.append({ ...at, id: id(5) }, 9, 0, some(bytesOf(9))), { code: 'io-error' });
  assert.equal(statSync(join(folder, 'secret')).size, 5);
  assert.deepEqual(readdirSync(room).toSorted(), [`${'01'.repeat(16)}.5`, `${'04'.repeat(16)}.5`, 'notes']);

  // Cut short behind its back, it is not given out as if it were whole; and a time at which it cannot be from is no age.
  const whole = join(room, `${'04'.repeat(16)}.5`);
  utimesSync(whole, 0, 0);
  assert.deepEqual(await store.expire(Date.now(), { whole: DAY, part: DAY }), { expired: 0, more: false });
  assert.ok(Date.now() - statSync(whole).mtimeMs < DAY);
  truncateSync(whole, 4);
  assert.equal(await store.read({ ...at, id: id(4) }, 0, 5), undefined);
});
