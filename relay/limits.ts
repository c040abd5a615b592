/** What this relay allows, within what the protocol does (`shared/limits.ts`). Sizes in bytes, times in milliseconds. */
import { LIMITS } from '../shared/limits.ts';

export interface RelayLimits {
  readonly payload: number;
  readonly frame: number;
  readonly pull: number;
  /** Bytes of envelopes in the answer to one pull, the last one not counted. */
  readonly pullBytes: number;
  readonly connections: number;
  /** Rooms that one connection may hold open. */
  readonly rooms: number;
  /** Access keys that one connection holds of one room. */
  readonly keysPerRoom: number;
  /** Sustained rates per connection; a burst may be `burstSeconds` seconds' worth. */
  readonly framesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly commitsPerSecond: number;
  readonly burstSeconds: number;
  /** Frames over the rate that are answered before the connection is closed. */
  readonly overRate: number;
  /** Further candidates that one connection may offer for one step. */
  readonly candidatesPerConnection: number;
  readonly candidates: number;
  /** How long a connection may stay without opening a room. */
  readonly idle: number;
  /** Unread bytes over which a connection is taken off live delivery, and its own frames wait. */
  readonly buffered: number;
  /** Bytes of frames that wait behind a slow answer before the connection's reading pauses. */
  readonly waiting: number;
  /** Seconds between heartbeats; a peer that was silent for two of them is dropped. */
  readonly heartbeat: number;
  /** Envelope ids remembered per room, at least; see `delivery/dedupe.ts`. */
  readonly dedupe: number;
  /** The longest that a client is asked to wait before it reconnects to a relay that goes away. */
  readonly reconnect: number;
}

export const DEFAULT_LIMITS: RelayLimits = {
  payload: LIMITS.payload,
  frame: LIMITS.frame,
  pull: LIMITS.pull,
  pullBytes: 1024 * 1024,
  connections: 10_000,
  rooms: 1000,
  keysPerRoom: 64,
  framesPerSecond: 500,
  bytesPerSecond: 4 * 1024 * 1024,
  commitsPerSecond: 4,
  burstSeconds: 10,
  overRate: 2000,
  candidatesPerConnection: 4,
  candidates: LIMITS.candidates,
  idle: 60_000,
  buffered: 1024 * 1024,
  waiting: 256 * 1024,
  heartbeat: 25,
  dedupe: 4096,
  reconnect: 3000,
};
