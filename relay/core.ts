/** The relay without sockets and HTTP: sessions over a store. What the WebSocket layer, and simulations, stand on. */
import { Rooms } from './delivery/rooms.ts';
import type { Peer } from './delivery/peer.ts';
import { DEFAULT_LIMITS, type RelayLimits } from './socket/limits.ts';
import { Session } from './socket/session.ts';
import type { Store } from './store/store.ts';

export interface CoreOptions {
  readonly store: Store;
  /** By which this relay is reached, such as https://chat.example: statements are signed for one of them. */
  readonly origins: readonly string[];
  readonly limits?: Partial<RelayLimits>;
  /** Unix milliseconds. */
  readonly now?: () => number;
  /** Runs work once this turn's input is in; `setImmediate` by default. */
  readonly soon?: (work: () => void) => void;
}

export interface RelayCore {
  readonly rooms: Rooms;
  readonly limits: RelayLimits;
  connect(peer: Peer): Session;
}

export function createRelayCore(options: CoreOptions): RelayCore {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const rooms = new Rooms(options.store, options.soon ?? ((work) => { setImmediate(work); }));
  return {
    rooms, limits,
    connect: (peer) => new Session(peer, { rooms, limits, origins: options.origins, now: options.now ?? Date.now }),
  };
}
