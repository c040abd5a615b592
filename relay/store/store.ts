/**
 * The relay's durable memory, as a port. Every adapter passes `test/support/relay-store-conformance.ts`.
 *
 * What every adapter guarantees:
 *
 * 1. **All or nothing.** `write` puts a whole batch in force, or rejects and puts nothing of it in force.
 * 2. **Durable.** When `write` has resolved, the batch survives the loss of power (the memory adapter: the
 *    loss of everything but itself).
 * 3. **Ordered.** Batches take effect in the order of their calls; there is one `write` in flight at a time.
 * 4. **Exact.** `read` gives the frames of a log byte for byte, in the order of seq, without holes from `complete` on.
 * 5. **Its own copy.** Nothing that was handed in or out is shared with the store afterwards.
 * 6. **One owner.** Two processes cannot hold the same store open.
 *
 * What it does not judge: whether a write makes sense. That is `delivery/`, which keeps the state of every
 * room in use in memory and is the only writer.
 */
import type { AccessKey, Branded, EnvelopeId, EpochId, Incarnation, InviteKey, RoomId, Seq } from '../../shared/ids.ts';
import type { InviteRegistration } from '../../shared/statements.ts';
import type { Holdings } from './holdings.ts';
import type { Subscriptions } from './subscriptions.ts';

/** One lifetime of one room's log. A room that is deleted and created again gets another. */
export type LogNumber = Branded<number, 'LogNumber'>;

export interface EpochRecord {
  /** 0 for the first epoch of a room, then counted up in the order of registration. */
  readonly number: number;
  /** The number of the epoch that it follows; undefined for the first. */
  readonly parent: number | undefined;
  readonly id: EpochId;
  readonly access: AccessKey;
  /** Whether the commit that began it was a closing one. */
  readonly closing: boolean;
  /** Where the commit that began it stands; 0 for the first epoch. */
  readonly seq: Seq;
  readonly invites: readonly InviteRegistration[];
}

export interface RoomRecord {
  readonly log: LogNumber;
  readonly incarnation: Incarnation;
  /** Seq of the last envelope; 0 where there was none. */
  readonly head: Seq;
  /** From here on all commits are kept. */
  readonly floor: Seq;
  /** From here on everything is kept: floor ≤ complete ≤ head + 1. */
  readonly complete: Seq;
  /** In the order of their numbers. */
  readonly epochs: readonly EpochRecord[];
  /** Every invite key that was ever registered, and how many commits it made. */
  readonly uses: readonly { readonly key: InviteKey; readonly used: number }[];
}

export type Write =
  | {
      readonly type: 'create'; readonly log: LogNumber; readonly room: RoomId; readonly incarnation: Incarnation;
      readonly epoch: EpochRecord; readonly groupInfo: Uint8Array;
    }
  | { readonly type: 'append'; readonly log: LogNumber; readonly seq: Seq; readonly frame: Uint8Array }
  | {
      readonly type: 'commit'; readonly log: LogNumber; readonly seq: Seq; readonly frame: Uint8Array;
      readonly epoch: EpochRecord; readonly groupInfo: Uint8Array;
      /** The invite key by which it was made, whose count it raises. */
      readonly invite: InviteKey | undefined;
    }
  | { readonly type: 'delete'; readonly log: LogNumber };

export interface Range {
  /** Exclusive. */
  readonly after: Seq;
  /** Inclusive. */
  readonly through: Seq;
  readonly limit: number;
  /** Reading ends with the frame that reaches this many bytes; at least one frame is read where there is one. */
  readonly bytes: number;
}

export interface Store extends Holdings, Subscriptions {
  /** A number no log has; taken by the `create` that uses it. */
  newLog(): LogNumber;
  /** Rejects with {@link StoreError}. An empty batch changes nothing, and resolves only where the disk takes writes: a probe. */
  write(batch: readonly Write[]): Promise<void>;
  load(room: RoomId): Promise<RoomRecord | undefined>;
  /** Whole envelope frames, seq in place. */
  read(log: LogNumber, range: Range): Promise<readonly Uint8Array[]>;
  /** The ids of the last `count` envelopes, oldest first. */
  recentIds(log: LogNumber, count: number): Promise<readonly { readonly id: EnvelopeId; readonly seq: Seq }[]>;
  /** Of an epoch without successor (others' are dropped); undefined where there is none. */
  groupInfo(log: LogNumber, epoch: number): Promise<Uint8Array | undefined>;
  /** Gives back a little of the space of deleted logs, in one short step. True while there is more to do. */
  sweep(): Promise<boolean>;
  close(): Promise<void>;
  /** Resolves where it is lost for good, whatever is asked of it: only a new start helps. */
  readonly gone?: Promise<StoreError>;
}

export type StoreErrorCode =
  /** Nothing of the batch is in force; the same batch may be tried again. */
  | 'write-failed'
  /** As before: there is no space on the disk. */
  | 'disk-full'
  /** As before: the disk answered with an error, or takes no writes. */
  | 'io-error'
  /** Another process holds this store. */
  | 'in-use'
  /** It was written by a newer version: this one must not touch it. */
  | 'newer-schema'
  /** It cannot promise durability as it is set up. */
  | 'not-durable'
  /** It is not a store of ours, or damaged. */
  | 'not-a-store';

export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
