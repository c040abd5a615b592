/** `sotto/relay`: run a relay within another program, or its core on a transport of one's own. */
export { MemoryBlobStore } from './blobs/memory.ts';
export { DirectoryBlobStore } from './blobs/directory.ts';
export type { BlobStore } from './blobs/store.ts';
export { createRelayCore, type CoreOptions, type Link, type RelayCore } from './core.ts';
export { Batch } from './delivery/batch.ts';
export { DEFAULT_LIMITS, type RelayLimits } from './limits.ts';
export type { PushOptions } from './push/push.ts';
export { buildRelay, type Relay, type RelayOptions } from './server.ts';
export type { Peer } from './socket/peer.ts';
export { verifyAtOnce, verifyOnThreadPool, type Verify } from './socket/proof.ts';
export { MemoryStore } from './store/memory.ts';
export { sqliteStore } from './store/sqlite.ts';
export { StoreError, type Store } from './store/store.ts';
