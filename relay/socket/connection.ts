/**
 * One connection: greets with a nonce, takes frames as fast as it may, and hands over what is for it. Frames are worked off
 * (`requests.ts`) strictly in the order of arrival: a slow one (an opening, a commit, a pull) makes those behind it wait, and so does a
 * peer that does not read what it was sent.
 */
import { CLOSE_CODES, type ErrorCode } from '../../shared/codes.ts';
import type { Nonce, RoomId } from '../../shared/ids.ts';
import type { AddressUse } from '../admission/addresses.ts';
import { keyOf } from '../bytes.ts';
import { postControl, postError, type About } from '../delivery/answers.ts';
import { AckBatch, Batch } from '../delivery/batch.ts';
import type { Membership } from '../delivery/membership.ts';
import type { Subscriber } from '../delivery/subscriber.ts';
import type { ConnectionContext } from './context.ts';
import type { Peer } from './peer.ts';
import { Rates } from './rates.ts';
import type { Requests } from './requests.ts';

export class Connection implements Subscriber {
  readonly memberships = new Map<string, Membership>();
  readonly nonce: Nonce;
  readonly rates: Rates;
  closed = false;
  heard = 0;
  /** Of the frame before: the next is nearly always for the same room. */
  last: Membership | undefined;
  readonly #peer: Peer;
  readonly #context: ConnectionContext;
  readonly #requests: Requests;
  /** What all connections of the same address share; undefined where it is not counted. */
  readonly from: AddressUse | undefined;
  /** Whether it ever had a room open: only then it is let send what is big. */
  #trusted = false;
  // Undefined where there is nothing: an array with one is a fifth of what an empty one grows to.
  #posted: (Uint8Array | Batch)[] | undefined;
  #placed: Uint8Array[] | undefined;
  #waiting: Uint8Array[] | undefined;
  #waitingBytes = 0;
  #paused = false;
  /** A frame is being worked on, and those behind it wait. */
  #busy = false;
  /** Frames that waited are being worked off, one after the other. */
  #resuming = false;
  #leaving = false;

  constructor(peer: Peer, context: ConnectionContext, requests: Requests, from: AddressUse | undefined) {
    this.#peer = peer;
    this.#context = context;
    this.#requests = requests;
    this.from = from;
    if (from !== undefined) from.connections++;
    this.rates = new Rates(context.limits, context.clock, from);
    context.idle.add(this);
    const { nonce, frame } = context.hello.next();
    this.nonce = nonce;
    peer.send(frame);
  }

  /** Takes one frame. The bytes become the relay's, which writes the seq into them: hand over a copy. Never throws. */
  receive(frame: Uint8Array): void {
    if (this.closed || this.#leaving) return;
    this.#context.counters.received++;
    this.heard++;
    const wait = this.rates.frame(frame.length);
    if (wait > 0) return this.#requests.refuse(this, frame, wait);
    if (!this.#busy && this.#waiting === undefined && !this.#choked) return this.#requests.work(this, frame);
    (this.#waiting ??= []).push(frame);
    this.#waitingBytes += frame.length;
    if (this.#waitingBytes > this.#context.limits.waiting && !this.#paused) {
      this.#paused = true;
      this.#peer.pause?.();
    }
  }

  /** No answer: pings are no frames of the protocol, and have none. */
  pinged(): void {
    if (this.rates.take('pings') > 0) this.close(CLOSE_CODES.flood, 'too many pings');
  }

  /** Whoever has no room open when it is looked at is nobody to keep a connection for. Whether it is to be looked at again. */
  isInUse(): boolean {
    if (this.memberships.size > 0) return true;
    this.close(CLOSE_CODES.idle, 'no room was opened');
    return false;
  }

  membershipOf(room: RoomId): Membership | undefined {
    this.last = this.memberships.get(keyOf(room));
    return this.last;
  }

  /** The peer has read what it was sent. */
  drained(): void {
    this.#resume();
  }

  /** The connection is gone. */
  end(farewell = false): void {
    if (this.closed) return;
    this.closed = true;
    if (farewell) this.heard++;
    this.#context.idle.delete(this);
    this.#waiting = undefined;
    this.#posted = undefined;
    this.#placed = undefined;
    for (const membership of this.memberships.values()) this.#context.delivery.leave(membership);
    if (this.from !== undefined) this.from.connections--;
    this.#context.ended(this);
  }

  close(code: number, reason: string): void {
    this.#peer.close(code, reason);
  }

  /** Bytes of memory: what the peer has not read, what waits to be worked on, what has begun to come. */
  get holding(): number {
    return this.#waitingBytes + (this.#peer.holding ?? this.#peer.buffered);
  }

  drop(): void {
    // It does not read, so it would not read why either.
    if (this.#peer.cut === undefined) this.close(CLOSE_CODES.full, 'this connection holds too much memory');
    else this.#peer.cut();
  }

  /** The relay goes away: nothing further is taken, what was taken is still answered. */
  dismiss(retryAfter: number): void {
    this.#leaving = true;
    this.#waiting = undefined;
    postControl(this, { t: 'closing', retryAfter });
  }

  buffered(): number {
    return this.#peer.buffered;
  }

  post(item: Uint8Array | Batch): void {
    if (this.closed) return;
    if (this.#posted !== undefined) return void this.#posted.push(item);
    this.#posted = [item];
    this.#context.delivery.touch(this);
  }

  acknowledge(placed: Uint8Array): void {
    if (this.closed) return;
    if (this.#placed !== undefined) return void this.#placed.push(placed);
    this.#placed = [placed];
    this.#context.delivery.touch(this);
  }

  refused(code: ErrorCode): void {
    this.#context.counters.refused[code]++;
  }

  /** An answer that no honest client often gets: too many of them end the connection. */
  refuse(about: About, code: ErrorCode, retryAfter = 0): void {
    if (this.rates.take('refusals') > 0) return this.close(CLOSE_CODES.flood, 'too much, too fast');
    postError(this, code, about, retryAfter);
  }

  flush(): void {
    const items = this.#posted;
    const placed = this.#placed;
    if (items === undefined && placed === undefined) return;
    this.#posted = undefined;
    this.#placed = undefined;
    this.#peer.together(() => {
      if (placed !== undefined) this.#peer.sendBatch(new AckBatch(placed));
      if (items === undefined) return;
      for (const item of items) {
        if (item instanceof Batch) this.#peer.sendBatch(item);
        else this.#peer.send(item);
      }
    });
  }

  /** What is worked on is slow: what comes behind it waits for {@link release}. */
  occupy(): void {
    this.#busy = true;
  }

  /** The slow frame is answered: on with those that waited. */
  readonly release = (): void => {
    this.#busy = false;
    if (!this.#trusted && this.memberships.size > 0) {
      this.#trusted = true;
      this.#peer.allow?.(this.#context.limits.frame);
    }
    this.#resume();
  };

  /** So much is unread that more answers would only pile up. */
  get #choked(): boolean {
    return this.#peer.buffered > this.#context.limits.buffered;
  }

  #resume(): void {
    if (this.#resuming) return; // it goes on there
    this.#resuming = true;
    while (this.#waiting !== undefined && !this.#busy && !this.#choked && !this.closed) {
      const frame = this.#waiting.shift();
      if (this.#waiting.length === 0) this.#waiting = undefined;
      if (frame === undefined) break;
      this.#waitingBytes -= frame.length;
      this.#requests.work(this, frame);
    }
    this.#resuming = false;
    if (this.#paused && this.#waitingBytes <= this.#context.limits.waiting) {
      this.#paused = false;
      this.#peer.resume?.();
    }
  }
}
