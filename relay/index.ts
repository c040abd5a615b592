/** `sotto/relay`. */
export { createRelayCore, type CoreOptions, type RelayCore } from './core.ts';
export { Batch, type Peer } from './delivery/peer.ts';
export { buildRelay, type Relay, type RelayOptions } from './server.ts';
export { DEFAULT_LIMITS, type RelayLimits } from './socket/limits.ts';
export { MemoryStore } from './store/memory.ts';
export { SqliteStore } from './store/sqlite.ts';
export { StoreError, type Store, type StoredEpoch, type StoredRoom, type Write } from './store/store.ts';
