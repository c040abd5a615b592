/**
 * The ids of a room's latest envelopes, so that one that is sent again gets the ack it had. Bounded: it
 * remembers at least `span` ids and at most twice as many. That suffices because a client pulls before it
 * sends again, and finds what had arrived already; the window closes the gap between that pull and the send.
 *
 * Two generations instead of an eviction per id: when the young one is full it becomes the old one. Each is a hash
 * table in two typed arrays: a busy room's ids are a hundred kilobytes that the garbage collector need not look at.
 */
import { randomFillSync } from 'node:crypto';
import type { Seq } from '../../shared/ids.ts';

/** Words of 32 bits of an id. */
const WORDS = 4;
const SMALLEST = 32;

export class DedupeWindow {
  readonly #span: number;
  #young: IdTable;
  #old: IdTable | undefined;

  constructor(span: number) {
    this.#span = span;
    this.#young = new IdTable();
  }

  /** `at`: where the id stands in these bytes; so it is below. */
  seqOf(bytes: Uint8Array, at = 0): Seq | undefined {
    return this.#young.get(bytes, at) ?? this.#old?.get(bytes, at);
  }

  add(seq: Seq, bytes: Uint8Array, at = 0): void {
    if (this.#young.size >= this.#span) {
      this.#old = this.#young;
      this.#young = new IdTable();
    }
    this.#young.set(seq, bytes, at);
  }

  /** Takes back an id whose envelope could not be stored after all. */
  forget(bytes: Uint8Array, at = 0): void {
    this.#young.delete(bytes, at);
    this.#old?.delete(bytes, at);
  }
}

/** Of this process alone: clients choose the ids, and must not be able to choose where they fall. */
const secret = randomFillSync(new Uint32Array(WORDS + 1)).map((factor) => factor | 1);

/** The four bytes at `at`, as a number without a sign. */
const word = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>> 0;

/** Open addressing, a step at a time; seq 0 marks what is free. */
class IdTable {
  size = 0;
  #ids = new Uint32Array(SMALLEST * WORDS);
  #seqs = new Float64Array(SMALLEST);

  get(bytes: Uint8Array, at: number): Seq | undefined {
    const seq = this.#seqs[this.#find(word(bytes, at), word(bytes, at + 4), word(bytes, at + 8), word(bytes, at + 12))] as number;
    return seq === 0 ? undefined : (seq as Seq);
  }

  set(seq: Seq, bytes: Uint8Array, at: number): void {
    if (2 * (this.size + 1) > this.#seqs.length) this.#grow();
    this.#put(word(bytes, at), word(bytes, at + 4), word(bytes, at + 8), word(bytes, at + 12), seq);
  }

  /** What stands behind it in the same run is put again, so that nothing is lost beyond a gap. */
  delete(bytes: Uint8Array, from: number): void {
    const found = this.#find(word(bytes, from), word(bytes, from + 4), word(bytes, from + 8), word(bytes, from + 12));
    if (this.#seqs[found] === 0) return;
    const mask = this.#seqs.length - 1;
    this.#free(found);
    for (let at = (found + 1) & mask; this.#seqs[at] !== 0; at = (at + 1) & mask) {
      const seq = this.#seqs[at] as number;
      this.#free(at);
      this.#move(this.#ids, at, seq);
    }
  }

  #move(ids: Uint32Array, at: number, seq: number): void {
    const from = at * WORDS;
    this.#put(ids[from] as number, ids[from + 1] as number, ids[from + 2] as number, ids[from + 3] as number, seq);
  }

  /** Where it stands, or would. */
  #find(a: number, b: number, c: number, d: number): number {
    const ids = this.#ids;
    const mask = this.#seqs.length - 1;
    let hash = Math.imul(a, secret[0] as number) ^ Math.imul(b, secret[1] as number) ^ Math.imul(c, secret[2] as number) ^ Math.imul(d, secret[3] as number);
    hash = Math.imul(hash ^ (hash >>> 15), secret[4] as number); // so that the low bits depend on all
    hash ^= hash >>> 14;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      if (this.#seqs[at] === 0) return at;
      const from = at * WORDS;
      if (ids[from] === a && ids[from + 1] === b && ids[from + 2] === c && ids[from + 3] === d) return at;
    }
  }

  #put(a: number, b: number, c: number, d: number, seq: number): void {
    const at = this.#find(a, b, c, d);
    if (this.#seqs[at] === 0) this.size++;
    this.#seqs[at] = seq;
    this.#ids[at * WORDS] = a;
    this.#ids[at * WORDS + 1] = b;
    this.#ids[at * WORDS + 2] = c;
    this.#ids[at * WORDS + 3] = d;
  }

  #free(at: number): void {
    this.#seqs[at] = 0;
    this.size--;
  }

  #grow(): void {
    const [ids, seqs] = [this.#ids, this.#seqs];
    this.#ids = new Uint32Array(2 * ids.length);
    this.#seqs = new Float64Array(2 * seqs.length);
    this.size = 0;
    for (let at = 0; at < seqs.length; at++) {
      const seq = seqs[at] as number;
      if (seq !== 0) this.#move(ids, at, seq);
    }
  }
}
