/**
 * The blobs of a relay, over HTTP as `shared/blobs.ts` has it. Guarantees: one request each, nothing retried, nothing cached. Rejects with
 * {@link BlobTransportError}, or the signal's reason where it was aborted.
 */
import type { BlobId } from '../../../shared/blobs.ts';
import type { ErrorCode } from '../../../shared/codes.ts';

export interface BlobAt {
  /** Its origin. */
  readonly relay: string;
  readonly id: BlobId;
  /** The token that the relay gave out for the room. */
  readonly grant: string;
}

export interface BlobState {
  /** Bytes that it will have, and has. Whole where they are equal. */
  readonly size: number;
  readonly offset: number;
}

export interface BlobTransport {
  /** Undefined where there is none. */
  head(at: BlobAt, signal?: AbortSignal): Promise<BlobState | undefined>;
  /** Appends from `offset`, and begins the blob at 0. Answers where it ends then; where it did not end at `offset`, where it does, and nothing was appended. */
  append(at: BlobAt, size: number, offset: number, bytes: Uint8Array, signal?: AbortSignal): Promise<number>;
  /** From `offset` to the end, as it comes. `size`: of the whole. Undefined where there is none, or not all of it yet. */
  read(at: BlobAt, offset: number, signal?: AbortSignal): Promise<{ readonly size: number; readonly bytes: AsyncIterable<Uint8Array> } | undefined>;
  /** Also where there is none. */
  delete(at: BlobAt, signal?: AbortSignal): Promise<void>;
}

/** What to do stands with each code in `shared/codes.ts`; `unreachable`: ask again later. `wrong-size`: the relay has another blob under this id. */
export class BlobTransportError extends Error {
  readonly code: ErrorCode | 'unreachable' | 'wrong-size';
  /** Milliseconds; 0 where the relay does not say. */
  readonly retryAfter: number;
  constructor(code: BlobTransportError['code'], retryAfter = 0, options?: ErrorOptions) {
    super(`The relay's blobs: ${code}`, options);
    this.name = 'BlobTransportError';
    this.code = code;
    this.retryAfter = retryAfter;
  }
}
