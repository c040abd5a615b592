/** What a connection asks of a room, queued for the turn that answers it. */
import type { ErrorCode } from '../../shared/codes.ts';
import type { ClientControl } from '../../shared/control.ts';
import type { Envelope } from '../../shared/envelope.ts';
import type { InviteKey, RoomId, Seq } from '../../shared/ids.ts';
import type { Epoch } from './epochs.ts';
import type { Membership } from './membership.ts';
import type { Room } from './room.ts';
import type { Subscriber } from './subscriber.ts';

export type ControlOf<T extends ClientControl['t']> = Extract<ClientControl, { t: T }>;

/** How the first half of a turn ended for a job; the answer goes out once the batch is durable. */
export type Outcome =
  | { readonly type: 'pending' }
  | { readonly type: 'placed'; readonly seq: Seq; readonly invite?: InviteKey }
  | { readonly type: 'duplicate'; readonly seq: Seq }
  | { readonly type: 'refused'; readonly code: ErrorCode; readonly retryAfter?: number }
  /** `ticket`: the epoch for which one is given. */
  | { readonly type: 'granted'; readonly membership: Membership; readonly made: boolean; readonly ticket: Epoch | undefined }
  | { readonly type: 'deleted'; readonly room: Room };

interface Base {
  readonly subscriber: Subscriber;
  outcome: Outcome;
}

/** The hot one: the frame is not decoded any further than it must be. */
export interface SendJob extends Base {
  readonly type: 'send';
  readonly membership: Membership;
  readonly frame: Uint8Array;
}

/** The rest occupies its connection: the next frame waits until `done`. */
interface Slow extends Base {
  readonly done: () => void;
}

export interface SignalJob extends Base {
  readonly type: 'signal';
  readonly membership: Membership;
  readonly envelope: Envelope;
  readonly frame: Uint8Array;
}

export interface CommitJob extends Slow {
  readonly type: 'commit';
  readonly membership: Membership;
  readonly bundle: ControlOf<'commit'>;
}

/** Its signature was verified; the room, if there is one, is pinned until `done`. */
export interface CreateJob extends Slow {
  readonly type: 'create';
  readonly room: RoomId;
  readonly request: ControlOf<'create'>;
}

/** Its proof was verified; the room is pinned until `done`. */
export interface OpenJob extends Slow {
  readonly type: 'open';
  readonly room: Room;
  readonly ref: number;
  readonly by: { readonly type: 'epoch' | 'ticket'; readonly epoch: Epoch } | { readonly type: 'invite'; readonly invite: InviteKey };
}

/** Its signature was verified; the room is pinned until `done`. */
export interface DeleteJob extends Slow {
  readonly type: 'delete';
  readonly room: Room;
  readonly ref: number;
}

export interface PullJob extends Slow {
  readonly type: 'pull';
  readonly membership: Membership;
  readonly request: ControlOf<'pull'>;
}

export interface GroupInfoJob extends Slow {
  readonly type: 'group-info';
  readonly membership: Membership;
  readonly request: ControlOf<'group-info'>;
}

export type Job = SendJob | SignalJob | CommitJob | CreateJob | OpenJob | DeleteJob | PullJob | GroupInfoJob;
