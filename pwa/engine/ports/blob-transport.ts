/**
 * A way to the blobs of a relay, over HTTP as `shared/blobs.ts` has it. Adapters: `sync/blob-fetch.ts` on `fetch`, for workers and Node;
 * simulations have one over a relay in memory.
 *
 * Progress is what comes back: `append` answers how far the blob is on the relay's disk, `read` yields what has arrived. Every call rejects
 * with {@link BlobTransportError}, also when its signal aborts it; none is tried again by itself.
 */
import type { BlobId } from '../../../shared/blobs.ts';

export interface BlobPlace {
  /** An origin such as https://chat.example: that of the room. */
  readonly relay: string;
  /** A grant for the room: `RelayLink.blobGrant`. */
  readonly token: string;
  readonly id: BlobId;
}

export interface BlobState {
  /** Bytes that it will have. */
  readonly size: number;
  /** Bytes that the relay has, durably: where to go on from. Whole where equal to `size`. */
  readonly offset: number;
}

export interface BlobPiece {
  /** Of the whole blob. */
  readonly size: number;
  /** Where the piece begins, which is where the blob ends at the relay. */
  readonly offset: number;
  /** Not empty, unless the blob is. A relay takes at least 64 KiB at once, 8 MiB by default. */
  readonly bytes: Uint8Array;
}

export type BlobFailure =
  /** The grant ended, or never was one. Ask for another once; where that is refused as well, the room is shut. */
  | 'no-access'
  /** There is no such blob, or not all of it: it is not sent yet, was deleted, or let go of. */
  | 'not-found'
  /** The blob does not end there: `offset` says where it does. Go on from there. */
  | 'wrong-offset'
  /** There is a blob of that id with another size: begin anew under another id. */
  | 'wrong-size'
  /** Over what this relay takes. Trying again does not help. */
  | 'too-large'
  /** No space, for the room or in all. Keep it, tell the person, try again later. */
  | 'relay-full'
  /** Too much at once: wait for `retryAfter`, then go on. */
  | 'rate-limited'
  /** The relay's disk does not take it, or the relay fails: later. */
  | 'unavailable'
  /** No connection, or it broke: later. What had come before it broke may be there: ask by `head`. */
  | 'unreachable'
  /** The caller's signal. */
  | 'aborted'
  /** The relay answers otherwise than the protocol has it. Trying again does not help. */
  | 'bad-answer';

export class BlobTransportError extends Error {
  readonly code: BlobFailure;
  /** Milliseconds; 0 where the relay named none. */
  readonly retryAfter: number;
  /** With `wrong-offset`. */
  readonly offset: number | undefined;
  constructor(code: BlobFailure, { retryAfter = 0, offset, cause }: { readonly retryAfter?: number; readonly offset?: number; readonly cause?: unknown } = {}) {
    super(`the relay and a blob: ${code}`, cause === undefined ? undefined : { cause });
    this.name = 'BlobTransportError';
    this.code = code;
    this.retryAfter = retryAfter;
    this.offset = offset;
  }

  /** Whether the same may succeed later, unchanged. */
  get isPassing(): boolean {
    return this.code === 'relay-full' || this.code === 'rate-limited' || this.code === 'unavailable' || this.code === 'unreachable';
  }
}

export interface BlobTransport {
  /** How far it is; undefined where the relay has nothing of it. */
  head(at: BlobPlace, signal?: AbortSignal): Promise<BlobState | undefined>;
  /** Answers how far the blob is when the piece is durable. Where it fails on the way, part of it may be there: {@link head}. */
  append(at: BlobPlace, piece: BlobPiece, signal?: AbortSignal): Promise<BlobState>;
  /**
   * The bytes from `from` up to `to`, not inclusive, as they come: exactly so many, or it throws {@link BlobTransportError} after the last that came. They
   * are what the relay says they are: the reader checks them. Nothing is read ahead of the consumer but what the network has under way. `to` over the size ends at the size.
   */
  read(at: BlobPlace, range: { readonly from: number; readonly to: number }, signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Also where there is none. */
  delete(at: BlobPlace, signal?: AbortSignal): Promise<void>;
}
