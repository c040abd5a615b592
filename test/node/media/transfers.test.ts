/** Moving blobs, by themselves: whatever breaks, all of it arrives as it was, little of it twice, and little of it is ever in memory. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { concat } from '../../../shared/bytes.ts';
import type { BlobId } from '../../../shared/blobs.ts';
import { createEngine } from '../../../pwa/engine/engine.ts';
import { Sha256, sha256 } from '../../../pwa/engine/crypto/hash.ts';
import { loadSodium } from '../../../pwa/engine/mls/index.ts';
import { blobLength, newBlobKey, sealBlob } from '../../../pwa/engine/media/cipher.ts';
import { download } from '../../../pwa/engine/media/download.ts';
import { PIECE } from '../../../pwa/engine/media/holdings.ts';
import { upload } from '../../../pwa/engine/media/upload.ts';
import { MemoryStorage } from '../../../pwa/engine/node/memory-storage.ts';
import { BlobTransportError, type BlobTransport } from '../../../pwa/engine/ports/blob-transport.ts';
import type { Change, Writer } from '../../../pwa/engine/ports/storage.ts';
import type { WireAttachment } from '../../../pwa/engine/wire/bodies.ts';
import { World } from '../../support/engine-world.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

before(loadSodium);

const at = async () => ({ relay: 'https://relay.example', token: 'a-token-of-a-relay', id: new Uint8Array(16) as BlobId });
const none = (): never => assert.fail('not asked for');
const broken = (): BlobTransportError => new BlobTransportError('unreachable');

describe('an upload', () => {
  test('brings every byte, once but for what broke, from wherever the relay is', async () => {
    /** Of each request: how much of the piece becomes durable, in thousandths, and whether it is answered. */
    const fate = fc.record({ kept: fc.nat({ max: 1000 }), answered: fc.boolean() });
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 5 * PIECE }), fc.array(fate, { maxLength: 6 }), fc.nat({ max: 1000 }), async (length, fates, first) => {
      let end = Math.floor((length - 1) * (first / 1000));
      let sent = 0;
      const queue = [...fates];
      const transport: BlobTransport = {
        head: async () => (end === 0 ? undefined : { size: length, offset: end }),
        append: async (_, piece) => {
          if (piece.offset !== end) throw new BlobTransportError('wrong-offset', { offset: end });
          // Each byte says where it belongs.
          piece.bytes.forEach((byte, i) => { if (byte !== (piece.offset + i) % 251) assert.fail(`at ${piece.offset + i}`); });
          sent += piece.bytes.length;
          const { kept, answered } = queue.shift() ?? { kept: 1000, answered: true };
          end += Math.floor(piece.bytes.length * (answered ? 1 : kept / 1000));
          if (!answered) throw broken();
          return { size: length, offset: end };
        },
        read: none, delete: none,
      };
      const read = async function* read(from: number, to: number): AsyncGenerator<Uint8Array> {
        for (let next = from; next < to; next += 100_000) yield new Uint8Array(Math.min(100_000, to - next)).map((_, i) => (next + i) % 251);
      };
      const [missing, told] = [length - end, [] as number[]];
      for (let tries = 0; tries <= fates.length; tries++) {
        const done = await upload({ transport, clock: new VirtualClock(), signal: new AbortController().signal, length, at, read, progress: (so) => told.push(so) }).then(() => true, () => false);
        if (done) break;
      }
      assert.equal(end, length);
      assert.ok(sent <= missing + fates.length * 8 * PIECE);
      assert.ok(told.every((so) => so <= length));
    }), { numRuns: 40 });
  });

  test('gives up on a relay that counts backwards', async () => {
    const transport: BlobTransport = { head: async () => undefined, append: async (_, { offset, size }) => ({ size, offset: Math.max(0, offset - 1) }), read: none, delete: none };
    const read = async function* read(from: number, to: number): AsyncGenerator<Uint8Array> { yield new Uint8Array(to - from); };
    const given = { transport, clock: new VirtualClock(), signal: new AbortController().signal, at, read, progress: () => undefined };
    await assert.rejects(upload({ ...given, length: 100 }), (error: unknown) => error instanceof BlobTransportError && error.code === 'bad-answer');
    await assert.rejects(upload({ ...given, length: 100, transport: { ...transport, head: async () => ({ size: 99, offset: 0 }) } }), (error: unknown) => error instanceof BlobTransportError && error.code === 'wrong-size');
  });
});

