/** Attachments in backups, counts and pruning. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { blobPath, UPLOAD_LENGTH, UPLOAD_OFFSET, type BlobId } from '../../../shared/blobs.ts';
import { toHex } from '../../../shared/bytes.ts';
import { blobFolder, blobsOf, blobStats, copyBlobs, inAll } from '../../../relay/operate/blobs.ts';
import { carryOut } from '../../../relay/operate/commands.ts';
import { prune } from '../../../relay/operate/prune.ts';
import { stats } from '../../../relay/operate/stats.ts';
import { buildRelay, type Relay } from '../../../relay/index.ts';
import { bytesOf } from '../../support/blob-transport-conformance.ts';
import { Pair, RelayClient, type TestEpoch } from '../../support/relay-client.ts';
import { scratchFolder } from '../../support/relay-places.ts';

const id = (i: number): BlobId => new Uint8Array(16).fill(i) as BlobId;
const start = (data: string): Promise<Relay> => buildRelay({ port: 0, data, logLevel: 'silent' });
const urlOf = (relay: Relay): string => `http://127.0.0.1:${relay.port}`;

async function put(relay: Relay, { room }: TestEpoch, blob: BlobId, size: number, bytes: Uint8Array): Promise<number> {
  const { token } = relay.core.blobs.grant(room);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', [UPLOAD_OFFSET]: '0', [UPLOAD_LENGTH]: `${size}` };
  return (await fetch(urlOf(relay) + blobPath(blob), { method: 'PATCH', headers, body: bytes as Uint8Array<ArrayBuffer> })).status;
}
async function get(relay: Relay, { room }: TestEpoch, blob: BlobId): Promise<Uint8Array | number> {
  const response = await fetch(urlOf(relay) + blobPath(blob), { headers: { authorization: `Bearer ${relay.core.blobs.grant(room).token}` } });
  return response.status === 200 ? new Uint8Array(await response.arrayBuffer()) : response.status;
}

test('a backup has the attachments beside it, made while the relay runs, kept in step by the next; restored, they are there again', async () => {
  const data = scratchFolder();
  const file = join(scratchFolder(), 'copy.db');
  let relay = await start(data);
  const client = await RelayClient.connect(urlOf(relay));
  const epoch = await client.create(new Pair());
  for (const i of [1, 2]) assert.equal(await put(relay, epoch, id(i), 50, bytesOf(50, i)), 204);
  assert.equal(await put(relay, epoch, id(3), 50, bytesOf(20)), 204);
  const environment = { SOTTO_DATA: data };
  const said = await carryOut(['backup', file], environment);
  assert.match(said.join('\n'), /copy\.db holds 1 rooms[^]*copy\.db\.blobs holds their 2 attachments in 100 bytes/);
  const room = toHex(epoch.room);
  assert.deepEqual(readdirSync(join(blobsOf(file), room)).toSorted(), [`${toHex(id(1))}.50`, `${toHex(id(2))}.50`]);

  await relay.core.blobs.store.delete({ room: epoch.room, id: id(1) });
  assert.equal(await put(relay, epoch, id(4), 50, bytesOf(50, 4)), 204);
  await carryOut(['backup', file, '--force'], environment);
  assert.deepEqual(readdirSync(join(blobsOf(file), room)).toSorted(), [`${toHex(id(2))}.50`, `${toHex(id(4))}.50`]);
  await relay.close();

  // To another machine; and onto what is there.
  const elsewhere = join(scratchFolder(), 'data');
  assert.match((await carryOut(['restore', file], { SOTTO_DATA: elsewhere })).join('\n'), /^1 rooms and 2 attachments were restored/);
  relay = await start(elsewhere);
  assert.deepEqual([await get(relay, epoch, id(2)), await get(relay, epoch, id(4)), await get(relay, epoch, id(1)), await get(relay, epoch, id(3))], [bytesOf(50, 2), bytesOf(50, 4), 404, 404]);
  await relay.close();
  assert.equal(statSync(blobFolder(elsewhere)).mode & 0o077, 0);
  await carryOut(['restore', file, '--force'], environment);
  relay = await start(data);
  assert.deepEqual([await get(relay, epoch, id(2)), await get(relay, epoch, id(4))], [bytesOf(50, 2), bytesOf(50, 4)]);
  // Begun before, and there all the while.
  assert.deepEqual(await relay.core.blobs.store.stat({ room: epoch.room, id: id(3) }), { size: 50, offset: 20 });
  await relay.close();
  client.socket.terminate();
});

test('copies take what is whole, and no links; a second name for a file where there can be one, else its bytes and its age', (t) => {
  const from = join(scratchFolder(), 'from');
  const room = '0a'.repeat(32);
  mkdirSync(join(from, room), { recursive: true });
  const name = (i: number, size: number, more = ''): string => `${toHex(id(i))}.${size}${more}`;
  const write = (file: string, bytes: Uint8Array): void => { writeFileSync(join(from, room, file), bytes); };
  write(name(1, 5), bytesOf(5));
  write(name(2, 5), bytesOf(4)); // damaged
  write(name(3, 5, '.part'), bytesOf(4));
  symlinkSync(join(from, room, name(1, 5)), join(from, room, name(4, 5)));
  symlinkSync(from, join(from, '0b'.repeat(32)));
  utimesSync(join(from, room, name(1, 5)), 1_700_000_000, 1_700_000_000);
  const shared = '/dev/shm';
  const isOther = statSync(shared, { throwIfNoEntry: false })?.dev !== statSync(from).dev;
  if (!isOther) t.diagnostic('there is only one file system here: no bytes were copied');
  const memory = isOther ? mkdtempSync(join(shared, 'sotto-test-')) : scratchFolder();
  after(() => rmSync(memory, { recursive: true, force: true }));
  for (const [to, isSame] of [[join(scratchFolder(), 'to'), true], [join(memory, 'to'), !isOther]] as const) {
    mkdirSync(join(to, room), { recursive: true });
    writeFileSync(join(to, room, name(1, 5)), bytesOf(3)); // of a copy that broke off: it gives way
    writeFileSync(join(to, room, name(6, 3)), bytesOf(3)); // of a blob that is no more
    writeFileSync(join(to, room, 'other'), 'not ours');
    for (let times = 0; times < 2; times++) {
      assert.deepEqual(copyBlobs(from, to, { mirror: true }), { blobs: 1, parts: 0, bytes: 5 });
      assert.deepEqual([readdirSync(to), readdirSync(join(to, room)).toSorted()], [[room], [name(1, 5), 'other']]);
    }
    const [source, target] = [join(from, room, name(1, 5)), join(to, room, name(1, 5))];
    assert.deepEqual(new Uint8Array(readFileSync(target)), bytesOf(5));
    assert.deepEqual([statSync(target).ino === statSync(source).ino && isSame, statSync(target).mtimeMs], [isSame, 1_700_000_000_000]);
  }
});

test('stats count attachments, in all and of each room; pruning a room takes its own', async () => {
  const data = scratchFolder();
  const relay = await start(data);
  const client = await RelayClient.connect(urlOf(relay));
  const [used, unused] = [await client.create(new Pair()), await client.create(new Pair())];
  await put(relay, used, id(1), 10, bytesOf(10));
  await put(relay, unused, id(1), 1000, bytesOf(1000));
  await put(relay, unused, id(2), 1000, bytesOf(100));
  await relay.close();
  client.socket.terminate();
  assert.deepEqual(stats(data).blobs, { blobs: 3, parts: 1, bytes: 1110 });
  const perRoom = stats(data, { rooms: true }).perRoom?.map(({ blobs, blobBytes }) => [blobs, blobBytes]).toSorted();
  assert.deepEqual(perRoom, [[1, 10], [2, 1100]]);
  assert.match((await carryOut(['stats'], { SOTTO_DATA: data })).join('\n'), /attachments +3, of which 1 are not all here; 1\.1 KiB/);
  assert.match((await carryOut(['stats', '--json'], { SOTTO_DATA: data })).join('\n'), /"blobs": 3/);

  // Two rooms in which nothing was sent, seen by a mark: both are unused by then.
  const marked = await buildRelay({ port: 0, data, logLevel: 'silent', now: () => Date.now() });
  const again = await RelayClient.connect(urlOf(marked));
  await again.open(used);
  await again.send(used, 'a word');
  while (await marked.core.trim());
  await marked.close();
  again.socket.terminate();
  const before = inAll(blobStats(data).values()).blobs;
  const dry = await prune(data, { unusedFor: 1, dryRun: true, now: Date.now() + 1000 });
  assert.equal(inAll(blobStats(data).values()).blobs, before);
  const pruned = await prune(data, { unusedFor: 1, now: Date.now() + 1000 });
  assert.deepEqual(dry, pruned);
  assert.ok(pruned.rooms > 0 && pruned.bytes >= 10);
  assert.equal(blobStats(data).size, 2 - pruned.rooms);
});
