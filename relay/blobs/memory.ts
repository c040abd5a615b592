/** Blobs that last as long as their object: for tests, and relays that forget. */
import type { RoomId } from '../../shared/ids.ts';
import { BlobError, type BlobAddress, type BlobFacts, type BlobStore } from './store.ts';

interface Blob {
  readonly room: string;
  readonly size: number;
  parts: Uint8Array[];
  offset: number;
  /** Unix milliseconds. */
  at: number;
  busy: boolean;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<string, Blob>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  #key({ room, id }: BlobAddress): string {
    return `${hex(room)}/${hex(id)}`;
  }

  stat(at: BlobAddress): Promise<BlobFacts | undefined> {
    const blob = this.#blobs.get(this.#key(at));
    return Promise.resolve(blob && { size: blob.size, offset: blob.offset });
  }

  async append(at: BlobAddress, size: number, offset: number, bytes: AsyncIterable<Uint8Array>): Promise<BlobFacts> {
    const key = this.#key(at);
    const blob = this.#blobs.get(key) ?? { room: hex(at.room), size, parts: [], offset: 0, at: this.#now(), busy: false };
    if (blob.size !== size) throw new BlobError('wrong-size', 'This blob has another size.', { offset: blob.offset });
    if (blob.offset !== offset || blob.busy) throw new BlobError('wrong-offset', 'The blob does not end there.', { offset: blob.offset });
    this.#blobs.set(key, blob);
    blob.busy = true;
    try {
      if (blob.offset === size && size > 0) return { size, offset };
      for await (const chunk of bytes) {
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

  read(at: BlobAddress, from: number, to: number): Promise<AsyncIterable<Uint8Array> | undefined> {
    const blob = this.#blobs.get(this.#key(at));
    if (blob === undefined || blob.offset !== blob.size) return Promise.resolve(undefined);
    const whole = Buffer.concat(blob.parts).subarray(from, to);
    return Promise.resolve((async function* one() { if (whole.length > 0) yield whole; })());
  }

  delete(at: BlobAddress): Promise<void> {
    this.#blobs.delete(this.#key(at));
    return Promise.resolve();
  }

  deleteRoom(room: RoomId): Promise<void> {
    for (const [key, blob] of this.#blobs) if (blob.room === hex(room)) this.#blobs.delete(key);
    return Promise.resolve();
  }

  bytes(room?: RoomId): number {
    return [...this.#blobs.values()].filter((blob) => room === undefined || blob.room === hex(room)).reduce((sum, { size }) => sum + size, 0);
  }

  expire(wholeBefore: number, partsBefore: number): Promise<boolean> {
    for (const [key, blob] of this.#blobs) if (!blob.busy && blob.at < (blob.offset === blob.size ? wholeBefore : partsBefore)) this.#blobs.delete(key);
    return Promise.resolve(false);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
