/**
 * Blobs as files: `<folder>/<room>/<id>.<size>`, with `.part` behind it until it is whole. The names say all that is
 * known of a blob, so that there is no second place to keep in step; a rename makes it whole, and the folder is synced after it.
 * Nothing is ever followed that is no file or folder of its own: a link is as good as not there.
 */
import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readdir, rename, rm, stat, unlink, utimes, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { RoomId } from '../../shared/ids.ts';
import { StoreError } from '../store/store.ts';
import { BlobError, isPossible, type BlobAddress, type BlobAges, type BlobFacts, type BlobStore, type BlobUsage } from './store.ts';

/** Beside the database. */
export const BLOB_FOLDER = 'blobs';
/** Bytes that are written before they are synced: so much is sent again at most after a power cut. */
const SYNC_EVERY = 4 * 1024 * 1024;
/** Files that one step of expiry looks at. */
const STEP = 200;
/** Bytes that are read at once, and so held for each who fetches. */
const READ_AT_ONCE = 64 * 1024;
const PROBE = '.probe';
const PROBE_BYTES = 64 * 1024;
const { O_RDONLY, O_WRONLY, O_APPEND, O_CREAT, O_TRUNC } = constants;
/** Windows has no such flag, and no such links for those who are not told to make them. */
const O_NOFOLLOW = constants.O_NOFOLLOW ?? 0;

interface Entry {
  readonly size: number;
  /** Bytes that are here. */
  here: number;
  whole: boolean;
  busy: boolean;
  /** It was deleted, and whoever appends to it is to stop. */
  gone: boolean;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const NAME = /^([0-9a-f]{32})\.(\d{1,15})(\.part)?$/;
const ROOM = /^[0-9a-f]{64}$/;

/** A blob's file, as its name says. Undefined for what is none. */
export function blobFile(name: string): { readonly id: string; readonly size: number; readonly whole: boolean } | undefined {
  const [, id, size, part] = NAME.exec(name) ?? [];
  return id === undefined ? undefined : { id, size: Number(size), whole: part === undefined };
}
export const isBlobRoom = (name: string): boolean => ROOM.test(name);

export class DirectoryBlobStore implements BlobStore {
  readonly #folder: string;
  /** By room, then by id. */
  readonly #rooms = new Map<string, Map<string, Entry>>();
  #all: { blobs: number; parts: number; bytes: number; announced: number } = { blobs: 0, parts: 0, bytes: 0, announced: 0 };
  #looked: Iterator<readonly [string, string]> | undefined;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Makes the folder where it is missing, closes it to others on the machine, and looks at what is there.
   * @throws StoreError `not-a-store`; the system's error
   */
  static async open(folder: string): Promise<DirectoryBlobStore> {
    const store = new DirectoryBlobStore(folder);
    await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
    const facts = await lstat(folder);
    if (!facts.isDirectory()) throw new StoreError('not-a-store', `${folder} is no folder of its own: attachments lie in one, and links are not followed.`);
    if ((facts.mode & 0o077) !== 0) await chmod(folder, 0o700);
    await rm(join(folder, PROBE), { force: true });
    for (const room of await readdir(folder, { withFileTypes: true })) {
      if (!room.isDirectory() || !isBlobRoom(room.name)) continue;
      for (const file of await readdir(join(folder, room.name), { withFileTypes: true })) {
        const blob = file.isFile() ? blobFile(file.name) : undefined;
        if (blob === undefined) continue;
        const here = (await lstat(join(folder, room.name, file.name))).size;
        // A whole one of another size is damaged: nobody is given it, and it goes like one that is not there.
        if (here > blob.size || (blob.whole && here !== blob.size)) await unlink(join(folder, room.name, file.name));
        else await store.#found(room.name, blob.id, { size: blob.size, here, whole: blob.whole, busy: false, gone: false });
      }
    }
    return store;
  }

