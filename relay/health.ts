/** How the relay is, for those who ask: `/healthz`, load balancers, metrics. */
import { BlobError } from './blobs/store.ts';
import { StoreError } from './store/store.ts';

export type Problem =
  /** No space is left on the disk: nothing is taken until there is. */
  | 'disk-full'
  /** The disk answered with an error, or was made read-only. */
  | 'io-error'
  /** The store failed in another way. */
  | 'store-failed';

export type HealthFacts =
  | { readonly status: 'ok' }
  /** What is stored is still read and delivered; what is sent is refused, as `relay-full` or `unavailable`. `since`: Unix milliseconds. */
  | { readonly status: 'degraded'; readonly problem: Problem; readonly since: number };

/** What became of the last write to a store. */
export class Health {
  #facts: HealthFacts = { status: 'ok' };

  get facts(): HealthFacts {
    return this.#facts;
  }

  /** `now`: Unix milliseconds. */
  failed(error: unknown, now: number): void {
    this.#facts = { status: 'degraded', problem: problemOf(error), since: this.#facts.status === 'ok' ? now : this.#facts.since };
  }

  /** Whether that is news. */
  recovered(): boolean {
    const news = this.#facts.status === 'degraded';
    if (news) this.#facts = { status: 'ok' };
    return news;
  }
}

function problemOf(error: unknown): Problem {
  if (!(error instanceof StoreError || error instanceof BlobError)) return 'store-failed';
  return error.code === 'disk-full' || error.code === 'io-error' ? error.code : 'store-failed';
}
