/** What every place for blobs guarantees. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { BlobId } from '../../shared/blobs.ts';
import type { RoomId } from '../../shared/ids.ts';
import { BlobError, type BlobErrorCode, type BlobStore } from '../../relay/blobs/store.ts';

export interface BlobStoreUnderTest {
  open(): Promise<BlobStore>;
  /** Closes and opens on the same data; undefined where nothing lasts. */
  readonly reopen?: (store: BlobStore) => Promise<BlobStore>;
  cleanUp(): Promise<void>;
}

const room = (i: number): RoomId => new Uint8Array(32).fill(i) as RoomId;
const id = (i: number): BlobId => new Uint8Array(16).fill(i) as BlobId;
const bytesOf = (length: number, from = 0): Uint8Array => Uint8Array.from({ length }, (_, i) => (from + i) % 251);
async function* stream(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
async function* broken(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
  throw new Error('the connection broke');
}
const whole = async (source: AsyncIterable<Uint8Array> | undefined): Promise<Uint8Array> => {
  assert.ok(source !== undefined);
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
};
const fails = (code: BlobErrorCode, offset?: number) => (error: unknown): boolean => error instanceof BlobError && error.code === code && (offset === undefined || error.offset === offset);

export function blobStoreConformance(name: string, under: () => BlobStoreUnderTest): void {
  describe(name, () => {
    let place: BlobStoreUnderTest;
    let store: BlobStore;
    const at = { room: room(1), id: id(1) };

    beforeEach(async () => {
      place = under();
      store = await place.open();
    });
    afterEach(async () => {
      await store.close();
      await place.cleanUp();
    });

    test('grows from its end, however it is cut up, and reads as it was written, in any range', async () => {
      await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 6 }), fc.nat(), fc.nat(), async (lengths, a, b) => {
        await store.deleteRoom(at.room);
        const size = lengths.reduce((sum, length) => sum + length, 0);
        let offset = 0;
        for (const length of lengths) {
          assert.equal(await store.read(at, 0, size), undefined);
          const half = length >> 1;
          const facts = await store.append(at, size, offset, stream(bytesOf(half, offset), bytesOf(length - half, offset + half)));
          offset += length;
          assert.deepEqual(facts, { size, offset });
          assert.deepEqual(await store.stat(at), facts);
        }
        const [from, to] = [a % (size + 1), b % (size + 1)].sort((x, y) => x - y) as [number, number];
        assert.deepEqual(await whole(await store.read(at, from, to)), bytesOf(size).slice(from, to));
      }), { numRuns: 25 });
    });

    test('takes nothing at another offset, of another size, or beyond its end', async () => {
      await store.append(at, 10, 0, stream(bytesOf(4)));
      await assert.rejects(store.append(at, 10, 3, stream(bytesOf(1))), fails('wrong-offset', 4));
      await assert.rejects(store.append(at, 10, 5, stream(bytesOf(1))), fails('wrong-offset', 4));
      await assert.rejects(store.append(at, 11, 4, stream(bytesOf(1))), fails('wrong-size', 4));
      await assert.rejects(store.append(at, 10, 4, stream(bytesOf(7))), fails('too-long', 4));
      await assert.rejects(store.append({ room: room(1), id: id(2) }, 10, 1, stream(bytesOf(1))), fails('wrong-offset', 0));
      assert.deepEqual(await store.append(at, 10, 4, stream(bytesOf(6, 4))), { size: 10, offset: 10 });
      await assert.rejects(store.append(at, 10, 4, stream(bytesOf(6, 4))), fails('wrong-offset', 10));
      assert.deepEqual(await store.append(at, 10, 10, stream()), { size: 10, offset: 10 });
      assert.deepEqual(await whole(await store.read(at, 0, 10)), bytesOf(10));
    });

    test('keeps what came before the connection broke', async () => {
      await assert.rejects(store.append(at, 9, 0, broken(bytesOf(5))), /connection broke/);
      assert.deepEqual(await store.stat(at), { size: 9, offset: 5 });
      await store.append(at, 9, 5, stream(bytesOf(4, 5)));
      assert.deepEqual(await whole(await store.read(at, 0, 9)), bytesOf(9));
    });

    test('lets one append at a time', async () => {
      let go = (): void => undefined;
      const gate = new Promise<void>((resolve) => { go = resolve; });
      const first = store.append(at, 4, 0, (async function* slow() { await gate; yield bytesOf(4); })());
      await assert.rejects(store.append(at, 4, 0, stream(bytesOf(4))), fails('wrong-offset'));
      go();
      assert.deepEqual(await first, { size: 4, offset: 4 });
    });

    test('is of one room alone, and goes with it', async () => {
      await store.append(at, 3, 0, stream(bytesOf(3)));
      await store.append({ room: room(2), id: id(1) }, 5, 0, stream(bytesOf(5)));
      assert.deepEqual([store.usage(room(1)).bytes, store.usage(room(2)).bytes, store.usage().bytes], [3, 5, 8]);
      assert.deepEqual(store.rooms().map(([first]) => first), [1, 2]);
      assert.deepEqual(await whole(await store.read(at, 0, 3)), bytesOf(3));
      await store.deleteRoom(room(2));
      assert.equal(await store.stat({ room: room(2), id: id(1) }), undefined);
      assert.equal(store.usage().bytes, 3);
      await store.delete(at);
      await store.delete(at);
      assert.equal(await store.stat(at), undefined);
      assert.deepEqual(store.usage(), { blobs: 0, parts: 0, bytes: 0, announced: 0 });
      assert.deepEqual(store.rooms(), []);
    });

    test('goes when it is old, sooner where it never became whole', async () => {
      await store.append(at, 3, 0, stream(bytesOf(3)));
      await store.append({ room: room(1), id: id(2) }, 9, 0, stream(bytesOf(3)));
      const later = Date.now() + 60_000;
      const expire = async (now: number, ages: { whole: number; part: number }): Promise<number> => {
        for (let all = 0; ;) {
          const { expired, more } = await store.expire(now, ages);
          all += expired;
          if (!more) return all;
        }
      };
      assert.equal(await expire(later, { whole: Number.POSITIVE_INFINITY, part: 30_000 }), 1);
      assert.deepEqual([await store.stat(at), await store.stat({ room: room(1), id: id(2) })], [{ size: 3, offset: 3 }, undefined]);
      assert.equal(await expire(later, { whole: 90_000, part: 0 }), 0);
      // By a clock that went back, it was written in the future: nobody knows how old it is.
      assert.equal(await expire(later - 3 * 86_400_000, { whole: 1, part: 1 }), 0);
      assert.equal(await expire(later, { whole: 30_000, part: 0 }), 1);
      assert.deepEqual(store.usage(), { blobs: 0, parts: 0, bytes: 0, announced: 0 });
    });

    test('what is deleted while it comes is gone, and may come again', async () => {
      for (const remove of [() => store.delete(at), () => store.deleteRoom(at.room)]) {
        let go = (): void => undefined;
        const gate = new Promise<void>((resolve) => { go = resolve; });
        const coming = store.append(at, 4, 0, (async function* slow() { yield bytesOf(2); await gate; yield bytesOf(2, 2); })());
        while ((await store.stat(at))?.offset !== 2) await new Promise((soon) => { setImmediate(soon); });
        await remove();
        go();
        await assert.rejects(coming, fails('gone'));
        assert.equal(await store.stat(at), undefined);
      }
      assert.deepEqual(store.usage(), { blobs: 0, parts: 0, bytes: 0, announced: 0 });
      assert.deepEqual(await store.append(at, 4, 0, stream(bytesOf(4))), { size: 4, offset: 4 });
      await store.probe();
      assert.equal(store.usage().blobs, 1);
    });

    test('lasts', async (t) => {
      if (place.reopen === undefined) return t.skip('it is not meant to');
      await store.append(at, 3, 0, stream(bytesOf(3)));
      await store.append({ room: room(1), id: id(2) }, 9, 0, stream(bytesOf(4)));
      store = await place.reopen(store);
      assert.deepEqual(store.usage(), { blobs: 2, parts: 1, bytes: 7, announced: 12 });
      assert.deepEqual(await whole(await store.read(at, 0, 3)), bytesOf(3));
      assert.deepEqual(await store.append({ room: room(1), id: id(2) }, 9, 4, stream(bytesOf(5, 4))), { size: 9, offset: 9 });
    });
  });
}
