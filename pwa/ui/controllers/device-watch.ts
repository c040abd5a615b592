import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** What the platform says of the device; see `platform/device.ts`. */
export interface DeviceHome extends EventTarget {
  readonly offer: 'none' | 'prompt' | 'by-hand' | 'installed';
  install(): Promise<boolean>;
  kept(): Promise<{ readonly persisted: boolean; readonly used: number | null; readonly free: number | null; readonly endsUnvisited: boolean }>;
  keep(): Promise<boolean>;
}

const PUT_OFF = 'sotto-install-put-off';

/** Whether to offer the home screen now: somebody who has said something here is likely to come back, and somebody who said no is not asked again. */
export class DeviceWatch implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #device: DeviceHome | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  follow(device: DeviceHome): void {
    this.hostDisconnected();
    this.#device = device;
    this.hostConnected();
  }

  hostConnected(): void {
    this.#device?.addEventListener('change', this.#changed);
  }

  hostDisconnected(): void {
    this.#device?.removeEventListener('change', this.#changed);
  }

  /** `settled`: there is a conversation. */
  offers(settled: boolean): boolean {
    const offer = this.#device?.offer ?? 'none';
    return settled && (offer === 'prompt' || offer === 'by-hand') && localStorage.getItem(PUT_OFF) === null;
  }

  putOff(): void {
    localStorage.setItem(PUT_OFF, 'yes');
    this.#host.requestUpdate();
  }

  readonly #changed = (): void => {
    this.#host.requestUpdate();
  };
}