  /** One that a crash kept from becoming whole, though all of it had come, becomes so. */
  async #found(room: string, id: string, entry: Entry): Promise<void> {
    if (!entry.whole && entry.here === entry.size) {
      const part = this.#file(room, id, entry);
      const handle = await open(part, O_WRONLY | O_NOFOLLOW);
      await handle.sync().finally(() => handle.close());
      entry.whole = true;
      await rename(part, this.#file(room, id, entry));
      await syncFolder(join(this.#folder, room));
    }
    this.#note(room, id, entry);
  }

  #note(room: string, id: string, entry: Entry): void {
    let blobs = this.#rooms.get(room);
    if (blobs === undefined) this.#rooms.set(room, (blobs = new Map()));
    blobs.set(id, entry);
    this.#count(entry, 1);
  }

  #count({ size, here, whole }: Entry, times: 1 | -1): void {
    this.#all.blobs += times;
    this.#all.parts += whole ? 0 : times;
    this.#all.bytes += times * here;
    this.#all.announced += times * size;
  }

  #forget(room: string, id: string): void {
    const blobs = this.#rooms.get(room);
    const entry = blobs?.get(id);
    if (blobs === undefined || entry === undefined) return;
    this.#count(entry, -1);
    entry.gone = true;
    blobs.delete(id);
    if (blobs.size === 0) this.#rooms.delete(room);
  }

  #file(room: string, id: string, { size, whole }: Entry): string {
    return join(this.#folder, room, `${id}.${size}${whole ? '' : '.part'}`);
  }

  stat({ room, id }: BlobAddress): Promise<BlobFacts | undefined> {
    const entry = this.#rooms.get(hex(room))?.get(hex(id));
    return Promise.resolve(entry && { size: entry.size, offset: entry.here });
  }

  async append(at: BlobAddress, size: number, offset: number, bytes: AsyncIterable<Uint8Array>): Promise<BlobFacts> {
    const [room, id] = [hex(at.room), hex(at.id)];
    let entry = this.#rooms.get(room)?.get(id);
    const here = entry?.here ?? 0;
    if (entry !== undefined && entry.size !== size) throw new BlobError('wrong-size', 'This blob has another size.', { offset: here });
    if (here !== offset || entry?.busy === true) throw new BlobError('wrong-offset', 'The blob does not end there.', { offset: here });
    if (entry?.whole === true) return { size, offset };
    if (entry === undefined) this.#note(room, id, (entry = { size, here: 0, whole: false, busy: false, gone: false }));
    entry.busy = true;
    try {
      return await this.#write(room, id, entry, bytes);
    } catch (error) {
      // Its folder may have gone from under it, which is no fault of the disk.
      throw entry.gone ? new BlobError('gone', 'The blob was deleted meanwhile.', { cause: error }) : error;
    } finally {
      entry.busy = false;
      // Nothing of it ever was on the disk: there is nothing to go on from.
      if (entry.here === 0 && !entry.whole && !entry.gone) await this.#remove(room, id);
    }
  }

  async #write(room: string, id: string, entry: Entry, bytes: AsyncIterable<Uint8Array>): Promise<BlobFacts> {
    const file = this.#file(room, id, entry);
    const folder = join(this.#folder, room);
    await typed(() => mkdir(folder, { recursive: true, mode: 0o700 }));
    const handle = await typed(() => open(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600));
    try {
      // A write that the disk refused half way may have left more than was counted.
      await typed(() => handle.truncate(entry.here));
      await this.#copy(handle, bytes, entry);
    } finally {
      await handle.close();
      if (entry.gone) await rm(file, { force: true }).catch(() => undefined);
    }
    if (entry.here === entry.size && !entry.gone) {
      const whole = this.#file(room, id, { ...entry, whole: true });
      await typed(() => rename(file, whole));
      entry.whole = true;
      // Deleted while it got its name: under the old one it was not found any more.
      if (this.#rooms.get(room)?.get(id) === entry) this.#all.parts--;
      else await rm(whole, { force: true });
    }
    await typed(() => syncFolder(folder));
    if (entry.gone) throw new BlobError('gone', 'The blob was deleted meanwhile.');
    return { size: entry.size, offset: entry.here };
  }

  #came(entry: Entry, here: number): void {
    if (!entry.gone) this.#all.bytes += here - entry.here;
    entry.here = here;
  }