describe('a download', () => {
  const content = new Uint8Array(3 * PIECE + 12_345).map((_, i) => (i * 7 + (i >> 10)) % 251);
  let sealed: Uint8Array;
  let wire: WireAttachment;
  before(async () => {
    const key = newBlobKey();
    const parts: Uint8Array[] = [];
    for await (const part of sealBlob(key, content.length, (async function* one() { yield content; })())) parts.push(part);
    sealed = concat(...parts);
    wire = { id: new Uint8Array(16) as BlobId, key, hash: sha256(sealed), size: content.length, look: 'file', name: '', type: '' };
  });

  test('goes on from the last whole piece, however often it breaks, and keeps what was sealed', async () => {
    await fc.assert(fc.asyncProperty(fc.array(fc.nat({ max: 1000 }), { maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 3 }), async (breaks, lengths) => {
      const kept: Uint8Array[] = [];
      let held = 0;
      let fetched = 0;
      const queue = [...breaks];
      const transport: BlobTransport = {
        head: async () => ({ size: sealed.length, offset: sealed.length }), append: none, delete: none,
        async *read(_, { from, to }) {
          const end = queue.length === 0 ? to : from + Math.floor(((to - from) * (queue.shift() ?? 0)) / 1000);
          for (let next = from, i = 0; next < end; i++) {
            const bytes = sealed.slice(next, Math.min(end, next + (lengths[i % lengths.length] ?? 1) + 20_000));
            fetched += bytes.length;
            next += bytes.length;
            yield bytes;
          }
          if (end < to) throw broken();
        },
      };
      for (let tries = 0; held < sealed.length; tries++) {
        assert.ok(tries <= breaks.length);
        await download({
          transport, signal: new AbortController().signal, wire, held, at, progress: () => undefined,
          read: async function* read(to) { for (const piece of kept.slice(0, Math.ceil(to / PIECE))) yield piece; },
          keep: async (n, piece, now) => {
            assert.equal(n, kept.length);
            kept.push(piece);
            held = now;
          },
        }).catch((error: unknown) => { assert.ok(error instanceof BlobTransportError && error.code === 'unreachable'); });
      }
      assert.deepEqual(concat(...kept), sealed);
      assert.ok(kept.slice(0, -1).every((piece) => piece.length === PIECE));
      assert.ok(fetched <= sealed.length + breaks.length * PIECE);
    }), { numRuns: 12 });
  });

  test('of which a byte is another says so before it has fetched the rest', async () => {
    let fetched = 0;
    const transport: BlobTransport = {
      head: async () => ({ size: sealed.length, offset: sealed.length }), append: none, delete: none,
      async *read(_, { from, to }) {
        for (let next = from; next < to; next += 50_000) {
          const bytes = sealed.slice(next, Math.min(to, next + 50_000));
          if (next === 100_000) bytes[7] = (bytes[7] ?? 0) ^ 1;
          fetched += bytes.length;
          yield bytes;
        }
      },
    };
    await assert.rejects(download({ transport, signal: new AbortController().signal, wire, held: 0, at, progress: () => undefined, read: async function* nothing() { // is here yet
    }, keep: none }), { code: 'damaged' });
    assert.ok(fetched < 2 * PIECE, `${fetched} bytes`);
  });
});

/** As large as it says, and made as it is read. */
class Endless extends Blob {
  made = 0;
  readonly #length: number;
  constructor(length: number) {
    super();
    this.#length = length;
  }

  override get size(): number { return this.#length; }

  override slice(): Blob { return new Blob([new Uint8Array(64)]); }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return new ReadableStream({
      pull: (controller) => {
        const length = Math.min(65_536, this.#length - this.made);
        this.made += length;
        if (length === 0) controller.close();
        else controller.enqueue(new Uint8Array(length).fill(this.made % 251));
      },
    });
  }
}

/** Keeps of pieces only how many bytes they have. */
class Weighing extends MemoryStorage {
  weighed = 0;
  onPiece: () => void = () => undefined;

  override async write(writer: Writer, changes: readonly Change[]): Promise<void> {
    for (const change of changes) {
      if (change.kind !== 'put' || change.store !== 'pieces') continue;
      this.weighed += change.value.length;
      this.onPiece();
      assert.ok(change.value.length <= PIECE + 100);
    }
    await super.write(writer, changes.filter(({ store }) => store !== 'pieces'));
  }
}

test('of a large file, little is under way between its source and the disk', async () => {
  const world = new World();
  const ada = await world.person('Ada');
  await ada.engine.close();
  const storage = new Weighing();
  const engine = await createEngine({ ...ada.options(), storage });
  await engine.createProfile('Ada');
  const room = await engine.createRoom('films');
  const source = new Endless(48 * 1024 * 1024);
  let most = 0;
  storage.onPiece = () => { most = Math.max(most, source.made - storage.weighed); };
  await engine.stage(room, source, { look: 'file', name: 'film.raw', type: '' });
  assert.ok(storage.weighed >= blobLength(source.size));
  assert.ok(most < 3 * PIECE, `${most} bytes under way`);
  await engine.close();
});

test('the hash of what comes in pieces is the hash of it all', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (parts) => {
    const hash = new Sha256();
    for (const part of parts) hash.update(part);
    assert.deepEqual(hash.digest(), sha256(concat(...parts)));
  }), { numRuns: 50 });
});
