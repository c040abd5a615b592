/** The page's end: starts the worker, and hands out the engine that lives there, behind its lock. The page itself does no cryptography. */
import type { EngineEvent } from '../engine/api.ts';
import { trustedScriptUrl } from '../platform/trusted-url.ts';
import type { Answer, LockableEngine } from './calls.ts';
import workerUrl from './engine-worker.ts?worker&url';
import { Calls, proxyEngine } from './proxy.ts';

export function connectEngine(): LockableEngine {
  const worker = new Worker(trustedScriptUrl(workerUrl), { type: 'module', name: 'sotto-engine' });
  const listeners = new Set<(event: EngineEvent) => void>();
  const calls = new Calls((call) => { worker.postMessage(call); });
  worker.addEventListener('message', ({ data }: MessageEvent<Answer | { readonly kind: 'news'; readonly event: EngineEvent }>) => {
    if (data.kind === 'news') for (const listener of listeners) listener(data.event);
    else calls.settle(data);
  });
  worker.addEventListener('error', () => {
    const problem = { code: 'internal', detail: 'Sotto could not start. Reload the page.' } as const;
    for (const listener of listeners) listener({ kind: 'halted', problem });
  });
  // Kept for going back (WebKit does so with workers and all), this page would keep the lock too, and whoever comes next would wait for it forever.
  addEventListener('pagehide', (event) => { if ((event as PageTransitionEvent).persisted) worker.terminate(); });
  addEventListener('pageshow', (event) => { if ((event as PageTransitionEvent).persisted) location.reload(); });
  const engine = proxyEngine(calls, listeners, () => { worker.terminate(); });
  // The network came back, or the person did: what waits goes out now.
  const wake = (): void => { engine.wake().catch(() => undefined); };
  addEventListener('online', wake);
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') wake(); });
  return engine;
}
