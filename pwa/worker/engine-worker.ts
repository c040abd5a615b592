/// <reference lib="webworker" />
/** The worker of one tab: a host, with the browser's adapters for the engine it may run. */
import { createEngine } from '../engine/index.ts';
import { blobTransport } from '../platform/blobs.ts';
import { WrappedDeviceKey } from '../platform/device-key.ts';
import { IndexedDbStorage } from '../platform/indexeddb.ts';
import { systemClock, systemRandomness } from '../platform/system.ts';
import { webSocketTransport } from '../platform/websocket.ts';
import type { Call } from './calls.ts';
import { Host } from './host.ts';

declare const self: DedicatedWorkerGlobalScope;

const PROFILE = 'default';

const host = new Host({
  profile: PROFILE,
  toPage: (message) => { self.postMessage(message); },
  startEngine: async () =>
    createEngine({
      storage: await IndexedDbStorage.open(`sotto-${PROFILE}`),
      deviceKey: new WrappedDeviceKey(`sotto-keys-${PROFILE}`),
      transport: webSocketTransport, blobs: blobTransport, clock: systemClock, randomness: systemRandomness,
      appOrigin: self.location.origin, relay: self.location.origin,
    }),
});

self.addEventListener('message', ({ data }: MessageEvent<Call>) => { host.call(data); });
