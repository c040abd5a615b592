/** What was asked on one connection and is not answered yet. */
import { toHex } from '../../../shared/bytes.ts';
import type { RelayControl } from '../../../shared/control.ts';
import type { EnvelopeId, Seq } from '../../../shared/ids.ts';
import { Disconnected, type RelayRefusal } from './refusal.ts';

interface Waiting<T> {
  readonly resolve: (answer: T) => void;
  readonly reject: (reason: Disconnected | RelayRefusal) => void;
}

export class Questions {
  readonly #asked = new Map<number, Waiting<RelayControl>>();
  /** The room (hex) that each pull is for: its answer goes to the room's channel, behind the envelopes. */
  readonly #pulls = new Map<number, string>();
  readonly #commits = new Map<string, Waiting<Seq>>();
  #ref = 0;

  #nextRef(): number {
    this.#ref = (this.#ref + 1) % 0xffff_ffff;
    return this.#ref;
  }

  /** Rejects with {@link RelayRefusal} or {@link Disconnected}. */
  ask(send: (ref: number) => void): Promise<RelayControl> {
    const ref = this.#nextRef();
    return new Promise((resolve, reject) => {
      this.#asked.set(ref, { resolve, reject });
      send(ref);
    });
  }

  commit(id: EnvelopeId, send: () => void): Promise<Seq> {
    return new Promise((resolve, reject) => {
      this.#commits.set(toHex(id), { resolve, reject });
      send();
    });
  }

  pull(room: string): number {
    const ref = this.#nextRef();
    this.#pulls.set(ref, room);
    return ref;
  }

  answered(ref: number, answer: RelayControl): void {
    this.#asked.get(ref)?.resolve(answer);
    this.#asked.delete(ref);
  }

  /** False where it is no commit that was asked about. */
  acked(id: EnvelopeId, seq: Seq): boolean {
    const commit = this.#commits.get(toHex(id));
    commit?.resolve(seq);
    return this.#commits.delete(toHex(id));
  }

  pulled(ref: number): void {
    this.#pulls.delete(ref);
  }

  /** False where nobody waits for it. */
  refused(ref: number | null, id: EnvelopeId | null, refusal: RelayRefusal): boolean {
    const asked = ref === null ? undefined : this.#asked.get(ref);
    if (ref !== null) this.#asked.delete(ref);
    const commit = id === null ? undefined : this.#commits.get(toHex(id));
    if (id !== null) this.#commits.delete(toHex(id));
    (asked ?? commit)?.reject(refusal);
    return asked !== undefined || commit !== undefined;
  }

  /** The room (hex) whose pull was refused. */
  pullRefused(ref: number): string | undefined {
    const room = this.#pulls.get(ref);
    this.#pulls.delete(ref);
    return room;
  }

  /** The connection is gone: nothing of it will be answered. */
  lost(): void {
    const waiting = [...this.#asked.values(), ...this.#commits.values()];
    this.#asked.clear();
    this.#pulls.clear();
    this.#commits.clear();
    for (const { reject } of waiting) reject(new Disconnected());
  }
}
