/**
 * Web Push as the browser has it (https://w3c.github.io/push-api/), and the permission to notify. Both are asked for when the person taps, and at no
 * other time: browsers refuse it else, and remember.
 */
import type { PushAddress } from '../engine/api.ts';
import { keepNoticeSettings, noticeSettings } from './notice-settings.ts';

/** What this browser can do of it. `install`: WebKit on iOS notifies for apps on the home screen alone (https://webkit.org/blog/13878/web-push-for-web-apps-on-ios-and-ipados/). */
export type NoticeAbility = 'push' | 'while-open' | 'install' | 'none';

export interface NoticeState {
  readonly ability: NoticeAbility;
  /** The person, or the browser for them, has said no: it is undone in the browser's settings. */
  readonly refused: boolean;
  readonly on: boolean;
  readonly text: boolean;
  /** This device is woken while Sotto is closed. */
  readonly wakes: boolean;
}

/** The part of the engine that knows relays. */
interface Waking {
  pushKey(): Promise<Uint8Array | null>;
  setPush(address: PushAddress | null): Promise<void>;
}

/** Null where it is not one that can be used. */
export function addressOf(subscription: PushSubscription): PushAddress | null {
  const [p256dh, auth] = [subscription.getKey('p256dh'), subscription.getKey('auth')];
  return p256dh === null || auth === null ? null : { endpoint: subscription.endpoint, p256dh: new Uint8Array(p256dh), auth: new Uint8Array(auth) };
}

/** After the browser has let go of one: under the same key. Null where it does not give another. */
export async function subscribeAgain(registration: ServiceWorkerRegistration, old: PushSubscription | null): Promise<PushSubscription | null> {
  const existing = await registration.pushManager.getSubscription();
  if (existing !== null) return existing;
  const key = old?.options.applicationServerKey;
  return key === undefined || key === null ? null : registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

const isIos = (): boolean => /iP(?:hone|ad|od)/.test(navigator.userAgent) || (navigator.userAgent.includes('Macintosh') && navigator.maxTouchPoints > 1);

function ability(): NoticeAbility {
  if (!('serviceWorker' in navigator) || !('Notification' in globalThis)) return isIos() ? 'install' : 'none';
  return 'PushManager' in globalThis ? 'push' : 'while-open';
}

export class Notices {
  readonly #engine: Waking;
  readonly #registration: () => Promise<ServiceWorkerRegistration>;
  #wakes = false;

  constructor(engine: Waking, registration: () => Promise<ServiceWorkerRegistration> = () => navigator.serviceWorker.ready) {
    this.#engine = engine;
    this.#registration = registration;
  }

  async state(): Promise<NoticeState> {
    const can = ability();
    if (can === 'none' || can === 'install') return { ability: can, refused: false, on: false, text: true, wakes: false };
    const { on, text } = await noticeSettings();
    return { ability: can, refused: Notification.permission === 'denied', on: on && Notification.permission === 'granted', text, wakes: on && this.#wakes };
  }

  /** By a tap. */
  async turnOn(): Promise<void> {
    if ((await Notification.requestPermission()) !== 'granted') return;
    await keepNoticeSettings({ ...(await noticeSettings()), on: true });
    await this.renew();
  }

  async turnOff(): Promise<void> {
    await keepNoticeSettings({ ...(await noticeSettings()), on: false });
    this.#wakes = false;
    const registration = await this.#registration();
    for (const one of await registration.getNotifications()) one.close();
    await this.#engine.setPush(null);
    if ('pushManager' in registration) await (await registration.pushManager.getSubscription())?.unsubscribe();
  }

  async showText(text: boolean): Promise<void> {
    await keepNoticeSettings({ ...(await noticeSettings()), text });
  }

  /** At each start: browsers let go of subscriptions without a word, and a relay that lost its key needs another. Where none is to be had, one is told while Sotto is open. */
  async renew(): Promise<void> {
    const { on } = await noticeSettings();
    if (!on || ability() !== 'push' || Notification.permission !== 'granted') return;
    const key = await this.#engine.pushKey();
    const { pushManager } = await this.#registration();
    const subscription = key === null ? null : await subscribed(pushManager, key);
    const address = subscription === null ? null : addressOf(subscription);
    await this.#engine.setPush(address);
    this.#wakes = address !== null;
  }
}

/** Milliseconds. */
const PATIENCE = 10_000;

/** With this key. Null where the browser refuses: one without a push service, as behind some firewalls or in some builds. */
async function subscribed(manager: PushManager, key: Uint8Array): Promise<PushSubscription | null> {
  const existing = await manager.getSubscription();
  if (existing !== null && isFor(existing, key)) return existing;
  await existing?.unsubscribe();
  try {
    const made = manager.subscribe({ userVisibleOnly: true, applicationServerKey: new Uint8Array(key) });
    // Chromium without a way to its push service never answers. One that comes later is found at the next start.
    return await Promise.race([made, new Promise<null>((resolve) => { setTimeout(() => { resolve(null); }, PATIENCE); })]);
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

function isFor({ options: { applicationServerKey } }: PushSubscription, key: Uint8Array): boolean {
  if (applicationServerKey === null) return false;
  const own = new Uint8Array(applicationServerKey);
  return own.length === key.length && own.every((byte, i) => byte === key[i]);
}
