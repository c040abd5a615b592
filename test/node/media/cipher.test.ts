/** Attachments, sealed and opened as streams. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { loadSodium } from '../../../pwa/engine/mls/index.ts';
import { BlobCipherError, blobLength, newBlobKey, openBlob, sealBlob, type BlobKey } from '../../../pwa/engine/media/cipher.ts';
import { piecesOf } from '../../../pwa/engine/media/pieces.ts';

before(loadSodium);

const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7) % 253);
const whole = async (source: AsyncIterable<Uint8Array>): Promise<Uint8Array> => {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part.slice());
  return new Uint8Array(Buffer.concat(parts));
};
/** In pieces of these lengths, over and over. */
async function* cut(bytes: Uint8Array, lengths: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = lengths[i % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
const fails = (error: unknown): boolean => error instanceof BlobCipherError;
const CHUNK = 64 * 1024;
const size = fc.oneof(fc.nat({ max: 9000 }), fc.constantFrom(0, 1, CHUNK - 18, CHUNK - 17, CHUNK - 16, 2 * CHUNK - 34, 200_000));
const lengths = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 4 }).map((all) => [...all, 30_000]);

describe('attachments', () => {
  test('come back as they were, however they were cut, and have the length that was announced', async () => {
    await fc.assert(fc.asyncProperty(size, lengths, lengths, async (length, a, b) => {
      const [content, key] = [bytesOf(length), newBlobKey()];
      const sealed = await whole(sealBlob(key, length, cut(content, a)));
      assert.equal(sealed.length, blobLength(length));
      assert.deepEqual(await whole(openBlob(key, length, cut(sealed, b))), content);
    }), { numRuns: 40 });
  });

  test('are refused when a bit is another, when they are cut short, go on, or their chunks changed places', async () => {
    const [content, key] = [bytesOf(150_000), newBlobKey()];
    const sealed = await whole(sealBlob(key, content.length, cut(content, [10_000])));
    const open = (bytes: Uint8Array, under: BlobKey = key, length = content.length): Promise<Uint8Array> => whole(openBlob(under, length, cut(bytes, [70_000])));
    await fc.assert(fc.asyncProperty(fc.nat({ max: sealed.length - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
      const damaged = sealed.slice();
      damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
      await assert.rejects(open(damaged), fails);
    }), { numRuns: 40 });
    await fc.assert(fc.asyncProperty(fc.nat({ max: sealed.length - 1 }), async (length) => { await assert.rejects(open(sealed.subarray(0, length)), fails); }), { numRuns: 40 });
    await assert.rejects(open(new Uint8Array([...sealed, 0])), fails);
    await assert.rejects(open(new Uint8Array([...sealed, ...sealed.subarray(24)])), fails);
    const swapped = sealed.slice();
    swapped.set(sealed.subarray(24, 24 + CHUNK), 24 + CHUNK);
    swapped.set(sealed.subarray(24 + CHUNK, 24 + 2 * CHUNK), 24);
    await assert.rejects(open(swapped), fails);
    await assert.rejects(open(sealed, newBlobKey()), fails);
    await assert.rejects(open(sealed, key, 10), fails);
  });

  test('are not made of a file that has another size by now', async () => {
    for (const length of [9, 11]) await assert.rejects(whole(sealBlob(newBlobKey(), 10, cut(bytesOf(length), [4]))), fails);
  });

  test('pass through a few chunks at a time', async () => {
    const length = 3_000_000;
    const key = newBlobKey();
    let [read, written, most] = [0, 0, 0];
    const source = async function* read64(): AsyncGenerator<Uint8Array> {
      while (read < length) {
        const piece = new Uint8Array(Math.min(50_000, length - read));
        read += piece.length;
        yield piece;
      }
    };
    const sealing = async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const piece of sealBlob(key, length, source())) yield piece;
    };
    for await (const piece of openBlob(key, length, sealing())) {
      written += piece.length;
      most = Math.max(most, read - written);
    }
    assert.equal(written, length);
    assert.ok(most < 6 * CHUNK, `${most} bytes under way`);
  });

  test('hide their size within an eighth', () => {
    for (const length of [0, 1, 4096]) assert.equal(blobLength(length), blobLength(0));
    for (const length of [5_000, 123_456, 98_765_432]) assert.ok(blobLength(length) <= length * 1.13 + 100);
  });
});

test('pieces are of one length but the last', async () => {
  await fc.assert(fc.asyncProperty(fc.nat({ max: 500 }), fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), fc.integer({ min: 1, max: 64 }), async (length, cuts, of) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of piecesOf(cut(bytesOf(length), cuts), of)) pieces.push(piece);
    assert.deepEqual(new Uint8Array(Buffer.concat(pieces)), bytesOf(length));
    assert.ok(pieces.slice(0, -1).every((piece) => piece.length === of) && pieces.every((piece) => piece.length > 0 && piece.length <= of));
  }));
});
