/**
 * One connection, from hello to its end, whatever carries it. Frames are worked off in the order they
 * came: those that have to wait for the store hold up the ones behind them, and nobody else's.
 */
import { randomBytes } from 'node:crypto';
import { encodeAck } from '../../shared/ack.ts';
import { CLOSE_CODES, type ErrorCode } from '../../shared/codes.ts';
import { encodeControl, type ClientControl } from '../../shared/control.ts';
import { placeAt, type Envelope } from '../../shared/envelope.ts';
import { decodeClientFrame } from '../../shared/frame.ts';
import type { Nonce, RoomId, Seq } from '../../shared/ids.ts';
import { assertNever } from '../../shared/never.ts';
import { fanOutSignal } from '../delivery/fan-out.ts';
import type { Peer } from '../delivery/peer.ts';
import type { Subscription } from '../delivery/subscription.ts';
import { access } from './access.ts';
import { catchUp } from './catch-up.ts';
import { commitBundle } from './commit-bundle.ts';
import type { Connection, Refusal, SessionOptions } from './connection.ts';
import { refusal } from './connection.ts';
import { Allowance } from './limits.ts';

/** Frames that may wait for the one before them. */
const MOST_WAITING = 4096;
/** Refusals for rate in a row after which a connection is ended. */
const MOST_REFUSALS = 1000;

export class Session implements Connection {
  readonly peer: Peer;
  readonly options: SessionOptions;
  readonly nonce = new Uint8Array(randomBytes(32)) as Nonce;
  readonly subscriptions = new Map<string, Subscription>();
  readonly #frames: Allowance;
  readonly #bytes: Allowance;
  #refusals = 0;
  #waiting: Uint8Array[] = [];
  #busy = false;
  #ended = false;

  constructor(peer: Peer, options: SessionOptions) {
    this.peer = peer;
    this.options = options;
    const { limits, now } = options;
    this.#frames = new Allowance(limits.framesPerSecond, limits.burstSeconds, now());
    this.#bytes = new Allowance(limits.bytesPerSecond, limits.burstSeconds, now());
    const { payload, frame, rooms, pull, heartbeat } = limits;
    peer.send(encodeControl({ t: 'hello', nonce: this.nonce, heartbeat, limits: { payload, frame, rooms, pull } }));
  }

  /** Takes one frame. The bytes become the relay's: it writes the seq into them. */
  receive(frame: Uint8Array): void {
    if (this.#ended) return;
    if (this.#busy) {
      if (this.#waiting.length < MOST_WAITING) this.#waiting.push(frame);
      else this.peer.close(CLOSE_CODES.flood, 'too much at once');
      return;
    }
    this.#work(frame);
  }

  #work(frame: Uint8Array): void {
    const pending = this.#handle(frame);
    if (pending === undefined) return;
    this.#busy = true;
    void pending.catch(() => this.fail({ code: 'internal' })).finally(() => {
      this.#busy = false;
      while (!this.#busy && !this.#ended) {
        const next = this.#waiting.shift();
        if (next === undefined) return;
        this.#work(next);
      }
    });
  }

  /** The connection is gone. */
  end(): void {
    this.#ended = true;
    this.#waiting = [];
    for (const subscription of this.subscriptions.values()) this.#leave(subscription);
    this.subscriptions.clear();
  }

  #leave(subscription: Subscription): void {
    subscription.room.subscriptions.delete(subscription);
    this.options.rooms.release(subscription.room);
  }

  fail(error: Refusal): void {
    this.peer.send(refusal(error));
  }

  #handle(frame: Uint8Array): Promise<void> | undefined {
    const wait = Math.max(this.#frames.take(1, this.options.now()), this.#bytes.take(frame.length, this.options.now()));
    const decoded = decodeClientFrame(frame);
    if (wait > 0) {
      if (++this.#refusals > MOST_REFUSALS) this.peer.close(CLOSE_CODES.flood, 'too much, too fast');
      else this.fail({ code: 'rate-limited', retryAfter: wait, ...(decoded.type === 'envelope' ? { room: decoded.envelope.room, id: decoded.envelope.id } : {}), ...refOf(decoded) });
      return undefined;
    }
    this.#refusals = 0;
    switch (decoded.type) {
      case 'envelope':
        this.#envelope(decoded.envelope, frame);
        return undefined;
      case 'control':
        return this.#control(decoded.control);
      case 'malformed':
        this.fail({ code: decoded.code });
        return undefined;
      default:
        return assertNever(decoded);
    }
  }

  #control(control: ClientControl): Promise<void> | undefined {
    switch (control.t) {
      case 'create':
      case 'open':
      case 'open-invite':
      case 'delete':
        return access(this, control);
      case 'commit':
        commitBundle(this, control);
        return undefined;
      case 'pull':
      case 'group-info':
        return catchUp(this, control);
      case 'close': {
        const subscription = this.subscription(control.room);
        if (subscription !== undefined) {
          this.subscriptions.delete(subscription.room.key);
          this.#leave(subscription);
        }
        this.peer.send(encodeControl({ t: 'done', ref: control.ref }));
        return undefined;
      }
      case 'ping':
        this.peer.send(encodeControl({ t: 'pong' }));
        return undefined;
      default:
        return assertNever(control);
    }
  }

  subscription(room: RoomId): Subscription | undefined {
    const open = this.options.rooms.peek(room);
    return open === undefined ? undefined : this.subscriptions.get(open.key);
  }

  /** The hot path: no promise, no copy, no decoding beyond the header. */
  #envelope(envelope: Envelope, frame: Uint8Array): void {
    const { room: id, id: envelopeId } = envelope;
    const subscription = this.subscription(id);
    const refuse = (code: ErrorCode): void => this.fail({ code, room: id, id: envelopeId });
    if (subscription === undefined) return refuse('not-open');
    if (envelope.payload.length > this.options.limits.payload) return refuse('too-large');
    const { room } = subscription;
    const epoch = room.epoch(envelope.epoch);
    const placed = envelope.kind === 'signal' ? undefined : room.placed(envelopeId);
    if (placed !== undefined && placed <= room.durable && subscription.isReader) {
      this.peer.send(encodeAck({ room: id, id: envelopeId, seq: placed }));
      return;
    }
    if (placed !== undefined) return; // under way: its ack will come
    if (epoch === undefined || !subscription.holds(epoch)) return refuse('read-only');
    if (!epoch.isTip) return refuse('stale-epoch');
    if (envelope.kind === 'signal') return fanOutSignal(room, epoch, frame, this.peer);
    const seq = (room.head + 1) as Seq;
    room.head = seq;
    placeAt(frame, seq);
    room.remember(envelopeId, seq);
    this.options.rooms.stage({
      room, peer: this.peer, writes: [{ kind: 'envelope', room: room.id, seq, frame }], frame: { bytes: frame, epoch, seq },
      ack: encodeAck({ room: id, id: envelopeId, seq }), refusal: refusal({ code: 'unavailable', room: id, id: envelopeId }),
    });
  }
}

const refOf = (decoded: ReturnType<typeof decodeClientFrame>): { ref?: number } =>
  decoded.type === 'control' && 'ref' in decoded.control ? { ref: decoded.control.ref } : {};
