/**
 * Where blobs lie: encrypted attachments, of which the relay knows the room, the size and nothing else.
 *
 * Guarantees that every adapter keeps, held by one conformance suite:
 * - A blob grows by appending at exactly its end; what `append` has answered for survives a crash.
 * - It can be read once it is whole, and never changes from then on.
 * - One id is one blob of one room: no other room sees it, or can take its place.
 */
import type { Readable } from 'node:stream';
import { EARLIEST } from '../clock.ts';
import type { RoomId } from '../../shared/ids.ts';
import type { BlobId } from '../../shared/blobs.ts';

export interface BlobFacts {
  /** Bytes that it will have. */
  readonly size: number;
  /** Bytes that are durable. Whole where equal to `size`. */
  readonly offset: number;
}

export type BlobErrorCode =
  /** The blob does not end at that offset: look where it does. */
  | 'wrong-offset'
  /** It exists with another size. */
  | 'wrong-size'
  /** More came than it was to have. */
  | 'too-long'
  /** There is no space on the disk. */
  | 'disk-full'
  /** The disk answered with an error. */
  | 'io-error'
  /** It was deleted meanwhile. */
  | 'gone';

export class BlobError extends Error {
  readonly code: BlobErrorCode;
  /** Of the blob as it is, where that is known. */
  readonly offset: number | undefined;
  constructor(code: BlobErrorCode, message: string, { offset, cause }: { readonly offset?: number; readonly cause?: unknown } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BlobError';
    this.code = code;
    this.offset = offset;
  }
}

export interface BlobAddress {
  readonly room: RoomId;
  readonly id: BlobId;
}

export interface BlobStore {
  /** Undefined where there is none. */
  stat(at: BlobAddress): Promise<BlobFacts | undefined>;
  /**
   * Appends what comes, from an offset that is the blob's end; begins it at 0. Resolves with the facts when all that came is
   * durable. Where the source fails in between, what had come is kept, and that error is thrown. Rejects with {@link BlobError}.
   */
  append(at: BlobAddress, size: number, offset: number, bytes: AsyncIterable<Uint8Array>): Promise<BlobFacts>;
  /** Of a whole blob; undefined where there is none. `from` inclusive, `to` not. Reads no further ahead than some 64 KiB; whoever does not read it to its end destroys it. */
  read(at: BlobAddress, from: number, to: number): Promise<Readable | undefined>;
  delete(at: BlobAddress): Promise<void>;
  deleteRoom(room: RoomId): Promise<void>;
  /** Of one room; of all where none is named. Asked often: it costs little. */
  usage(room?: RoomId): BlobUsage;
  /** Rooms that have any. */
  rooms(): readonly RoomId[];
  /**
   * Deletes what was last written to longer ago than it may lie. What bears a time at which it cannot have been written (a clock was wrong) is taken to
   * be of now. A few at a time; `more` while there may be more. All in milliseconds, `now` of Unix time.
   */
  expire(now: number, ages: BlobAges): Promise<{ readonly expired: number; readonly more: boolean }>;
  /** Writes something small, and takes it away again. Rejects as `append` does. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

export interface BlobUsage {
  readonly blobs: number;
  /** Of which are not whole. */
  readonly parts: number;
  /** That are here. */
  readonly bytes: number;
  /** That will be here when all are whole. */
  readonly announced: number;
}

export interface BlobAges {
  readonly whole: number;
  readonly part: number;
}

/** Whether something may have been written then. */
export const isPossible = (at: number, now: number): boolean => at >= EARLIEST && at <= now + 24 * 3_600_000;
