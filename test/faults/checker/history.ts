/**
 * What happened, as the clients of one run saw it. One process drives all of them, so its order of events is the real
 * one: `At` counts them.
 */
import type { ErrorCode } from '../../../shared/codes.ts';

export type At = number;

/** An envelope as a reader got it. `digest`: CRC-32 of the payload. All names are hex. */
export interface Seen {
  readonly seq: number;
  readonly id: string;
  readonly epoch: string;
  readonly kind: 'message' | 'commit';
  readonly digest: number;
}

/** One frame that a client put on one connection. The same id may be tried again, on another, and in another epoch. */
export interface Attempt {
  readonly room: string;
  readonly id: string;
  /** That it was sealed in; for a commit, that it ends. */
  readonly epoch: string;
  readonly kind: 'message' | 'commit';
  readonly digest: number;
  readonly at: At;
  outcome: Outcome;
}

export type Outcome =
  /** The connection ended before the answer. */
  | { readonly type: 'unknown' }
  | { readonly type: 'acked'; readonly seq: number; readonly at: At }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly at: At };

/** All that one client was delivered of one room, over all its connections, in the order of arrival. */
export interface Reader {
  readonly name: string;
  readonly room: string;
  readonly seen: readonly Seen[];
}

export interface History {
  readonly attempts: readonly Attempt[];
  /** At the end of the run each of them had pulled to the head. */
  readonly readers: readonly Reader[];
  /** Per room, what a last reader was given from seq 1 on. */
  readonly logs: ReadonlyMap<string, readonly Seen[]>;
  /** What must not happen at all, and no rule below speaks of: another incarnation, a refused opening. */
  readonly oddities: readonly string[];
}
