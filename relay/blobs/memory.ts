/** Blobs that last as long as their object: for tests, and relays that forget. */
import { Readable } from 'node:stream';
import type { RoomId } from '../../shared/ids.ts';
import { copyOf, keyOf } from '../bytes.ts';
import { BlobError, isPossible, type BlobAddress, type BlobAges, type BlobFacts, type BlobStore, type BlobUsage } from './store.ts';

interface Blob {
  readonly room: RoomId;
  readonly size: number;
  parts: Uint8Array[];
  offset: number;
  /** Unix milliseconds. */
  at: number;
  busy: boolean;
  gone: boolean;
}

export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<string, Blob>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  #key({ room, id }: BlobAddress): string {
    return keyOf(room) + keyOf(id);
  }

  stat(at: BlobAddress): Promise<BlobFacts | undefined> {
    const blob = this.#blobs.get(this.#key(at));
    return Promise.resolve(blob && { size: blob.size, offset: blob.offset });
  }

  async append(at: BlobAddress, size: number, offset: number, bytes: AsyncIterable<Uint8Array>): Promise<BlobFacts> {
    const key = this.#key(at);
    const blob = this.#blobs.get(key) ?? { room: copyOf(at.room), size, parts: [], offset: 0, at: this.#now(), busy: false, gone: false };
    if (blob.size !== size) throw new BlobError('wrong-size', 'This blob has another size.', { offset: blob.offset });
    if (blob.offset !== offset || blob.busy) throw new BlobError('wrong-offset', 'The blob does not end there.', { offset: blob.offset });
    this.#blobs.set(key, blob);
    blob.busy = true;
    try {
      if (blob.offset === size && size > 0) return { size, offset };
      for await (const chunk of bytes) {
        if (blob.gone) throw new BlobError('gone', 'The blob was deleted meanwhile.');
        if (blob.offset + chunk.length > size) throw new BlobError('too-long', 'More came than was announced.', { offset: blob.offset });
        blob.parts.push(chunk.slice());
        blob.offset += chunk.length;
        blob.at = this.#now();
      }
    } finally {
      blob.busy = false;
    }
    return { size, offset: blob.offset };
  }

  read(at: BlobAddress, from: number, to: number): Promise<Readable | undefined> {
    const blob = this.#blobs.get(this.#key(at));
    if (blob === undefined || blob.offset !== blob.size) return Promise.resolve(undefined);
    const whole = Buffer.concat(blob.parts).subarray(from, to);
    return Promise.resolve(Readable.from(whole.length > 0 ? [whole] : []));
  }

  #remove(key: string): void {
    const blob = this.#blobs.get(key);
    if (blob === undefined) return;
    blob.gone = true;
    this.#blobs.delete(key);
  }

  delete(at: BlobAddress): Promise<void> {
    this.#remove(this.#key(at));
    return Promise.resolve();
  }

  deleteRoom(room: RoomId): Promise<void> {
    for (const [key, blob] of this.#blobs) if (keyOf(blob.room) === keyOf(room)) this.#remove(key);
    return Promise.resolve();
  }

  usage(room?: RoomId): BlobUsage {
    const blobs = [...this.#blobs.values()].filter((blob) => room === undefined || keyOf(blob.room) === keyOf(room));
    const sum = (of: (blob: Blob) => number): number => blobs.reduce((all, blob) => all + of(blob), 0);
    return { blobs: blobs.length, parts: blobs.filter(({ offset, size }) => offset < size).length, bytes: sum(({ offset }) => offset), announced: sum(({ size }) => size) };
  }

  rooms(): readonly RoomId[] {
    return [...new Map([...this.#blobs.values()].map(({ room }) => [keyOf(room), room])).values()];
  }

  expire(now: number, { whole, part }: BlobAges): Promise<{ expired: number; more: boolean }> {
    let expired = 0;
    for (const [key, blob] of this.#blobs) {
      if (blob.busy) continue;
      if (!isPossible(blob.at, now)) blob.at = now;
      if (now - blob.at <= (blob.offset === blob.size ? whole : part)) continue;
      this.#remove(key);
      expired++;
    }
    return Promise.resolve({ expired, more: false });
  }

  probe(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
