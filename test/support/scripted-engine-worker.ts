/// <reference lib="webworker" />
/** A tab's worker with a host, around an engine that only says who it is: for tests of who leads. */
import { EngineError } from '../../pwa/engine/api.ts';
import type { Call, LockableEngine } from '../../pwa/worker/calls.ts';
import { StorageError } from '../../pwa/engine/ports/storage.ts';
import { Host } from '../../pwa/worker/host.ts';

declare const self: DedicatedWorkerGlobalScope;

const name = self.name;
const [profile = '', tab = ''] = name.split('/');

const scripted = {
  state: async () => ({ profile: { person: tab, name: tab }, preferences: { readReceipts: true, fetchMedia: 'small' }, rooms: [], connection: { kind: 'online' }, unsent: 0, behind: 0 }),
  timeline: async () => ({ items: [], hasOlder: false }),
  createProfile: async (wish: string) => { throw new EngineError('too-long', `${tab} refuses ${wish}`); },
  // Never answered: the leader dies with them under way.
  createRoom: () => new Promise(() => undefined),
  send: (_room: string, _id: string, content: { readonly text: string }) => (content.text === tab ? new Promise(() => undefined) : Promise.resolve()),
  stage: async (_room: string, source: Blob) => `${tab} reads ${source.type} ${await source.text()}`,
  open: async () => ({ blob: new Blob([tab, ' gives'], { type: 'image/png' }), shows: 'picture' }),
  wake: async () => undefined,
  subscribe: () => () => undefined,
} as unknown as LockableEngine;

async function start(): Promise<LockableEngine> {
  if (tab === 'outdated') throw new StorageError('newer-schema', 'of a newer version');
  return scripted;
}

const host = new Host({ profile, toPage: (message) => { self.postMessage(message); }, startEngine: start });
self.addEventListener('message', ({ data }: MessageEvent<Call>) => { host.call(data); });
