/**
 * The page's part in notifications: while it is open and not before the person's eyes it tells what is new; it keeps the badge, clears what was
 * read, and asks the browser to come back for what is not sent yet. Of several pages one does it.
 */
import type { Engine, EngineState } from '../engine/api.ts';
import { noticeSettings } from '../platform/notice-settings.ts';
import { systemClock } from '../platform/system.ts';
import { NOTICES, type NoticeMessage } from './names.ts';
import { tell, type Tray } from './telling.ts';

/** Background Sync and Periodic Background Sync (https://wicg.github.io/background-sync/spec/, …/periodic-background-sync/): Chromium has them. */
interface Syncing {
  readonly sync?: { register(tag: string): Promise<void> };
  readonly periodicSync?: { register(tag: string, options: { readonly minInterval: number }): Promise<void> };
}

export const OUTBOX = 'outbox';
export const LOOK = 'look';
/** Milliseconds; the browser decides, and comes less often. */
const LOOK_EVERY = 12 * 3_600_000;
/** Held, shared, by each page that is before the person's eyes. */
const SEEN = 'sotto:seen';
/** How long a page that was asked looks for what came. */
const LOOK_FOR = 4000;

/** For as long as there is the page. */
export function watchNotices(engine: Pick<Engine, 'state' | 'timeline' | 'subscribe' | 'wake'>, registration: ServiceWorkerRegistration): void {
  holdWhileVisible();
  followClicks();
  let unsent = 0;
  let asked = false;
  // What is queued goes out though the page is closed, or thrown out by the system, before the network is back.
  const askForSync = (): void => {
    if (unsent === 0 || asked) return;
    asked = true;
    (registration as Syncing).sync?.register(OUTBOX).catch(() => undefined);
  };
  engine.subscribe((event) => {
    if (event.kind !== 'state') return;
    unsent = event.state.unsent;
    if (unsent === 0) asked = false;
    else if (event.state.connection.kind !== 'online') askForSync();
  });
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') askForSync(); });
  // Refused where the app is not installed.
  (registration as Syncing).periodicSync?.register(LOOK, { minInterval: LOOK_EVERY }).catch(() => undefined);
  void navigator.locks.request('sotto:teller', () => teller(engine, registration as unknown as Tray));
}

function teller(engine: Pick<Engine, 'state' | 'timeline' | 'subscribe' | 'wake'>, tray: Tray): Promise<never> {
  let turn: Promise<number> = Promise.resolve(0);
  const look = (state: EngineState): Promise<number> => {
    turn = turn.then(async () => {
      const { on } = await noticeSettings();
      return tell(engine, state, tray, on && Notification.permission === 'granted' && !(await isSeen()));
    }).catch(() => 0); // the engine is gone, as when the app is locked: who starts it looks again
    return turn;
  };
  if (!('Notification' in globalThis)) return new Promise(() => undefined);
  engine.subscribe((event) => { if (event.kind === 'state') void look(event.state); });
  void engine.state().then(look, () => undefined);
  const channel = new BroadcastChannel(NOTICES);
  channel.addEventListener('message', ({ data }: MessageEvent<NoticeMessage>) => {
    if (data.kind !== 'pushed') return;
    void answer(engine, look).then((shown) => { channel.postMessage({ kind: 'told', shown } satisfies NoticeMessage); }, () => undefined);
  });
  return new Promise(() => undefined);
}

/** It may have slept, with a connection that is none any more. */
async function answer(engine: Pick<Engine, 'state' | 'subscribe' | 'wake'>, look: (state: EngineState) => Promise<number>): Promise<number> {
  await engine.wake();
  const current = new Promise<void>((resolve) => {
    systemClock.after(LOOK_FOR, resolve);
    const stop = engine.subscribe((event) => {
      if (event.kind !== 'state' || event.state.behind > 0) return;
      stop();
      resolve();
    });
  });
  if ((await engine.state()).behind > 0) await current;
  return look(await engine.state());
}

function holdWhileVisible(): void {
  let letGo: (() => void) | undefined;
  const follow = (): void => {
    letGo?.();
    letGo = undefined;
    if (document.visibilityState !== 'visible') return;
    const over = new Promise<void>((resolve) => { letGo = resolve; });
    void navigator.locks.request(SEEN, { mode: 'shared' }, () => over);
  };
  document.addEventListener('visibilitychange', follow);
  follow();
}

const isSeen = async (): Promise<boolean> => ((await navigator.locks.query()).held ?? []).some(({ name }) => name === SEEN);

/** Somebody tapped a notification, and this page is to show its room. */
function followClicks(): void {
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (typeof data !== 'object' || data === null || !('type' in data) || data.type !== 'OPEN' || !('hash' in data) || typeof data.hash !== 'string') return;
    location.hash = data.hash;
  });
}
