/// <reference lib="webworker" />
/** Keeps the whole app on the device, so that it opens with no network at all. It waits until the person takes an update. */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { KeptCode } from './kept-code.ts';
import { takeShare } from './shared.ts';

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: (PrecacheEntry | string)[] };

const kept = self.__WB_MANIFEST;
const code = new KeptCode(kept);

self.addEventListener('fetch', (event) => {
  const answer = takeShare(event.request);
  if (answer !== undefined) event.respondWith(answer);
});
precacheAndRoute(kept);
cleanupOutdatedCaches();
// Every address is the one page; what the relay itself answers is not.
registerRoute(new NavigationRoute(createHandlerBoundToURL('/index.html'), { denylist: [/^\/v1\//, /^\/healthz/, /^\/\.well-known\//] }));

self.addEventListener('install', (event) => { event.waitUntil(install()); });
self.addEventListener('activate', (event) => { event.waitUntil(Promise.all([self.clients.claim(), code.forgetOthers()])); });

async function install(): Promise<void> {
  await code.install();
  // A version under which no page ever came up can offer no update: whatever comes next takes its place.
  if (self.registration.active !== null && !(await code.wasAnotherAlive())) await self.skipWaiting();
}

self.addEventListener('message', (event) => {
  switch ((event.data as { type?: unknown } | null)?.type) {
    case 'SKIP_WAITING':
      return event.waitUntil(self.skipWaiting());
    case 'ALIVE':
      return event.waitUntil(code.alive());
    case 'CODE':
      return event.waitUntil(code.report().then((report) => { event.ports[0]?.postMessage(report); }, () => { event.ports[0]?.postMessage(null); }));
  }
});
