/**
 * A new version of the app: found in the background, offered, and taken only when the person says so. The page
 * then reloads once, under the new service worker.
 */
import { Workbox } from 'workbox-window';
import { trustedScriptUrl } from './trusted-url.ts';

export interface Updates {
  /** Calls back when a new version waits; `apply` takes it. */
  onReady(then: (apply: () => void) => void): void;
}

/** How often a page that stays open asks whether there is a new version. */
const ASK_EVERY_MS = 60 * 60 * 1000;

/** Does nothing where the browser has no service workers, such as in a private window: the app then needs the network to start. */
export function watchForUpdates(): Updates {
  const listeners: ((apply: () => void) => void)[] = [];
  if ('serviceWorker' in navigator) register(listeners);
  return { onReady: (then) => { listeners.push(then); } };
}

function register(listeners: readonly ((apply: () => void) => void)[]): void {
  const workbox = new Workbox(trustedScriptUrl('/sw.js'), { scope: '/' });
  const apply = (): void => {
    workbox.addEventListener('controlling', () => { location.reload(); });
    workbox.messageSkipWaiting();
  };
  workbox.addEventListener('waiting', () => { for (const listener of listeners) listener(apply); });
  // The network may go before all of the app is kept: then the browser forgets the attempt, and it is made again.
  addEventListener('online', () => {
    if (navigator.serviceWorker.controller === null) navigator.serviceWorker.register(trustedScriptUrl('/sw.js'), { scope: '/' }).catch(() => undefined);
  });
  workbox.register().then(() => { setInterval(() => { void workbox.update(); }, ASK_EVERY_MS); }, () => {
    // Refused, as by a certificate that the browser does not trust: the app works, and needs the network to start.
  });
}
