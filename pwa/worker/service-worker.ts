/// <reference lib="webworker" />
/** Keeps the whole app on the device, so that it opens with no network at all. It waits until the person takes an update. */
import { cleanupOutdatedCaches, createHandlerBoundToURL, precacheAndRoute, type PrecacheEntry } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { KeptCode } from './kept-code.ts';
import { trustedScriptUrl } from '../platform/trusted-url.ts';
import type { Background } from './background.ts';
import { takeShare } from './shared.ts';

declare const self: ServiceWorkerGlobalScope & { readonly __WB_MANIFEST: (PrecacheEntry | string)[]; readonly sottoBackground?: Background };
/** Where the script with the engine is; its name holds its hash. */
declare const __BACKGROUND__: string;

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

/**
 * With the engine, and so read only when it is needed. What is imported while a service worker is installed is kept with it, and read from there ever after,
 * without a network (https://w3c.github.io/ServiceWorker/#importscripts).
 */
function background(): Background {
  if (self.sottoBackground === undefined) importScripts(trustedScriptUrl(__BACKGROUND__));
  if (self.sottoBackground === undefined) throw new Error('the background script is none');
  return self.sottoBackground;
}

async function install(): Promise<void> {
  background();
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

/** What the library of types does not know of all these, and sync events have. */
type Happening = Event & { readonly tag?: string; waitUntil(work: Promise<unknown>): void };

const on = (name: string, work: (event: Happening) => Promise<void>): void => {
  self.addEventListener(name, (event) => { (event as Happening).waitUntil(work(event as Happening)); });
};
on('push', () => background().pushed());
on('sync', async ({ tag }) => { if (tag === 'outbox') await background().sync(); });
on('periodicsync', () => background().look());
on('notificationclick', (event) => background().clicked(event as Event as NotificationEvent));
on('pushsubscriptionchange', (event) => background().subscriptionChanged(event));
