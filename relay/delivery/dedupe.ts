/**
 * The ids of a room's latest envelopes, so that one that is sent again gets the ack it had. Bounded: it
 * remembers at least `span` ids and at most twice as many. That suffices because a client pulls before it
 * sends again, and finds what had arrived already; the window closes the gap between that pull and the send.
 *
 * Two generations instead of an eviction per id: when the young one is full it becomes the old one.
 */
import type { Seq } from '../../shared/ids.ts';

export class DedupeWindow {
  readonly #span: number;
  #young = new Map<string, Seq>();
  #old = new Map<string, Seq>();

  constructor(span: number) {
    this.#span = span;
  }

  seqOf(id: string): Seq | undefined {
    return this.#young.get(id) ?? this.#old.get(id);
  }

  add(id: string, seq: Seq): void {
    if (this.#young.size >= this.#span) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, seq);
  }

  /** Takes back an id whose envelope could not be stored after all. */
  forget(id: string): void {
    this.#young.delete(id);
    this.#old.delete(id);
  }
}
