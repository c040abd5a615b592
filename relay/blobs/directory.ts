/**
 * Blobs as files: `<folder>/<room>/<id>.<size>`, with `.part` behind it until it is whole. The names say all that is
 * known of a blob, so that there is no second place to keep in step; a rename makes it whole, and the folder is synced after it.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { RoomId } from '../../shared/ids.ts';
import { BlobError, type BlobAddress, type BlobFacts, type BlobStore } from './store.ts';

/** Bytes that are written before they are synced: so much is sent again at most after a power cut. */
const SYNC_EVERY = 4 * 1024 * 1024;
/** Files that one step of expiry looks at. */
const STEP = 200;

interface Entry {
  readonly size: number;
  whole: boolean;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const NAME = /^([0-9a-f]{32})\.(\d{1,15})(\.part)?$/;

export class DirectoryBlobStore implements BlobStore {
  readonly #folder: string;
  /** By room, then by id. */
  readonly #rooms = new Map<string, Map<string, Entry>>();
  /** Room and id of blobs that are being appended to. */
  readonly #busy = new Set<string>();
  #bytes = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Makes the folder where it is missing, and looks at what is there. */
  static async open(folder: string): Promise<DirectoryBlobStore> {
    const store = new DirectoryBlobStore(folder);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const room of await readdir(folder)) {
      if (!/^[0-9a-f]{64}$/.test(room)) continue;
      for (const file of await readdir(join(folder, room))) {
        const [, id, size, part] = NAME.exec(file) ?? [];
        if (id !== undefined) store.#note(room, id, { size: Number(size), whole: part === undefined });
      }
    }
    return store;
  }

