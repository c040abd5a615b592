/// <reference lib="webworker" />
/**
 * What happens while no page is open: the service worker runs the engine itself, under the same lock as the tabs' workers. It is a script of its own,
 * which the service worker imports when it is woken, so that keeping the app on the device needs none of it.
 *
 * It is never a second writer: where a page leads, it has nothing to do but what the platform demands. When a page opens meanwhile and asks who leads,
 * it lets go at once.
 */
import { newMessageKey, type Engine, type RoomKey } from '../engine/api.ts';
import { systemClock } from '../platform/system.ts';
import { KeyVault } from '../platform/key-vault.ts';
import { noticeSettings, noticeWords } from '../platform/notice-settings.ts';
import { addressOf, subscribeAgain } from '../platform/push.ts';
import type { Between } from './calls.ts';
import { leaderOf, NOTICES, PROFILE, type NoticeMessage } from './names.ts';
import { KEYS, startEngine } from './profile.ts';
import { Calls, proxyEngine } from './proxy.ts';
import { showGeneric, tagOf, tell, type NoticeData, type Tray } from './telling.ts';

declare const self: ServiceWorkerGlobalScope & { sottoBackground?: Background };

export interface Background {
  pushed(): Promise<void>;
  /** Rejects where something is left to be sent: the browser comes back to it. */
  sync(): Promise<void>;
  look(): Promise<void>;
  clicked(event: NotificationEvent & { readonly reply?: string | null }): Promise<void>;
  subscriptionChanged(event: Event & { readonly newSubscription?: PushSubscription | null; readonly oldSubscription?: PushSubscription | null }): Promise<void>;
}

/** Milliseconds that one run may take: browsers give a push half a minute, and want to see something by then. */
const LONGEST_RUN = 20_000;
const LOOK_EVERY = 150;
/** Milliseconds for a page to answer: one that is frozen does not. */
const PATIENCE = 5000;

const tray = (): Tray => self.registration;
const after = (ms: number): Promise<void> => new Promise((resolve) => { systemClock.after(ms, resolve); });

type Ran<T> = { readonly kind: 'ran'; readonly value: T } | { readonly kind: 'elsewhere' } | { readonly kind: 'locked' };

/** What wakes this service worker twice is done one after the other. */
let turn: Promise<unknown> = Promise.resolve();

/** Runs the engine, unless somebody does already or the app is locked. `over`: whether to stop, because the time is up or a page wants it. */
function run<T>(use: (engine: Engine, over: () => boolean) => Promise<T>): Promise<Ran<T>> {
  const mine = turn.then(() => runNow(use));
  turn = mine.catch(() => undefined); // whoever asked is told
  return mine;
}

function runNow<T>(use: (engine: Engine, over: () => boolean) => Promise<T>): Promise<Ran<T>> {
  const name = leaderOf(PROFILE);
  let isOver = false;
  // Before the lock is had: a page that asks for it right after must be heard.
  const channel = new BroadcastChannel(name);
  const wanted = new Promise<Ran<T>>((resolve) => {
    channel.addEventListener('message', ({ data }: MessageEvent<Between>) => {
      if (data.kind !== 'who-leads') return;
      isOver = true;
      resolve({ kind: 'elsewhere' });
    });
  });
  return navigator.locks.request(name, { ifAvailable: true }, async (lock): Promise<Ran<T>> => {
    if (lock === null) return { kind: 'elsewhere' };
    const cancel = systemClock.after(LONGEST_RUN, () => { isOver = true; });
    try {
      const key = await new KeyVault(KEYS).openKey();
      if (key === null) return { kind: 'locked' };
      const engine = await startEngine(key);
      try {
        const used = use(engine, () => isOver).then((value): Ran<T> => ({ kind: 'ran', value }));
        // What is cut off is the page's to do: it is about to begin.
        used.catch(() => undefined);
        return await Promise.race([used, wanted]);
      } finally {
        await engine.close();
      }
    } finally {
      cancel();
    }
  }).finally(() => { channel.close(); });
}

/** Resolves with whether everything was sent, and everything that there is was read. */
async function caughtUp(engine: Engine, over: () => boolean, alsoSent: boolean): Promise<boolean> {
  while (!over()) {
    const { unsent, behind } = await engine.state();
    if (behind === 0 && (unsent === 0 || !alsoSent)) return true;
    await after(LOOK_EVERY);
  }
  return false;
}

/** What is new is told as soon as it is here; what this device has to say goes out before it ends. */
async function readAndTell(engine: Engine, over: () => boolean): Promise<{ readonly shown: number; readonly done: boolean }> {
  await caughtUp(engine, over, false);
  const { on } = await noticeSettings();
  const shown = await tell(engine, await engine.state(), tray(), on);
  return { shown, done: await caughtUp(engine, over, true) };
}

const pages = (): Promise<readonly WindowClient[]> => self.clients.matchAll({ type: 'window' });
const isSeen = async (): Promise<boolean> => (await pages()).some(({ visibilityState }) => visibilityState === 'visible');

/** A page that is just being closed holds the lock for a moment still, and answers nothing: then it is tried once more. */
const TRIES = 2;

