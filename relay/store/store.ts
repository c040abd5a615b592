/**
 * The relay's durable log. Guarantees that every adapter keeps, held by one conformance suite:
 *
 * - `commit` is atomic over all its writes and durable when it resolves: they survive `kill -9` and a
 *   power cut. When it rejects, none was made.
 * - What was committed is read back byte for byte, in seq order.
 * - Commits are made in the order of the calls; the relay makes one at a time.
 *
 * The store trusts its caller: seqs, epochs and permissions are decided in `delivery/`, in memory.
 */
import type { InviteRegistration } from '../../shared/statements.ts';
import type { AccessKey, EnvelopeId, EpochId, Incarnation, InviteKey, OwnerKey, RoomId, Seq } from '../../shared/ids.ts';

export interface StoredEpoch {
  readonly id: EpochId;
  /** Null for the room's first. */
  readonly parent: EpochId | null;
  readonly access: AccessKey;
  /** Whether the commit that began it removed someone. */
  readonly closing: boolean;
  /** Of that commit; 0 for the room's first epoch. */
  readonly seq: Seq;
  readonly invites: readonly InviteRegistration[];
}

export type Write =
  | { readonly kind: 'room'; readonly room: RoomId; readonly owner: OwnerKey; readonly incarnation: Incarnation; readonly epoch: StoredEpoch; readonly groupInfo: Uint8Array }
  /** `frame` is the whole envelope, placed at `seq`. */
  | { readonly kind: 'envelope'; readonly room: RoomId; readonly seq: Seq; readonly frame: Uint8Array }
  /** Beside the envelope of a commit. GroupInfo is kept for an epoch and its parent: nobody joins further back. */
  | { readonly kind: 'epoch'; readonly room: RoomId; readonly epoch: StoredEpoch; readonly groupInfo: Uint8Array; readonly forgetGroupInfoOf: EpochId | null }
  | { readonly kind: 'invite-used'; readonly room: RoomId; readonly key: InviteKey }
  | { readonly kind: 'delete'; readonly room: RoomId };

export interface StoredRoom {
  readonly owner: OwnerKey;
  readonly incarnation: Incarnation;
  /** The last seq; 0 where nothing was sent. */
  readonly head: Seq;
  /** Parents before children. */
  readonly epochs: readonly StoredEpoch[];
  readonly inviteUses: readonly { readonly key: InviteKey; readonly uses: number }[];
  /** The newest envelopes, oldest first, at most as many as asked for: for telling a resent one. */
  readonly recent: readonly { readonly id: EnvelopeId; readonly seq: Seq }[];
}

export interface Store {
  commit(writes: readonly Write[]): Promise<void>;
  load(room: RoomId, recent: number): Promise<StoredRoom | undefined>;
  /** Whole envelopes with seq > `after`, oldest first: at most `limit`, and no more after `bytes` are passed. */
  read(room: RoomId, after: Seq, limit: number, bytes: number): Promise<readonly { readonly seq: Seq; readonly frame: Uint8Array }[]>;
  /** The sealed GroupInfo; undefined where it is not kept. */
  groupInfo(room: RoomId, epoch: EpochId): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** The store cannot be opened or written. What to do: as the message says; nothing was changed. */
export class StoreError extends Error {
  readonly code: 'newer-schema' | 'not-durable' | 'failed';
  constructor(code: StoreError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreError';
    this.code = code;
  }
}
