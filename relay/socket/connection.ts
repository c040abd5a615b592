/** What the handlers of single frames may use of the session that they work for. */
import type { ErrorCode } from '../../shared/codes.ts';
import { encodeControl } from '../../shared/control.ts';
import type { EnvelopeId, Nonce, RoomId } from '../../shared/ids.ts';
import type { Peer } from '../delivery/peer.ts';
import type { Rooms } from '../delivery/rooms.ts';
import type { Subscription } from '../delivery/subscription.ts';
import type { RelayLimits } from './limits.ts';

export interface SessionOptions {
  readonly rooms: Rooms;
  readonly limits: RelayLimits;
  /** The origins by which this relay is reached: what statements are signed for. */
  readonly origins: readonly string[];
  /** Unix milliseconds. */
  readonly now: () => number;
}

export interface Refusal {
  readonly code: ErrorCode;
  readonly ref?: number;
  readonly room?: RoomId;
  readonly id?: EnvelopeId;
  /** Milliseconds. */
  readonly retryAfter?: number;
}

export interface Connection {
  readonly peer: Peer;
  readonly options: SessionOptions;
  readonly nonce: Nonce;
  /** By the room's key. */
  readonly subscriptions: Map<string, Subscription>;
  /** This connection's hold on a room, if it has one. */
  subscription(room: RoomId): Subscription | undefined;
  fail(error: Refusal): void;
}

export const refusal = (error: Refusal): Uint8Array =>
  encodeControl({ t: 'error', code: error.code, ref: error.ref ?? null, room: error.room ?? null, id: error.id ?? null, retryAfter: error.retryAfter ?? 0 });
