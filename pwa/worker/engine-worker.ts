/// <reference lib="webworker" />
/** The worker of one tab: a host, with the browser's adapters for the engine it may run. */
import { createEngine } from '../engine/index.ts';
import { blobTransport } from '../platform/blobs.ts';
import { eraseProfile } from '../platform/erase-profile.ts';
import { IndexedDbStorage } from '../platform/indexeddb.ts';
import { KeyVault } from '../platform/key-vault.ts';
import { systemClock, systemRandomness } from '../platform/system.ts';
import { webSocketTransport } from '../platform/websocket.ts';
import type { Call } from './calls.ts';
import { Host } from './host.ts';
import { startLockable } from './lockable.ts';

declare const self: DedicatedWorkerGlobalScope;

const PROFILE = 'default';
const DATABASE = `sotto-${PROFILE}`;
const KEYS = `sotto-keys-${PROFILE}`;

const host = new Host({
  profile: PROFILE,
  toPage: (message) => { self.postMessage(message); },
  startEngine: () =>
    startLockable({
      vault: new KeyVault(KEYS),
      erase: () => eraseProfile([DATABASE, KEYS]),
      after: (ms, then) => systemClock.after(ms, then),
      startEngine: async (key) =>
        createEngine({
          storage: await IndexedDbStorage.open(DATABASE), deviceKey: { deviceKey: () => Promise.resolve(key) },
          transport: webSocketTransport, blobs: blobTransport, clock: systemClock, randomness: systemRandomness,
          appOrigin: self.location.origin, relay: self.location.origin,
        }),
    }),
});

self.addEventListener('message', ({ data }: MessageEvent<Call>) => { host.call(data); });
