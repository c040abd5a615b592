/** The profile of this browser, and an engine for it over the browser's adapters: in a tab's worker, or in the service worker. */
import type { Engine } from '../engine/api.ts';
import { createEngine } from '../engine/index.ts';
import { blobTransport } from '../platform/blobs.ts';
import { IndexedDbStorage } from '../platform/indexeddb.ts';
import { systemClock, systemRandomness } from '../platform/system.ts';
import { webSocketTransport } from '../platform/websocket.ts';

export const DATABASE = 'sotto-default';
export const KEYS = 'sotto-keys-default';

/** Only for whoever holds the profile's lock. */
export const startEngine = async (key: Uint8Array): Promise<Engine> =>
  createEngine({
    storage: await IndexedDbStorage.open(DATABASE), deviceKey: { deviceKey: () => Promise.resolve(key) },
    transport: webSocketTransport, blobs: blobTransport, clock: systemClock, randomness: systemRandomness,
    appOrigin: self.location.origin, relay: self.location.origin,
  });
