/**
 * One connection: greets with a nonce, judges rate and form of what comes in, proves access, and hands the rest to
 * delivery. Frames are worked off strictly in the order of arrival: a slow one (an opening, a commit, a pull)
 * makes those behind it wait, and so does a peer that does not read what it was sent.
 */
import { standsAt } from '../../shared/bytes.ts';
import { CLOSE_CODES, type ErrorCode } from '../../shared/codes.ts';
import type { ClientControl } from '../../shared/control.ts';
import { ENVELOPE_HEADER_BYTES, ENVELOPE_TYPE, EPOCH_AT, KIND_AT, KINDS, ROOM_AT, SEQ_AT, type Envelope } from '../../shared/envelope.ts';
import { decodeClientFrame, type ClientFrame, type Malformed } from '../../shared/frame.ts';
import type { EnvelopeId, Nonce, RoomId } from '../../shared/ids.ts';
import { assertNever } from '../../shared/never.ts';
import type { Blobs } from '../blobs/blobs.ts';
import type { Clock } from '../clock.ts';
import type { Counters } from '../counters.ts';
import type { AddressUse } from '../admission/addresses.ts';
import { postControl, postError, type About } from '../delivery/answers.ts';
import { AckBatch, Batch } from '../delivery/batch.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { ControlOf } from '../delivery/jobs.ts';
import type { Tickets } from '../delivery/tickets.ts';
import { keyOf } from '../bytes.ts';
import type { Membership } from '../delivery/membership.ts';
import type { Subscriber } from '../delivery/subscriber.ts';
import type { RelayLimits } from '../limits.ts';
import { Access } from './access.ts';
import { Allowance } from './allowance.ts';
import type { Hello } from './hello.ts';
import type { Peer } from './peer.ts';
import type { Verify } from './proof.ts';

export interface ConnectionContext {
  readonly delivery: Delivery;
  readonly blobs: Blobs;
  readonly limits: RelayLimits;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly verify: Verify;
  readonly tickets: Tickets;
  /** Whether a creation with that token is let through. */
  readonly mayCreate: (token: string | undefined) => boolean;
  /** Statements are signed for one of them. */
  readonly origins: () => readonly string[];
  /** By which of them the last connection opened a room. */
  readonly likely: { origin: string };
  readonly hello: Hello;
  /** Called once, when it has ended. */
  readonly ended: (connection: Connection) => void;
  /** Runs a proof that is under way; it counts as work of the relay until it is done. */
  readonly working: (work: Promise<void>) => void;
}

const PENDING = { type: 'pending' } as const;
/** The seq of an envelope that comes from a client. */
const UNPLACED = new Uint8Array(8);

export class Connection implements Subscriber {
  readonly memberships = new Map<string, Membership>();
  readonly nonce: Nonce;
  closed = false;
  readonly #peer: Peer;
  readonly #context: ConnectionContext;
  readonly #access: Access;
  readonly #frames: Allowance;
  readonly #bytes: Allowance;
  // Made when they are first needed: most connections are idle, and there may be thousands.
  #commits: Allowance | undefined;
  #signals: Allowance | undefined;
  #proofs: Allowance | undefined;
  #pings: Allowance | undefined;
  #grants: Allowance | undefined;
  #refusals: Allowance | undefined;
  /** What all connections of the same address share; undefined where it is not counted. */
  readonly from: AddressUse | undefined;
  /** Whether it ever had a room open: only then it is let send what is big. */
  #trusted = false;
  // Undefined where there is nothing: an array with one is a fifth of what an empty one grows to.
  #posted: (Uint8Array | Batch)[] | undefined;
  #placed: Uint8Array[] | undefined;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #paused = false;
  /** A frame is being worked on, and those behind it wait. */
  #busy = false;
  #leaving = false;
  /** Of the frame before: the next is nearly always for the same room. */
  #last: Membership | undefined;
  #cancelIdle: () => void = () => undefined;

  constructor(peer: Peer, context: ConnectionContext, from: AddressUse | undefined) {
    this.#peer = peer;
    this.#context = context;
    this.from = from;
    if (from !== undefined) from.connections++;
    this.#access = new Access(this, context);
    const { limits } = context;
    this.#frames = this.#allowance(limits.framesPerSecond);
    this.#bytes = this.#allowance(limits.bytesPerSecond);
    this.#awaitRoom();
    const { nonce, frame } = context.hello.next();
    this.nonce = nonce;
    peer.send(frame);
  }

