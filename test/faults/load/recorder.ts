/** Writes a history down while it happens. */
import { crc32 } from 'node:zlib';
import { toHex } from '../../../shared/bytes.ts';
import type { ErrorCode } from '../../../shared/codes.ts';
import type { Envelope } from '../../../shared/envelope.ts';
import type { Attempt, History, Reader, Seen } from '../checker/history.ts';

export class Recorder {
  readonly #attempts: Attempt[] = [];
  readonly #readers: Reader[] = [];
  readonly #logs = new Map<string, readonly Seen[]>();
  readonly #oddities: string[] = [];
  readonly #incarnations = new Map<string, string>();
  #now = 0;
  acked = 0;
  refused = 0;
  /** Refusals that say that the relay could not store it. */
  notStored = 0;

  attempt(what: Omit<Attempt, 'at' | 'outcome'>): Attempt {
    const made: Attempt = { ...what, at: ++this.#now, outcome: { type: 'unknown' } };
    this.#attempts.push(made);
    return made;
  }

  ack(attempt: Attempt, seq: number): void {
    attempt.outcome = { type: 'acked', seq, at: ++this.#now };
    this.acked++;
  }

  refusal(attempt: Attempt, code: ErrorCode): void {
    attempt.outcome = { type: 'refused', code, at: ++this.#now };
    this.refused++;
    if (code === 'relay-full' || code === 'unavailable') this.notStored++;
  }

  /** The list to which a reader's envelopes are added. */
  reader(name: string, room: string): Seen[] {
    const seen: Seen[] = [];
    this.#readers.push({ name, room, seen });
    return seen;
  }

  log(room: string, seen: readonly Seen[]): void {
    this.#logs.set(room, seen);
  }

  odd(what: string): void {
    this.#oddities.push(what);
  }

  /** A log has one for its whole life. */
  incarnation(room: string, incarnation: string): void {
    const known = this.#incarnations.get(room);
    if (known === undefined) this.#incarnations.set(room, incarnation);
    else if (known !== incarnation) this.odd(`room ${room} came back as another incarnation`);
  }

  get history(): History {
    return { attempts: this.#attempts, readers: this.#readers, logs: this.#logs, oddities: this.#oddities };
  }
}

export const digestOf = (payload: Uint8Array): number => crc32(payload);

export const seenOf = ({ seq, id, epoch, kind, payload }: Envelope): Seen => ({
  seq, id: toHex(id), epoch: toHex(epoch), kind: kind === 'commit' ? 'commit' : 'message', digest: digestOf(payload),
});
