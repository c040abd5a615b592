/// <reference lib="webworker" />
/** The worker of one tab: a host, with the browser's adapters for the engine it may run. */
import { eraseProfile } from '../platform/erase-profile.ts';
import { KeyVault } from '../platform/key-vault.ts';
import { systemClock } from '../platform/system.ts';
import type { Call } from './calls.ts';
import { Host } from './host.ts';
import { startLockable } from './lockable.ts';
import { PROFILE } from './names.ts';
import { DATABASE, KEYS, startEngine } from './profile.ts';

declare const self: DedicatedWorkerGlobalScope;

const host = new Host({
  profile: PROFILE,
  toPage: (message) => { self.postMessage(message); },
  startEngine: () =>
    startLockable({
      vault: new KeyVault(KEYS),
      erase: () => eraseProfile([DATABASE, KEYS]),
      after: (ms, then) => systemClock.after(ms, then),
      startEngine,
    }),
});

self.addEventListener('message', ({ data }: MessageEvent<Call>) => { host.call(data); });