  /** Takes one frame. The bytes become the relay's, which writes the seq into them: hand over a copy. Never throws. */
  receive(frame: Uint8Array): void {
    if (this.closed || this.#leaving) return;
    this.#context.counters.received++;
    const wait = this.#wait(frame.length);
    if (wait > 0) return this.#refuse(aboutFrame(decodeClientFrame(frame), frame), 'rate-limited', wait);
    if (!this.#busy && this.#waiting.length === 0 && !this.#choked) return this.#work(frame);
    this.#waiting.push(frame);
    this.#waitingBytes += frame.length;
    if (this.#waitingBytes > this.#context.limits.waiting && !this.#paused) {
      this.#paused = true;
      this.#peer.pause?.();
    }
  }

  /** Milliseconds to wait before so many bytes may come, by what this connection may and by what its address may. */
  #wait(bytes: number): number {
    const now = this.#context.clock.ticks();
    const { from } = this;
    const own = this.#frames.take(1, now) || this.#bytes.take(bytes, now);
    if (own > 0 || from === undefined) return own;
    return from.frames.take(1, now) || from.bytes.take(bytes, now);
  }

  #allowance(perSecond: number, burst = perSecond * this.#context.limits.burstSeconds): Allowance {
    return new Allowance(perSecond, burst, this.#context.clock.ticks());
  }

  /** No answer: pings are no frames of the protocol, and have none. */
  pinged(): void {
    this.#pings ??= this.#allowance(this.#context.limits.pingsPerSecond);
    if (this.#pings.take(1, this.#context.clock.ticks()) > 0) this.close(CLOSE_CODES.flood, 'too many pings');
  }

  /** Whoever has no room open when it is looked at is nobody to keep a connection for. */
  #awaitRoom(): void {
    this.#cancelIdle = this.#context.clock.after(this.#context.limits.idle, () => {
      if (this.memberships.size === 0) this.close(CLOSE_CODES.idle, 'no room was opened');
      else this.#awaitRoom();
    });
  }

  /** The peer has read what it was sent. */
  drained(): void {
    this.#resume();
  }

  /** The connection is gone. */
  end(): void {
    if (this.closed) return;
    this.closed = true;
    this.#cancelIdle();
    this.#waiting = [];
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
    this.#waiting = [];
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
    while (!this.#busy && !this.#choked && !this.closed) {
      const frame = this.#waiting.shift();
      if (frame === undefined) break;
      this.#waitingBytes -= frame.length;
      this.#work(frame);
    }
    if (this.#paused && this.#waitingBytes <= this.#context.limits.waiting) {
      this.#paused = false;
      this.#peer.resume?.();
    }
  }

  /** An answer that no honest client often gets: too many of them end the connection. */
  #refuse(about: About, code: ErrorCode, retryAfter = 0): void {
    const { overRate } = this.#context.limits;
    this.#refusals ??= this.#allowance(overRate / 60, overRate);
    if (this.#refusals.take(1, this.#context.clock.ticks()) > 0) return this.close(CLOSE_CODES.flood, 'too much, too fast');
    postError(this, code, about, retryAfter);
  }

  #work(frame: Uint8Array): void {
    if (this.#message(frame)) return;
    const decoded = decodeClientFrame(frame);
    switch (decoded.type) {
      case 'envelope':
        this.#envelope(decoded.envelope, frame);
        return;
      case 'control':
        this.#control(decoded.control, frame.length);
        return;
      case 'malformed':
        this.#refuse(aboutFrame(decoded, frame), decoded.code);
        return;
      default:
        assertNever(decoded);
    }
  }

  /** The hot path: no promise, no copy, no decoding. Whether it was that: a message as it should be, of a room that is open. */
  #message(frame: Uint8Array): boolean {
    if (frame[0] !== ENVELOPE_TYPE || frame[KIND_AT] !== KINDS.message) return false;
    const payload = frame.length - ENVELOPE_HEADER_BYTES;
    if (payload < 0 || payload > this.#context.limits.payload || !standsAt(frame, SEQ_AT, UNPLACED)) return false;
    const last = this.#last;
    const isLast = last !== undefined && standsAt(frame, ROOM_AT, last.room.id) && this.memberships.get(last.room.key) === last;
    const membership = isLast ? last : this.#membership(frame.subarray(ROOM_AT, EPOCH_AT) as RoomId);
    if (membership === undefined) return false;
    this.#context.delivery.enqueue({ type: 'send', subscriber: this, membership, frame, outcome: PENDING });
    return true;
  }

  #envelope(envelope: Envelope, frame: Uint8Array): void {
    const membership = this.#membership(envelope.room);
    if (membership === undefined) return this.#refuse({ room: envelope.room, id: envelope.id }, 'not-open');
    if (envelope.payload.length > this.#context.limits.payload) return this.#refuse({ room: envelope.room, id: envelope.id }, 'too-large');
    const outcome = { type: 'pending' } as const;
    if (envelope.kind === 'signal') {
      this.#signals ??= this.#allowance(this.#context.limits.signalsPerSecond);
      const wait = this.#signals.take(1, this.#context.clock.ticks());
      if (wait > 0) return this.#refuse({ room: envelope.room, id: envelope.id }, 'rate-limited', wait);
      this.#context.delivery.enqueue({ type: 'signal', subscriber: this, membership, envelope, frame, outcome });
    } else this.#context.delivery.enqueue({ type: 'send', subscriber: this, membership, frame, outcome });
  }

  /** To whoever reads an epoch that goes on: not by an invite, and not once their keys were shut out. */
  #grantBlobs({ ref, room: id }: ControlOf<'blob-grant'>): void {
    const membership = this.#membership(id);
    const mayHave = membership !== undefined && !membership.room.gone && membership.room.tree.tips().some((tip) => membership.reads(tip));
    if (!mayHave) return this.#refuse({ ref, room: id }, 'no-access');
    postControl(this, { t: 'blob-granted', ref, room: id, ...this.#context.blobs.grant(id) });
  }

  #membership(room: RoomId): Membership | undefined {
    this.#last = this.memberships.get(keyOf(room));
    return this.#last;
  }

  #control(control: ClientControl, size: number): void {
    const { delivery, limits, clock } = this.#context;
    const outcome = { type: 'pending' } as const;
    switch (control.t) {
      case 'create':
      case 'open':
      case 'reopen':
      case 'open-invite':
      case 'delete': {
        const now = clock.ticks();
        this.#proofs ??= this.#allowance(limits.proofsPerSecond, Math.max(limits.rooms, limits.proofsPerSecond));
        const wait = this.#proofs.take(1, now) || (this.from?.proofs.take(1, now) ?? 0);
        if (wait > 0) return this.#refuse({ ref: control.ref }, 'rate-limited', wait);
        this.#busy = true;
        this.#context.working(this.#access.prove(control));
        return;
      }
      case 'commit': {
        const about = { room: control.room, id: control.id };
        const membership = this.#membership(control.room);
        if (membership === undefined) return this.#refuse(about, 'not-open');
        if (size > limits.frame) return this.#refuse(about, 'too-large');
        this.#commits ??= this.#allowance(limits.commitsPerSecond);
        const wait = this.#commits.take(1, clock.ticks());
        if (wait > 0) return this.#refuse(about, 'rate-limited', wait);
        this.#busy = true;
        delivery.enqueue({ type: 'commit', subscriber: this, membership, bundle: control, done: this.release, outcome });
        return;
      }
      case 'pull': {
        const membership = this.#membership(control.room);
        if (membership === undefined) return this.#refuse({ ref: control.ref, room: control.room }, 'not-open');
        this.#busy = true;
        delivery.enqueue({ type: 'pull', subscriber: this, membership, request: control, done: this.release, outcome });
        return;
      }
      case 'group-info': {
        const membership = this.#membership(control.room);
        if (membership === undefined) return this.#refuse({ ref: control.ref, room: control.room }, 'not-open');
        this.#busy = true;
        delivery.enqueue({ type: 'group-info', subscriber: this, membership, request: control, done: this.release, outcome });
        return;
      }
      case 'blob-grant': {
        this.#grants ??= this.#allowance(limits.grantsPerConnection / 60, limits.grantsPerConnection);
        const wait = this.#grants.take(1, clock.ticks());
        if (wait > 0) return this.#refuse({ ref: control.ref, room: control.room }, 'rate-limited', wait);
        this.#busy = true;
        // A commit that the turn under way has not made durable shuts nobody out yet, and lets nobody in.
        this.#context.working(delivery.settled().then(() => this.#grantBlobs(control)).finally(this.release));
        return;
      }
      case 'close': {
        const membership = this.#membership(control.room);
        if (membership !== undefined) delivery.leave(membership);
        postControl(this, { t: 'done', ref: control.ref });
        return;
      }
      case 'ping':
        postControl(this, { t: 'pong' });
        return;
      default:
        assertNever(control);
    }
  }
}

/** To what an error about a frame refers, as far as the frame could be read. */
function aboutFrame(decoded: ClientFrame | Malformed, frame: Uint8Array): About {
  switch (decoded.type) {
    case 'envelope':
      return { room: decoded.envelope.room, id: decoded.envelope.id };
    case 'control': {
      const { control } = decoded;
      if (control.t === 'commit') return { room: control.room, id: control.id };
      return { ...('ref' in control ? { ref: control.ref } : {}), ...('room' in control ? { room: control.room } : {}) };
    }
    case 'malformed':
      if (decoded.code !== 'too-large' || frame[0] !== ENVELOPE_TYPE || frame.length < ENVELOPE_HEADER_BYTES) return {};
      return { room: frame.subarray(2, 34) as RoomId, id: frame.subarray(50, 66) as EnvelopeId };
    default:
      return assertNever(decoded);
  }
}
