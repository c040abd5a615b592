/**
 * Blobs as an operator's command meets them: files that never change once they are whole, so that a copy takes what it lacks and lets go of
 * what is no more. Where both lie on one file system, a copy is a second name for the same file and takes no space.
 */
import { chmodSync, closeSync, constants, copyFileSync, fsyncSync, linkSync, lstatSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { BLOB_FOLDER, blobFile, isBlobRoom } from '../blobs/directory.ts';

export interface BlobStats {
  readonly blobs: number;
  /** Of which are not whole. */
  readonly parts: number;
  /** That are here. */
  readonly bytes: number;
}

interface Found {
  readonly name: string;
  readonly whole: boolean;
  readonly bytes: number;
}

const NONE: BlobStats = { blobs: 0, parts: 0, bytes: 0 };

export const blobFolder = (data: string): string => join(data, BLOB_FOLDER);
/** Beside the copy of the database. */
export const blobsOf = (backup: string): string => `${backup}.blobs`;

/** What of a room lies there and is no link. A whole one that is not as long as its name says is none. */
function found(folder: string, room: string): Found[] {
  return listed(join(folder, room)).flatMap((name) => {
    const blob = blobFile(name);
    const facts = lstatSync(join(folder, room, name), { throwIfNoEntry: false });
    if (blob === undefined || facts?.isFile() !== true || (blob.whole && facts.size !== blob.size)) return [];
    return [{ name, whole: blob.whole, bytes: facts.size }];
  });
}

function listed(folder: string): string[] {
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(folder) : [];
}

const roomsIn = (folder: string): string[] => listed(folder).filter(isBlobRoom);

const sum = (blobs: readonly Found[]): BlobStats => blobs.reduce((all, { whole, bytes }) => ({ blobs: all.blobs + 1, parts: all.parts + (whole ? 0 : 1), bytes: all.bytes + bytes }), NONE);

/** By room, in hexadecimal. */
export const blobStats = (data: string): ReadonlyMap<string, BlobStats> => new Map(roomsIn(blobFolder(data)).map((room) => [room, sum(found(blobFolder(data), room))]));

export const inAll = (stats: Iterable<BlobStats>): BlobStats => [...stats].reduce((all, one) => ({ blobs: all.blobs + one.blobs, parts: all.parts + one.parts, bytes: all.bytes + one.bytes }), NONE);

export function removeBlobs(data: string, room: Uint8Array): void {
  rmSync(join(blobFolder(data), Buffer.from(room).toString('hex')), { recursive: true, force: true });
}

/**
 * Brings every whole blob of `from` to `to`, but for those that are there; with `mirror`, what `from` has no more goes. Made durable before it
 * answers. What is deleted meanwhile is passed over.
 */
export function copyBlobs(from: string, to: string, { mirror }: { readonly mirror: boolean }): BlobStats {
  const rooms = roomsIn(from);
  let copied = NONE;
  for (const room of rooms) {
    const blobs = found(from, room).filter(({ whole }) => whole);
    const there = new Set(found(to, room).map(({ name }) => name));
    if (blobs.length > 0) mkdirSync(join(to, room), { recursive: true, mode: 0o700 });
    const arrived = blobs.filter(({ name }) => there.has(name) || bring(join(from, room, name), join(to, room, name)));
    if (arrived.length > there.size) sync(join(to, room));
    copied = inAll([copied, sum(arrived)]);
    if (mirror) for (const name of there) if (!blobs.some((blob) => blob.name === name)) rmSync(join(to, room, name), { force: true });
  }
  if (mirror) for (const room of roomsIn(to)) if (!rooms.includes(room)) rmSync(join(to, room), { recursive: true, force: true });
  if (copied.blobs > 0) sync(to);
  return copied;
}

/** False where it is not there any more. */
function bring(source: string, target: string): boolean {
  try {
    rmSync(target, { force: true }); // of another size, or a link
    linkSync(source, target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    // Another file system, or one without second names: a copy.
  }
  const draft = `${target}.copying`;
  try {
    copyFileSync(source, draft, constants.COPYFILE_FICLONE);
  } catch (error) {
    rmSync(draft, { force: true });
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  chmodSync(draft, 0o600);
  const { atimeMs, mtimeMs } = lstatSync(source, { throwIfNoEntry: false }) ?? lstatSync(draft);
  utimesSync(draft, atimeMs / 1000, mtimeMs / 1000); // by which it grows old
  sync(draft);
  renameSync(draft, target);
  return true;
}

function sync(path: string): void {
  if (process.platform === 'win32') return; // which opens no folders
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
