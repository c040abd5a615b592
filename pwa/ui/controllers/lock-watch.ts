import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { AppLock, Engine, LockState } from '../../engine/api.ts';

export type Lock = AppLock & Pick<Engine, 'subscribe'>;

/** Milliseconds between two times that the engine is told of somebody who is here. */
const SAID_EVERY = 15_000;
const TOUCHES = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const;

/**
 * The app lock as its host draws it: null until it is known. Says when somebody is here, so that it does not lock under their hands, locks when the app is put away where
 * that is wished, and shields the screen first, before the system takes a picture of it for its list of apps.
 */
export class LockWatch implements ReactiveController {
  state: LockState | null = null;
  /** The app is put away, and a lock is set: nothing of it should be seen. */
  shielded = false;
  readonly #host: ReactiveControllerHost;
  readonly #on: { readonly locked: () => void; readonly wiped: () => void };
  #lock: Lock | null = null;
  #stop: (() => void) | null = null;
  #said = 0;

  constructor(host: ReactiveControllerHost, on: { readonly locked: () => void; readonly wiped: () => void }) {
    this.#host = host;
    this.#on = on;
    host.addController(this);
  }

  follow(lock: Lock): void {
    if (lock === this.#lock) return;
    this.hostDisconnected();
    this.#lock = lock;
    this.hostConnected();
  }

  hostConnected(): void {
    const lock = this.#lock;
    if (lock === null || this.#stop !== null) return;
    const silence = lock.subscribe((event) => {
      if (event.kind === 'lock') this.#take(event.lock);
      else if (event.kind === 'wiped') this.#on.wiped();
    });
    lock.lockState().then((state) => { if (this.state === null) this.#take(state); }, () => undefined); // a worker that cannot start says so by itself
    for (const touch of TOUCHES) addEventListener(touch, this.#here, { passive: true, capture: true });
    document.addEventListener('visibilitychange', this.#seen);
    addEventListener('pagehide', this.#seen);
    this.#stop = () => {
      silence();
      for (const touch of TOUCHES) removeEventListener(touch, this.#here, { capture: true });
      document.removeEventListener('visibilitychange', this.#seen);
      removeEventListener('pagehide', this.#seen);
    };
  }

  hostDisconnected(): void {
    this.#stop?.();
    this.#stop = null;
  }

  #take(state: LockState): void {
    if (state.kind === 'locked') {
      if (this.state?.kind === 'unlocked') this.#on.locked();
      import('../views/sotto-locked.ts').catch(() => undefined); // it stays empty, and the next event asks again
    }
    this.state = state;
    this.#host.requestUpdate();
  }

  readonly #here = (): void => {
    const now = performance.now();
    if (this.state?.kind !== 'unlocked' || now - this.#said < SAID_EVERY) return;
    this.#said = now;
    this.#lock?.stayUnlocked().catch(() => undefined); // at worst it locks early
  };

  readonly #seen = (event: Event): void => {
    const away = document.visibilityState === 'hidden' || event.type === 'pagehide';
    this.shielded = away && this.state !== null && this.state.kind !== 'none';
    this.#host.requestUpdate();
    if (away && this.state?.kind === 'unlocked' && this.state.settings.onHide) this.#lock?.lock().catch(() => undefined); // a page that is gone has no key left either
  };
}