/** Something is shown for each push: WebKit takes the subscription away else (https://webkit.org/blog/13878/), and Chromium shows words of its own. Not to somebody who has Sotto before them. */
async function pushed(): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const ran = await run(readAndTell).catch((): Ran<never> => ({ kind: 'elsewhere' }));
    if (ran.kind === 'locked') return showGeneric(tray(), false);
    const shown = ran.kind === 'ran' ? ran.value.shown : await askPage();
    if (shown === undefined) continue;
    if (shown === 0 && !(await isSeen())) await showAgain();
    return;
  }
  if (await isSeen()) return;
  // A page that is locked, or frozen.
  if ((await new KeyVault(KEYS).state(false)).kind === 'locked') return showGeneric(tray(), false);
  await showAgain();
}

/** Nothing is new: what was shown last is shown once more, without a sound; or that there may be something. The next one takes its place. */
async function showAgain(): Promise<void> {
  const last = (await tray().getNotifications()).at(-1);
  if (last === undefined) return showGeneric(tray(), true);
  const { title, body, tag, icon, badge } = last as Notification & { readonly badge?: string };
  const actions = (last as { readonly actions?: NotificationActions }).actions ?? [];
  await tray().showNotification(title, { body, tag, icon, ...(badge === undefined ? {} : { badge }), actions, silent: true, data: last.data as NoticeData });
}

type NotificationActions = readonly { readonly action: string; readonly title: string }[];

/** The page that leads looks by itself. Resolves with how many it has shown; undefined where it does not answer. */
function askPage(): Promise<number | undefined> {
  const channel = new BroadcastChannel(NOTICES);
  return new Promise<number | undefined>((resolve) => {
    channel.addEventListener('message', ({ data }: MessageEvent<NoticeMessage>) => { if (data.kind === 'told') resolve(data.shown); });
    systemClock.after(PATIENCE, () => { resolve(undefined); });
    channel.postMessage({ kind: 'pushed' } satisfies NoticeMessage);
  }).finally(() => { channel.close(); });
}

async function sync(): Promise<void> {
  const ran = await run(readAndTell);
  if (ran.kind === 'ran' && !ran.value.done) throw new Error('something is left to be sent');
}

async function look(): Promise<void> {
  await run(readAndTell);
}

/** With the engine here, or that of the page that leads. Resolves with whether it was done. */
async function withEngine(use: (engine: Engine) => Promise<void>): Promise<boolean> {
  const ran = await run(async (engine, over) => {
    await use(engine);
    await readAndTell(engine, over);
  }).catch((): Ran<never> => ({ kind: 'locked' }));
  if (ran.kind !== 'elsewhere') return ran.kind === 'ran';
  const channel = new BroadcastChannel(leaderOf(PROFILE));
  const calls = new Calls((call) => { channel.postMessage(call satisfies Between); });
  channel.addEventListener('message', ({ data }: MessageEvent<Between>) => { if (data.kind === 'answer' || data.kind === 'failure') calls.settle(data); });
  try {
    return await Promise.race([use(proxyEngine(calls, new Set(), () => undefined)).then(() => true, () => false), after(PATIENCE).then(() => false)]);
  } finally {
    channel.close();
  }
}

const isNoticeData = (value: unknown): value is NoticeData => typeof value === 'object' && value !== null && 'room' in value && 'through' in value;

async function clicked({ action, notification, reply }: NotificationEvent & { readonly reply?: string | null }): Promise<void> {
  notification.close();
  const data = isNoticeData(notification.data) ? notification.data : { room: null, through: 0 };
  const { room, through } = data;
  if (room === null || (action !== 'read' && (action !== 'reply' || typeof reply !== 'string' || reply.trim() === ''))) return open(room);
  const done = await withEngine(async (engine) => {
    if (action === 'reply') await engine.send(room as RoomKey, newMessageKey(), { kind: 'text', text: reply ?? '' });
    await engine.markRead(room as RoomKey, through);
  });
  if (done) return;
  if (action === 'read') return open(room);
  const words = await noticeWords();
  await tray().showNotification(notification.title, { body: `${words.notSent}\n${reply ?? ''}`, tag: tagOf(room), icon: notification.icon, data });
}

/** In a page that is there, or a new one. */
async function open(room: string | null): Promise<void> {
  const hash = room === null ? '#/' : `#/room/${room}`;
  const [page] = [...(await pages())].sort((a, b) => Number(b.visibilityState === 'visible') - Number(a.visibilityState === 'visible'));
  if (page === undefined) {
    await self.clients.openWindow(`/${hash}`);
    return;
  }
  page.postMessage({ type: 'OPEN', hash });
  await page.focus();
}

async function subscriptionChanged({ newSubscription, oldSubscription }: Parameters<Background['subscriptionChanged']>[0]): Promise<void> {
  if (!(await noticeSettings()).on) return;
  const subscription = newSubscription ?? (await subscribeAgain(self.registration, oldSubscription ?? null));
  const address = subscription === null ? null : addressOf(subscription);
  // Where it cannot be said now, the next page that opens compares, and says it.
  await withEngine((engine) => engine.setPush(address));
}

self.sottoBackground = { pushed, sync, look, clicked, subscriptionChanged };
