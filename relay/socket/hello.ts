/** Greetings: all alike but for the nonce, which is drawn with many others at once. */
import { randomFillSync } from 'node:crypto';
import { encodeControl } from '../../shared/control.ts';
import { NONCE_BYTES, type Nonce } from '../../shared/ids.ts';
import type { RelayLimits } from '../limits.ts';

/** Nonces drawn at once. */
const DRAWN = 128;

export class Hello {
  readonly #frame: Uint8Array;
  readonly #at: number;
  readonly #drawn = new Uint8Array(DRAWN * NONCE_BYTES);
  #next = DRAWN;

  constructor({ payload, frame, rooms, pull, heartbeat }: RelayLimits) {
    const mark = new Uint8Array(NONCE_BYTES).fill(0xff) as Nonce;
    this.#frame = encodeControl({ t: 'hello', nonce: mark, heartbeat: Math.ceil(heartbeat), limits: { payload, frame, rooms, pull } });
    this.#at = Buffer.from(this.#frame).indexOf(mark);
  }

  /** A nonce that nobody had, and the frame that tells it. */
  next(): { readonly nonce: Nonce; readonly frame: Uint8Array } {
    if (this.#next === DRAWN) {
      randomFillSync(this.#drawn);
      this.#next = 0;
    }
    const from = this.#next++ * NONCE_BYTES;
    const nonce = this.#drawn.slice(from, from + NONCE_BYTES) as Nonce;
    this.#drawn.fill(0, from, from + NONCE_BYTES); // it is its connection's alone
    const frame = Buffer.from(this.#frame); // of Buffer's pool
    frame.set(nonce, this.#at);
    return { nonce, frame };
  }
}
