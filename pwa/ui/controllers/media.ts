import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Whether a media query holds; the host is drawn again when that changes. */
export class Media implements ReactiveController {
  readonly #list: MediaQueryList;
  readonly #changed: () => void;

  constructor(host: ReactiveControllerHost, query: string) {
    this.#list = matchMedia(query);
    this.#changed = () => { host.requestUpdate(); };
    host.addController(this);
  }

  get matches(): boolean {
    return this.#list.matches;
  }

  hostConnected(): void {
    this.#list.addEventListener('change', this.#changed);
  }

  hostDisconnected(): void {
    this.#list.removeEventListener('change', this.#changed);
  }
}
