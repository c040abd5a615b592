/**
 * Time that passed on this device, for what is to end after so much of it: Unix milliseconds as the device had them at first, and from then on only forwards. A clock
 * that is set ahead takes its time along; one that is set back takes none: what was due stays due.
 *
 * What is stored says how far it had come. Where a clock is set back while the app is closed, the time from what was stored last until then is not counted.
 */
import * as v from 'valibot';
import type { Clock } from '../ports/clock.ts';
import type { Change } from '../ports/storage.ts';
import { count, fromCbor, toCbor } from '../wire/cbor.ts';

const KEY = ['elapsed'] as const;
const shape = v.object({ v: v.literal(1), offset: count, last: count });

export class Elapsed {
  readonly #clock: Clock;
  /** What the clock was set back, in all. */
  #offset = 0;
  /** What the clock last said. */
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async load(storage: { get(store: 'meta', key: readonly string[]): Promise<Uint8Array | undefined> }): Promise<void> {
    const stored = await storage.get('meta', KEY);
    const known = stored && fromCbor(shape, stored);
    if (known === undefined) return;
    this.#offset = known.offset;
    this.#last = known.last;
  }

  now(): number {
    const at = this.#clock.now();
    if (at < this.#last) this.#offset += this.#last - at;
    this.#last = at;
    return at + this.#offset;
  }

  /** Runs `then` after `ms` of which the clock may say what it likes. The answer cancels it. */
  after(ms: number, then: () => void): () => void {
    const due = this.now() + ms;
    return this.#clock.after(ms, () => {
      this.#offset += Math.max(0, Math.round(due - this.now()));
      then();
    });
  }

  /** What is to be stored of it. */
  record(): Change {
    this.now();
    return { kind: 'put', store: 'meta', key: KEY, value: toCbor({ v: 1, offset: this.#offset, last: this.#last }) };
  }
}
