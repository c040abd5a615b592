/** An upload that goes on after the relay was killed, between two pieces and within one; and what a client then gets. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { blobPath, UPLOAD_LENGTH, UPLOAD_OFFSET, type BlobId } from '../../../shared/blobs.ts';
import { blobTransport } from '../../../pwa/engine/node/blobs.ts';
import type { BlobPlace } from '../../../pwa/engine/ports/blob-transport.ts';
import { all, bytesOf, failsWith } from '../../support/blob-transport-conformance.ts';
import { Pair, RelayClient, type TestEpoch } from '../../support/relay-client.ts';
import { RelayChild } from '../../support/relay-child.ts';
import { scratchFolder } from '../../support/relay-places.ts';

const KiB = 1024;
const PIECE = 512 * KiB;
const id = new Uint8Array(16).fill(3) as BlobId;
const transport = blobTransport();
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

test('in pieces, over two relays that were killed: nothing that was answered for is lost, what comes then is whole, and any range of it', { timeout: 60_000 }, async () => {
  const data = join(scratchFolder(), 'data');
  const at = ['--port', '0', '--data', data, '--log-level', 'debug'];
  const content = bytesOf(4 * PIECE - 1000);
  const size = content.length;
  const piece = (offset: number, to = offset + PIECE): Uint8Array => content.slice(offset, Math.min(size, to));
  let epoch: TestEpoch | undefined;
  const begin = async (): Promise<{ relay: RelayChild; client: RelayClient; place: BlobPlace }> => {
    const relay = await RelayChild.start(at);
    const client = await RelayClient.connect(relay.url);
    if (epoch === undefined) epoch = await client.create(new Pair());
    else await client.open(epoch);
    const { room } = epoch;
    const { token } = await client.ask('blob-granted', (ref) => ({ t: 'blob-grant', ref, room }));
    return { relay, client, place: { relay: relay.url, token, id } };
  };

  const first = await begin();
  assert.deepEqual(await transport.append(first.place, { size, offset: 0, bytes: piece(0) }), { size, offset: PIECE });
  const dead = first.relay.ended();
  first.relay.process.kill('SIGKILL');
  await dead;
  await assert.rejects(transport.append(first.place, { size, offset: PIECE, bytes: piece(PIECE) }), failsWith('unreachable'));

  const second = await begin();
  await assert.rejects(transport.head({ ...first.place, relay: second.place.relay }), failsWith('no-access')); // grants do not outlive it
  assert.deepEqual(await transport.head(second.place), { size, offset: PIECE });
  await transport.append(second.place, { size, offset: PIECE, bytes: piece(PIECE) });
  // Half of a piece is there, the rest on its way.
  const headers = { authorization: `Bearer ${second.place.token}`, [UPLOAD_OFFSET]: 2 * PIECE, [UPLOAD_LENGTH]: size, 'content-length': PIECE };
  const half = request(second.relay.url + blobPath(id), { method: 'PATCH', headers });
  half.on('error', () => undefined);
  half.write(piece(2 * PIECE, 2 * PIECE + 100 * KiB));
  while ((await transport.head(second.place))?.offset !== 2 * PIECE + 100 * KiB) assert.ok(second.relay.process.exitCode === null);
  const gone = second.relay.ended();
  second.relay.process.kill('SIGKILL');
  await gone;

  const third = await begin();
  const state = await transport.head(third.place);
  assert.ok(state !== undefined && state.size === size && state.offset >= 2 * PIECE && state.offset <= 2 * PIECE + 100 * KiB, JSON.stringify(state));
  for (let { offset } = state; offset < size;) ({ offset } = await transport.append(third.place, { size, offset, bytes: piece(offset) }));
  assert.equal(sha256(await all(transport.read(third.place, { from: 0, to: size }))), sha256(content));
  for (const [from, to] of [[0, 1], [PIECE - 3, PIECE + 3], [size - 5, size], [PIECE, 3 * PIECE]] as const) {
    assert.deepEqual(await all(transport.read(third.place, { from, to })), content.slice(from, to));
  }
  const { stderr, stdout } = await third.relay.end('SIGTERM');
  for (const { stderr: said } of [first.relay, second.relay, { stderr }]) for (const secret of [blobPath(id), third.place.token, '/v1/blobs']) assert.ok(!said.includes(secret));
  assert.ok(!stdout.includes('/v1/blobs'));
  for (const { client } of [first, second, third]) client.socket.terminate();
});
