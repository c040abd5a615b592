/** What wakes a person's service worker, and what it shows then: by Chromium's own protocol, as headless Chromium has no push service and no tray to look at. */
import type { CDPSession } from 'playwright-core';
import type { Person } from './person.ts';

export interface ShownNotice {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly silent: boolean;
}

/** Milliseconds: what takes longer has failed. */
const PATIENCE = 25_000;

interface WorkerScope {
  readonly registration: ServiceWorkerRegistration;
  readonly sottoBackground?: { clicked(event: unknown): Promise<void> };
  badgeShown?: number;
}

export class Alarm {
  readonly #person: Person;
  readonly #session: CDPSession;
  readonly #at: { readonly origin: string; readonly registrationId: string };

  private constructor(person: Person, session: CDPSession, at: { readonly origin: string; readonly registrationId: string }) {
    this.#person = person;
    this.#session = session;
    this.#at = at;
  }

  /** The app is kept already. */
  static async of(person: Person, origin: string): Promise<Alarm> {
    const session = await person.devtools();
    const registrationId = new Promise<string>((resolve) => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const own = registrations.find(({ scopeURL, isDeleted }) => scopeURL === `${origin}/` && !isDeleted);
        if (own !== undefined) resolve(own.registrationId);
      });
    });
    await session.send('ServiceWorker.enable');
    const alarm = new Alarm(person, session, { origin, registrationId: await registrationId });
    // A badge cannot be read back. As text: names that the compiler gives to functions are unknown there.
    await person.worker.evaluate('Object.assign(navigator, { setAppBadge: async (count) => { self.badgeShown = count; }, clearAppBadge: async () => { self.badgeShown = 0; } })');
    return alarm;
  }

  /** As when the network is back. */
  async sync(tag: string): Promise<void> {
    await this.#session.send('ServiceWorker.dispatchSyncEvent', { ...this.#at, tag, lastChance: false });
  }

  async push(data = ''): Promise<void> {
    await this.#session.send('ServiceWorker.deliverPushMessage', { ...this.#at, data });
  }

  /** Notifications, as soon as they are so. */
  async shown(are: (all: readonly ShownNotice[]) => boolean): Promise<readonly ShownNotice[]> {
    const deadline = Date.now() + PATIENCE;
    for (;;) {
      const all = await this.#person.worker.evaluate(async () =>
        (await (globalThis as unknown as WorkerScope).registration.getNotifications()).map(({ title, body, tag, silent }) => ({ title, body, tag, silent: silent === true })));
      if (are(all)) return all;
      if (Date.now() > deadline) throw new Error(`these notifications stand there: ${JSON.stringify(all)}`);
    }
  }

  /** Resolves when that is what the service worker set last. */
  async badged(count: number): Promise<void> {
    const deadline = Date.now() + PATIENCE;
    let set: number | undefined;
    do set = await this.#person.worker.evaluate(() => (globalThis as unknown as WorkerScope).badgeShown);
    while (set !== count && Date.now() < deadline);
    if (set !== count) throw new Error(`the badge says ${set}`);
  }

  /** Taps the only notification, or one of its actions. A script cannot make an event that the browser trusts, so its handler is called. */
  async click(action: string, reply: string | null): Promise<void> {
    await this.#person.worker.evaluate(async ([action, reply]) => {
      const scope = globalThis as unknown as WorkerScope;
      const [notification] = await scope.registration.getNotifications();
      await scope.sottoBackground?.clicked({ action, notification, reply }).catch((error: unknown) => {
        // A page comes to the front by a tap alone, and this is none.
        if (!(error instanceof DOMException) || error.name !== 'InvalidAccessError') throw error;
      });
    }, [action, reply] as const);
  }
}
