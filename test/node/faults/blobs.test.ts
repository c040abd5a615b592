/** A disk that fills, or fails, while attachments come: their senders are told, what is there is read, and they go on from where they were. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { BlobId } from '../../../shared/blobs.ts';
import { blobTransport } from '../../../pwa/engine/node/blobs.ts';
import { BlobTransportError, type BlobPlace } from '../../../pwa/engine/ports/blob-transport.ts';
import { healthOf } from '../../faults/disk.ts';
import { RelayUnderTest } from '../../faults/load/relay-under-test.ts';
import { Shim } from '../../faults/shim/shim.ts';
import { all, bytesOf } from '../../support/blob-transport-conformance.ts';
import { Pair, RelayClient } from '../../support/relay-client.ts';

const made = Shim.make();
const skip = typeof made === 'string' ? made : false;
after(() => { if (typeof made !== 'string') made.dispose(); });

const PIECE = 300_000;
const transport = blobTransport();

test('full, failing to write, failing to sync: a typed refusal, no byte that was answered for is lost, and health says when it is over', { skip, timeout: 120_000 }, async () => {
  if (typeof made === 'string') throw new Error(made);
  const relay = await RelayUnderTest.prepare({ shim: made });
  try {
    await relay.start();
    const client = await RelayClient.connect(relay.url);
    const { room } = await client.create(new Pair());
    const { token } = await client.ask('blob-granted', (ref) => ({ t: 'blob-grant', ref, room }));
    const place = (i: number): BlobPlace => ({ relay: relay.url, token, id: new Uint8Array(16).fill(i) as BlobId });
    const there = bytesOf(100_000, 7);
    await transport.append(place(0), { size: there.length, offset: 0, bytes: there });
    const content = bytesOf(3 * PIECE);
    const size = content.length;
    for (const [i, [fault, code, problem]] of ([['full', 'relay-full', 'disk-full'], ['write-error', 'unavailable', 'io-error'], ['sync-error', 'unavailable', 'io-error']] as const).entries()) {
      const at = place(i + 1);
      await transport.append(at, { size, offset: 0, bytes: content.slice(0, PIECE) });
      made.fault = fault;
      for (let times = 0; times < 2; times++) {
        await assert.rejects(transport.append(at, { size, offset: PIECE, bytes: content.slice(PIECE, 2 * PIECE) }), (error: unknown) => error instanceof BlobTransportError && error.code === code && error.isPassing && error.retryAfter > 0);
      }
      assert.deepEqual(await transport.head(at), { size, offset: PIECE });
      assert.deepEqual(await healthOf(relay.url), { status: 503, problem });
      assert.deepEqual(await all(transport.read(place(0), { from: 0, to: there.length })), there);
      made.fault = 'none';
      while ((await healthOf(relay.url)).status !== 200) await pause(20);
      for (let offset = PIECE; offset < size;) ({ offset } = await transport.append(at, { size, offset, bytes: content.slice(offset, offset + PIECE) }));
      assert.deepEqual(await all(transport.read(at, { from: 0, to: size })), content);
    }
    client.socket.terminate();
  } finally {
    made.fault = 'none';
    await relay.dispose();
  }
});
