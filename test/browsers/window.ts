/** A browser as these tests need it: a window that goes somewhere and runs a script. Everything else is done by the script, in the page, as a person would see it. */

export interface Window {
  goto(url: string): Promise<void>;
  /** Runs the body of an async function with `args`, and answers what it returns: plain data. Rejects with what it throws. */
  run(body: string, ...args: readonly unknown[]): Promise<unknown>;
  close(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  /** Each window is a person's own browser: nothing is shared with another. */
  open(): Promise<Window>;
  /** What this engine is known not to have: asserted, so that the day it has it is noticed. */
  readonly lacks: readonly Feature[];
}

/** As a page finds it out. */
export const FEATURES = {
  'service workers': "'serviceWorker' in navigator",
  'background sync': "'SyncManager' in self",
  'periodic sync': "'PeriodicSyncManager' in self",
  push: "'PushManager' in self",
  'web locks': "'locks' in navigator",
  badges: "'setAppBadge' in navigator",
  'install prompt': "'onbeforeinstallprompt' in self",
  'view transitions': "'startViewTransition' in document",
} as const;

export type Feature = keyof typeof FEATURES;
