/**
 * What a store tells of how much it holds, and how it lets go of some: the part of the port that retention uses. Each call is one short step,
 * whatever a room holds.
 *
 * Messages go before commits. A log has no times: *marks* say that all up to a seq had come by then, and are set now and then. So nobody can
 * read from the database when a message was sent, and trimming by age errs by keeping longer.
 */
import type { RoomId, Seq } from '../../shared/ids.ts';
import type { LogNumber } from './store.ts';

export type { LogNumber };

/** The commits that began so many of the newest epochs without successor are kept whatever their age: whoever is one step behind needs them. */
export const KEPT_TIPS = 16;

/** Registrations of invites stand with so many of the newest epochs, and with every epoch without successor; with others they are let go of. */
export const KEPT_REGISTRATIONS = 32;
/** Keys of invites that no epoch registers any more are remembered, with how often they were used, as long as there are no more than so many. */
export const KEPT_INVITES = 8192;
/** Epochs of a room: the oldest with a successor go, and whoever has the key of one of them only is not let in any more. */
export const KEPT_EPOCHS = 10_000;

export interface Usage {
  readonly rooms: number;
  /** Bytes in use. */
  readonly bytes: number;
  /** Bytes that could still be written; infinite where nobody can tell. */
  readonly free: number;
}

export interface Holding {
  readonly room: RoomId;
  readonly head: Seq;
  /** All commits from here on are kept. */
  readonly floor: Seq;
  /** Everything from here on is kept. */
  readonly complete: Seq;
  /** Where the oldest message that is kept stands; head + 1 where there is none. */
  readonly oldest: Seq;
  /** Up to where envelopes and bytes were counted: the head, once counting has come that far. */
  readonly counted: Seq;
  readonly envelopes: number;
  readonly bytes: number;
  /** All up to `seq` had come by `at` (Unix milliseconds); oldest first. */
  readonly marks: readonly { readonly at: number; readonly seq: Seq }[];
}

/** What is to go: the oldest of a kind, up to the first bound that is reached. */
export interface Cut {
  readonly kind: 'messages' | 'commits';
  readonly through: Seq;
  readonly envelopes: number;
  readonly bytes: number;
  /** Rows that are looked at. */
  readonly rows: number;
}

export interface Trimmed {
  readonly envelopes: number;
  readonly bytes: number;
}

export interface Holdings {
  usage(): Promise<Usage>;
  /** The next logs after a number, ascending. */
  logs(after: number, limit: number): Promise<readonly LogNumber[]>;
  /** Counts a little further, and sets a mark where the last one is `every` milliseconds old and something came since. Undefined where there is no such log. */
  survey(log: LogNumber, mark?: { readonly at: number; readonly every: number }): Promise<Holding | undefined>;
  /** Where the last envelope stands that a cut would take; undefined where it would take none. Only what was counted is cut. */
  plan(log: LogNumber, cut: Cut): Promise<Seq | undefined>;
  /** Lets go of messages, or of commits, up to a seq that {@link plan} has named; head, epochs and invites stay. Durable. */
  trim(log: LogNumber, kind: Cut['kind'], through: Seq): Promise<Trimmed>;
  /** Lets go of registrations, invites and epochs as the figures above say. True while there is more to do. */
  prune(log: LogNumber): Promise<boolean>;
}
