/**
 * A new version of the app: found in the background, offered with the hash of its code, and taken only when the person says so. The page
 * then reloads once, under the new service worker.
 */
import { Workbox } from 'workbox-window';
import { codeOf, type Code } from './code.ts';
import { trustedScriptUrl } from './trusted-url.ts';

export interface Update {
  /** Of the new version; null where it cannot be told. */
  readonly code: Code | null;
  apply(): void;
}

export interface Updates {
  /** Calls back when a new version waits. */
  onReady(then: (update: Update) => void): void;
  /** The code that runs here; null where the browser keeps none. */
  running(): Promise<Code | null>;
  /** The app came up: the next version waits to be taken, where it else would take the place of one that is broken. */
  alive(): void;
}

/** How often a page that stays open asks whether there is a new version. */
const ASK_EVERY_MS = 60 * 60 * 1000;

/** Does nothing where the browser has no service workers, such as in a private window: the app then needs the network to start. */
export function watchForUpdates(): Updates {
  if (!('serviceWorker' in navigator)) return { onReady: () => undefined, running: () => Promise.resolve(null), alive: () => undefined };
  const listeners: ((update: Update) => void)[] = [];
  register(listeners);
  const active = async (): Promise<ServiceWorker | null> => (await navigator.serviceWorker.ready).active;
  return {
    onReady: (then) => { listeners.push(then); },
    running: async () => {
      const worker = navigator.serviceWorker.controller ?? await active();
      return worker === null ? null : codeOf(worker);
    },
    alive: () => { void active().then((worker) => { worker?.postMessage({ type: 'ALIVE' }); }); },
  };
}

function register(listeners: readonly ((update: Update) => void)[]): void {
  const workbox = new Workbox(trustedScriptUrl('/sw.js'), { scope: '/' });
  const apply = (): void => {
    workbox.addEventListener('controlling', () => { location.reload(); });
    workbox.messageSkipWaiting();
  };
  workbox.addEventListener('waiting', ({ sw }) => {
    const asked = sw === undefined ? Promise.resolve(null) : codeOf(sw);
    void asked.then((code) => { for (const listener of listeners) listener({ code, apply }); });
  });
  // The network may go before all of the app is kept: then the browser forgets the attempt, and it is made again.
  addEventListener('online', () => {
    if (navigator.serviceWorker.controller === null) navigator.serviceWorker.register(trustedScriptUrl('/sw.js'), { scope: '/' }).catch(() => undefined);
  });
  workbox.register().then(() => { setInterval(() => { void workbox.update(); }, ASK_EVERY_MS); }, () => {
    // Refused, as by a certificate that the browser does not trust: the app works, and needs the network to start.
  });
}