  /** However it ends: what came and is on the disk is kept, and is said to be. */
  async #copy(handle: FileHandle, bytes: AsyncIterable<Uint8Array>, entry: Entry): Promise<void> {
    let synced = entry.here;
    const sync = async (): Promise<void> => {
      await typed(() => handle.sync());
      synced = entry.here;
    };
    try {
      for await (const chunk of bytes) {
        if (entry.gone) throw new BlobError('gone', 'The blob was deleted meanwhile.');
        if (entry.here + chunk.length > entry.size) throw new BlobError('too-long', 'More came than was announced.', { offset: entry.here });
        await typed(() => handle.appendFile(chunk));
        this.#came(entry, entry.here + chunk.length);
        if (entry.here - synced >= SYNC_EVERY) await sync();
      }
    } finally {
      await sync().catch((error: unknown) => {
        this.#came(entry, synced);
        throw error;
      });
    }
  }

  async read({ room, id }: BlobAddress, from: number, to: number): Promise<Readable | undefined> {
    const entry = this.#rooms.get(hex(room))?.get(hex(id));
    if (entry?.whole !== true) return undefined;
    const handle = await open(this.#file(hex(room), hex(id), entry), O_RDONLY | O_NOFOLLOW).catch(() => undefined);
    if (handle === undefined) return undefined;
    if (to > from && (await handle.stat()).size === entry.size) return handle.createReadStream({ start: from, end: to - 1, highWaterMark: READ_AT_ONCE });
    await handle.close();
    return to > from ? undefined : Readable.from([]);
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
    const name = hex(room);
    for (const id of [...(this.#rooms.get(name)?.keys() ?? [])]) this.#forget(name, id);
    await typed(() => rm(join(this.#folder, name), { recursive: true, force: true, maxRetries: 3 }));
  }

  usage(room?: RoomId): BlobUsage {
    if (room === undefined) return { ...this.#all };
    const usage = { blobs: 0, parts: 0, bytes: 0, announced: 0 };
    for (const { size, here, whole } of this.#rooms.get(hex(room))?.values() ?? []) {
      usage.blobs++;
      usage.parts += whole ? 0 : 1;
      usage.bytes += here;
      usage.announced += size;
    }
    return usage;
  }

  rooms(): readonly RoomId[] {
    return [...this.#rooms.keys()].map((room) => new Uint8Array(Buffer.from(room, 'hex')) as RoomId);
  }

  async expire(now: number, ages: BlobAges): Promise<{ expired: number; more: boolean }> {
    this.#looked ??= [...this.#rooms].flatMap(([room, blobs]) => [...blobs.keys()].map((id) => [room, id] as const)).values();
    let expired = 0;
    for (let step = 0; step < STEP; step++) {
      const next = this.#looked.next();
      if (next.done === true) {
        this.#looked = undefined;
        return { expired, more: false };
      }
      if (await this.#expireOne(next.value, now, ages)) expired++;
    }
    return { expired, more: true };
  }

  async #expireOne([room, id]: readonly [string, string], now: number, { whole, part }: BlobAges): Promise<boolean> {
    const entry = this.#rooms.get(room)?.get(id);
    if (entry === undefined || entry.busy) return false;
    const file = this.#file(room, id, entry);
    const at = (await stat(file).catch(() => undefined))?.mtimeMs;
    if (at !== undefined && !isPossible(at, now)) {
      await typed(() => utimes(file, now / 1000, now / 1000));
      return false;
    }
    if (at !== undefined && now - at <= (entry.whole ? whole : part)) return false;
    await this.#remove(room, id);
    return true;
  }

  async probe(): Promise<void> {
    const file = join(this.#folder, PROBE);
    await typed(async () => {
      const handle = await open(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
      try {
        await handle.writeFile(new Uint8Array(PROBE_BYTES));
        await handle.sync();
      } finally {
        await handle.close();
        await unlink(file);
      }
    });
  }

  async close(): Promise<void> {
    // Nothing is held between calls.
  }
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return; // which opens no folders
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
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
