/** What every way to a relay's blobs keeps, by whatever it travels. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlobId } from '../../shared/blobs.ts';
import type { RoomId } from '../../shared/ids.ts';
import { BlobTransportError, type BlobFailure, type BlobPlace, type BlobTransport } from '../../pwa/engine/ports/blob-transport.ts';
import type { RelayCore } from '../../relay/index.ts';

export interface BlobTransportUnderTest {
  readonly transport: BlobTransport;
  /** `blob`: 1 MiB, `blobPiece`: 512 KiB, `blobBytesPerRoom`: 2 MiB. */
  readonly core: RelayCore;
  readonly relay: string;
  /** Runs time for as long as the work takes, where time is not the system's. */
  readonly run: <T>(work: Promise<T>) => Promise<T>;
}

const KiB = 1024;
export function bytesOf(length: number, from = 0): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = (from + i) % 251;
  return bytes;
}
export const failsWith = (code: BlobFailure, offset?: number) => (error: unknown): boolean => {
  assert.ok(error instanceof BlobTransportError, String(error));
  assert.deepEqual([error.code, error.offset], [code, offset]);
  return true;
};
export async function all(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

export function blobTransportConformance(name: string, under: () => Promise<BlobTransportUnderTest>): void {
  const room = new Uint8Array(32).fill(1) as RoomId;
  let ids = 0;
  const place = ({ core, relay }: BlobTransportUnderTest, of = room): BlobPlace => ({ relay, token: core.blobs.grant(of).token, id: new Uint8Array(16).fill(++ids) as BlobId });

  test(`${name}: sends in pieces, says how far it is, gets any range, deletes`, async () => {
    const one = await under();
    const { transport, run } = one;
    const at = place(one);
    const size = 700 * KiB;
    assert.equal(await run(transport.head(at)), undefined);
    await assert.rejects(run(all(transport.read(at, { from: 0, to: size }))), failsWith('not-found'));
    assert.deepEqual(await run(transport.append(at, { size, offset: 0, bytes: bytesOf(400 * KiB) })), { size, offset: 400 * KiB });
    assert.deepEqual(await run(transport.head(at)), { size, offset: 400 * KiB });
    await assert.rejects(run(all(transport.read(at, { from: 0, to: 1 }))), failsWith('not-found'));
    await assert.rejects(run(transport.append(at, { size, offset: 0, bytes: bytesOf(1) })), failsWith('wrong-offset', 400 * KiB));
    await assert.rejects(run(transport.append(at, { size: size + 1, offset: 400 * KiB, bytes: bytesOf(1) })), failsWith('wrong-size'));
    assert.deepEqual(await run(transport.append(at, { size, offset: 400 * KiB, bytes: bytesOf(300 * KiB, 400 * KiB) })), { size, offset: size });
    for (const [from, to] of [[0, size], [0, 1], [size - 1, size], [100_000, 400_000], [600_000, size + 5], [7, 7]] as const) {
      assert.deepEqual(await run(all(transport.read(at, { from, to }))), bytesOf(size).slice(from, to), `${from} to ${to}`);
    }
    await run(transport.delete(at));
    await run(transport.delete(at));
    assert.equal(await run(transport.head(at)), undefined);
  });

  test(`${name}: what is refused has its code`, async () => {
    const one = await under();
    const { transport, run, core } = one;
    const at = place(one);
    const shut = { ...at, token: 'x'.repeat(43) };
    const asked: readonly (() => Promise<unknown>)[] = [
      () => transport.head(shut), () => transport.append(shut, { size: 1, offset: 0, bytes: bytesOf(1) }), () => all(transport.read(shut, { from: 0, to: 1 })), () => transport.delete(shut),
    ];
    for (const ask of asked) await assert.rejects(run(ask()), failsWith('no-access'));
    await assert.rejects(run(transport.append(at, { size: 1024 * KiB + 1, offset: 0, bytes: bytesOf(1) })), failsWith('too-large'));
    await assert.rejects(run(transport.append(at, { size: 600 * KiB, offset: 0, bytes: bytesOf(512 * KiB + 1) })), failsWith('too-large'));
    const full = new Uint8Array(32).fill(2) as RoomId;
    for (let i = 0; i < 2; i++) await run(transport.append(place(one, full), { size: 1024 * KiB, offset: 0, bytes: bytesOf(1) }));
    await assert.rejects(run(transport.append(place(one, full), { size: 10, offset: 0, bytes: bytesOf(1) })), (error: unknown) => failsWith('relay-full')(error) && (error as BlobTransportError).retryAfter > 0 && (error as BlobTransportError).isPassing);
    core.blobs.rightsEnded(room);
    await assert.rejects(run(transport.head(at)), failsWith('no-access'));
    await assert.rejects(run(transport.head({ ...at, relay: 'http://127.0.0.1:9' })), failsWith('unreachable'));
  });

  test(`${name}: ends when it is told to`, async () => {
    const one = await under();
    const { transport, run } = one;
    const at = place(one);
    const size = 512 * KiB;
    await run(transport.append(at, { size, offset: 0, bytes: bytesOf(size) }));
    const ended = new AbortController();
    ended.abort();
    await assert.rejects(run(transport.head(at, ended.signal)), failsWith('aborted'));
    await assert.rejects(run(transport.append(at, { size, offset: size, bytes: bytesOf(0) }, ended.signal)), failsWith('aborted'));
    const ending = new AbortController();
    let came = 0;
    await assert.rejects(run((async () => {
      for await (const chunk of transport.read(at, { from: 0, to: size }, ending.signal)) {
        came += chunk.length;
        ending.abort();
      }
    })()), failsWith('aborted'));
    assert.ok(came > 0 && came < size);
    // Whoever stops reading lets go of it as well.
    await run((async () => { for await (const _ of transport.read(at, { from: 0, to: size })) break; })());
    assert.deepEqual(await run(transport.head(at)), { size, offset: size });
  });
}
