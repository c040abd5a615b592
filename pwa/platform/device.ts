/** The device as the app's home: whether it is installed there, and whether the browser keeps what it stores. */

/**
 * How the app can be put on the home screen. `prompt`: the browser asks when told to (`beforeinstallprompt`, Chromium). `by-hand`: the person does it from
 * the share menu; WebKit has no such event (https://webkit.org/blog/13878/web-push-for-web-apps-on-ios-and-ipados/).
 */
export type InstallOffer = 'none' | 'prompt' | 'by-hand' | 'installed';

export interface Kept {
  /** The browser has promised not to remove it by itself (https://storage.spec.whatwg.org/#persistence). */
  readonly persisted: boolean;
  /** Bytes; null where it does not say. */
  readonly used: number | null;
  readonly free: number | null;
  /** Safari removes what a site stored that was not visited for seven days of use, unless it is on the home screen (https://webkit.org/blog/10218/full-third-party-cookie-blocking-and-more/). */
  readonly endsUnvisited: boolean;
}

interface InstallPrompt extends Event {
  prompt(): Promise<{ readonly outcome: 'accepted' | 'dismissed' }>;
}

const isInstalled = (): boolean => matchMedia('(display-mode: standalone), (display-mode: minimal-ui)').matches || ('standalone' in navigator && navigator.standalone === true);
/** An iPad says that it is a Mac, and has more than a mouse. */
const isIos = (): boolean => /iP(?:hone|ad|od)/.test(navigator.userAgent) || (navigator.userAgent.includes('Macintosh') && navigator.maxTouchPoints > 1);

/** Fires `change` when the offer is another one. Made before the browser makes its own. */
export class Device extends EventTarget {
  #prompt: InstallPrompt | null = null;
  #installed = isInstalled();

  constructor() {
    super();
    addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault();
      this.#prompt = event as InstallPrompt;
      this.dispatchEvent(new Event('change'));
    });
    addEventListener('appinstalled', () => {
      this.#prompt = null;
      this.#installed = true;
      this.dispatchEvent(new Event('change'));
    });
  }

  get offer(): InstallOffer {
    if (this.#installed) return 'installed';
    return this.#prompt !== null ? 'prompt' : isIos() ? 'by-hand' : 'none';
  }

  /** Has the browser ask. True where it was taken. Each prompt is good for one question. */
  async install(): Promise<boolean> {
    const prompt = this.#prompt;
    if (prompt === null) return false;
    this.#prompt = null;
    const { outcome } = await prompt.prompt();
    this.dispatchEvent(new Event('change'));
    return outcome === 'accepted';
  }

  async kept(): Promise<Kept> {
    const endsUnvisited = isIos() && !this.#installed;
    if (!('storage' in navigator)) return { persisted: false, used: null, free: null, endsUnvisited };
    const [persisted, { usage = null, quota = null }] = await Promise.all([navigator.storage.persisted(), navigator.storage.estimate()]);
    return { persisted, used: usage, free: usage === null || quota === null ? null : Math.max(0, quota - usage), endsUnvisited };
  }

  /** Asks the browser to keep it. Some ask the person, others decide by how much the app is used. */
  async keep(): Promise<boolean> {
    return 'storage' in navigator && (await navigator.storage.persist());
  }
}