  #note(room: string, id: string, entry: Entry): void {
    let blobs = this.#rooms.get(room);
    if (blobs === undefined) this.#rooms.set(room, (blobs = new Map()));
    blobs.set(id, entry);
    this.#bytes += entry.size;
  }

  #forget(room: string, id: string): void {
    const blobs = this.#rooms.get(room);
    const entry = blobs?.get(id);
    if (blobs === undefined || entry === undefined) return;
    this.#bytes -= entry.size;
    blobs.delete(id);
    if (blobs.size === 0) this.#rooms.delete(room);
  }

  #file(room: string, id: string, { size, whole }: Entry): string {
    return join(this.#folder, room, `${id}.${size}${whole ? '' : '.part'}`);
  }

  async stat({ room, id }: BlobAddress): Promise<BlobFacts | undefined> {
    const entry = this.#rooms.get(hex(room))?.get(hex(id));
    if (entry === undefined) return undefined;
    return { size: entry.size, offset: entry.whole ? entry.size : await sizeOf(this.#file(hex(room), hex(id), entry)) };
  }

  async append(at: BlobAddress, size: number, offset: number, bytes: AsyncIterable<Uint8Array>): Promise<BlobFacts> {
    const [room, id] = [hex(at.room), hex(at.id)];
    const known = await this.stat(at);
    if (known !== undefined && known.size !== size) throw new BlobError('wrong-size', 'This blob has another size.', { offset: known.offset });
    if ((known?.offset ?? 0) !== offset || this.#busy.has(`${room}/${id}`)) throw new BlobError('wrong-offset', 'The blob does not end there.', { offset: known?.offset ?? 0 });
    if (known?.offset === size && size > 0) return known;
    this.#busy.add(`${room}/${id}`);
    try {
      const entry = this.#rooms.get(room)?.get(id) ?? { size, whole: false };
      if (known === undefined) {
        await mkdir(join(this.#folder, room), { recursive: true, mode: 0o700 });
        this.#note(room, id, entry);
      }
      return await this.#write(room, id, entry, offset, bytes);
    } finally {
      this.#busy.delete(`${room}/${id}`);
    }
  }

  async #write(room: string, id: string, entry: Entry, offset: number, bytes: AsyncIterable<Uint8Array>): Promise<BlobFacts> {
    const file = this.#file(room, id, entry);
    const handle = await typed(() => open(file, 'a', 0o600));
    let end = offset;
    try {
      try {
        end = await copy(handle, bytes, offset, entry.size);
      } finally {
        // However it ended: what came is kept, and is said to be.
        await typed(() => handle.sync());
      }
    } finally {
      await handle.close();
    }
    if (end === entry.size) {
      await typed(() => rename(file, this.#file(room, id, { ...entry, whole: true })));
      entry.whole = true;
    }
    await typed(() => syncFolder(join(this.#folder, room)));
    return { size: entry.size, offset: end };
  }

  read({ room, id }: BlobAddress, from: number, to: number): Promise<AsyncIterable<Uint8Array> | undefined> {
    const entry = this.#rooms.get(hex(room))?.get(hex(id));
    if (entry?.whole !== true) return Promise.resolve(undefined);
    if (to <= from) return Promise.resolve(nothing());
    return Promise.resolve(createReadStream(this.#file(hex(room), hex(id), entry), { start: from, end: to - 1 }));
  }

  async delete({ room, id }: BlobAddress): Promise<void> {
    await this.#remove(hex(room), hex(id));
  }

  async #remove(room: string, id: string): Promise<void> {
    const entry = this.#rooms.get(room)?.get(id);
    if (entry === undefined) return;
    const file = this.#file(room, id, entry);
    this.#forget(room, id);
    await typed(() => rm(file, { force: true }));
  }

  async deleteRoom(room: RoomId): Promise<void> {
    for (const id of [...(this.#rooms.get(hex(room))?.keys() ?? [])]) this.#forget(hex(room), id);
    await typed(() => rm(join(this.#folder, hex(room)), { recursive: true, force: true }));
  }

  bytes(room?: RoomId): number {
    if (room === undefined) return this.#bytes;
    return [...(this.#rooms.get(hex(room))?.values() ?? [])].reduce((sum, { size }) => sum + size, 0);
  }

  #looked: Iterator<readonly [string, string]> | undefined;

  async expire(wholeBefore: number, partsBefore: number): Promise<boolean> {
    this.#looked ??= [...this.#rooms].flatMap(([room, blobs]) => [...blobs.keys()].map((id) => [room, id] as const)).values();
    for (let step = 0; step < STEP; step++) {
      const next = this.#looked.next();
      if (next.done === true) {
        this.#looked = undefined;
        return false;
      }
      await this.#expireOne(next.value, wholeBefore, partsBefore);
    }
    return true;
  }

  async #expireOne([room, id]: readonly [string, string], wholeBefore: number, partsBefore: number): Promise<void> {
    const entry = this.#rooms.get(room)?.get(id);
    if (entry === undefined || this.#busy.has(`${room}/${id}`)) return;
    const facts = await stat(this.#file(room, id, entry)).catch(() => undefined);
    if (facts === undefined || facts.mtimeMs < (entry.whole ? wholeBefore : partsBefore)) await this.#remove(room, id);
  }

  async close(): Promise<void> {
    // Nothing is held between calls.
  }
}

async function copy(handle: FileHandle, bytes: AsyncIterable<Uint8Array>, from: number, size: number): Promise<number> {
  let end = from;
  let unsynced = 0;
  for await (const chunk of bytes) {
    if (end + chunk.length > size) throw new BlobError('too-long', 'More came than was announced.', { offset: end });
    await typed(() => handle.appendFile(chunk));
    end += chunk.length;
    unsynced += chunk.length;
    if (unsynced < SYNC_EVERY) continue;
    await typed(() => handle.datasync());
    unsynced = 0;
  }
  return end;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0; // announced, and nothing of it came
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // An empty range has no bytes.
}

async function typed<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new BlobError('disk-full', 'There is no space left on the disk.', { cause });
    throw new BlobError('io-error', 'The disk does not take what is written.', { cause });
  }
}
