/** Where the device is, by what the browser knows of it: asked of no one else, and only when the person asks. */

export interface Whereabouts {
  /** Degrees of WGS 84. */
  readonly latitude: number;
  readonly longitude: number;
  /** Metres within which it lies, as the device has it. */
  readonly accuracy: number;
}

export type Nowhere = 'denied' | 'unavailable' | 'slow' | 'unable';

/** `why`: the person said no; the device does not know; it took too long; the browser has no means of it. */
export class NowhereError extends Error {
  readonly why: Nowhere;

  constructor(why: Nowhere) {
    super(`The place is not known: ${why}.`);
    this.why = why;
  }
}

const PATIENCE = 20_000;

/** Rejects with {@link NowhereError}. W3C Geolocation §6: codes 1 to 3. */
export function whereabouts(): Promise<Whereabouts> {
  const { geolocation } = navigator as { readonly geolocation?: Geolocation };
  if (geolocation === undefined) return Promise.reject(new NowhereError('unable'));
  return new Promise((resolve, reject) => {
    geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude, accuracy } }) => { resolve({ latitude, longitude, accuracy }); },
      ({ code }) => { reject(new NowhereError(code === 1 ? 'denied' : code === 2 ? 'unavailable' : 'slow')); },
      { enableHighAccuracy: true, timeout: PATIENCE, maximumAge: 0 },
    );
  });
}
