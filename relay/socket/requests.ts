/** What a frame asks for: it is judged by form and rate here, and handed to delivery, or refused. */
import { standsAt } from '../../shared/bytes.ts';
import type { ClientControl } from '../../shared/control.ts';
import { ENVELOPE_HEADER_BYTES, ENVELOPE_TYPE, EPOCH_AT, isMessage, ROOM_AT, SEQ_AT, type Envelope } from '../../shared/envelope.ts';
import { decodeClientFrame, type ClientFrame, type Malformed } from '../../shared/frame.ts';
import type { EnvelopeId, RoomId } from '../../shared/ids.ts';
import { assertNever } from '../../shared/never.ts';
import { postControl, postError, type About } from '../delivery/answers.ts';
import type { ControlOf } from '../delivery/jobs.ts';
import type { Membership } from '../delivery/membership.ts';
import { SPACE_RETRY, STORE_RETRY } from '../delivery/rules.ts';
import type { Push } from '../push/push.ts';
import { Access } from './access.ts';
import type { Connection } from './connection.ts';
import type { ConnectionContext } from './context.ts';

const PENDING = { type: 'pending' } as const;
/** The seq of an envelope that comes from a client. */
const UNPLACED = new Uint8Array(8);

export class Requests {
  readonly #context: ConnectionContext;
  readonly #access: Access;

  constructor(context: ConnectionContext) {
    this.#context = context;
    this.#access = new Access(context);
  }

  /** The frame is the relay's. Never throws. */
  work(from: Connection, frame: Uint8Array): void {
    if (this.#message(from, frame)) return;
    const decoded = decodeClientFrame(frame);
    switch (decoded.type) {
      case 'envelope':
        this.#envelope(from, decoded.envelope, frame);
        return;
      case 'control':
        this.#control(from, decoded.control, frame.length);
        return;
      case 'malformed':
        from.refuse(aboutFrame(decoded, frame), decoded.code);
        return;
      default:
        assertNever(decoded);
    }
  }

  /** It came too fast. */
  refuse(from: Connection, frame: Uint8Array, wait: number): void {
    from.refuse(aboutFrame(decodeClientFrame(frame), frame), 'rate-limited', wait);
  }

  /** The hot path: no promise, no copy, no decoding. Whether it was that: a message as it should be, of a room that is open. */
  #message(from: Connection, frame: Uint8Array): boolean {
    if (frame[0] !== ENVELOPE_TYPE || !isMessage(frame)) return false;
    const payload = frame.length - ENVELOPE_HEADER_BYTES;
    if (payload < 0 || payload > this.#context.limits.payload || !standsAt(frame, SEQ_AT, UNPLACED)) return false;
    const { last } = from;
    const isLast = last !== undefined && standsAt(frame, ROOM_AT, last.room.id) && from.memberships.get(last.room.key) === last;
    const membership = isLast ? last : from.membershipOf(frame.subarray(ROOM_AT, EPOCH_AT) as RoomId);
    if (membership === undefined) return false;
    this.#context.delivery.enqueue({ type: 'send', subscriber: from, membership, frame, outcome: PENDING });
    return true;
  }

  #envelope(from: Connection, envelope: Envelope, frame: Uint8Array): void {
    const { delivery, limits } = this.#context;
    const about = { room: envelope.room, id: envelope.id };
    const membership = from.membershipOf(envelope.room);
    if (membership === undefined) return from.refuse(about, 'not-open');
    if (envelope.payload.length > limits.payload) return from.refuse(about, 'too-large');
    if (envelope.kind === 'signal') {
      const wait = from.rates.take('signals');
      if (wait > 0) return from.refuse(about, 'rate-limited', wait);
      delivery.enqueue({ type: 'signal', subscriber: from, membership, envelope, frame, outcome: PENDING });
    } else delivery.enqueue({ type: 'send', subscriber: from, membership, frame, outcome: PENDING });
  }

  #control(from: Connection, control: ClientControl, size: number): void {
    const { delivery, limits } = this.#context;
    switch (control.t) {
      case 'create':
      case 'open':
      case 'reopen':
      case 'open-invite':
      case 'delete': {
        const wait = from.rates.take('proofs');
        if (wait > 0) return from.refuse({ ref: control.ref }, 'rate-limited', wait);
        from.occupy();
        this.#access.prove(from, control);
        return;
      }
      case 'commit': {
        const about = { room: control.room, id: control.id };
        const membership = from.membershipOf(control.room);
        if (membership === undefined) return from.refuse(about, 'not-open');
        if (size > limits.frame) return from.refuse(about, 'too-large');
        const wait = from.rates.take('commits');
        if (wait > 0) return from.refuse(about, 'rate-limited', wait);
        from.occupy();
        delivery.enqueue({ type: 'commit', subscriber: from, membership, bundle: control, done: from.release, outcome: PENDING });
        return;
      }
      case 'pull':
      case 'group-info': {
        const membership = from.membershipOf(control.room);
        if (membership === undefined) return from.refuse({ ref: control.ref, room: control.room }, 'not-open');
        from.occupy();
        const asked = { subscriber: from, membership, done: from.release, outcome: PENDING };
        delivery.enqueue(control.t === 'pull' ? { ...asked, type: 'pull', request: control } : { ...asked, type: 'group-info', request: control });
        return;
      }
      case 'blob-grant': {
        const wait = from.rates.take('grants');
        if (wait > 0) return from.refuse({ ref: control.ref, room: control.room }, 'rate-limited', wait);
        from.occupy();
        // A commit that the turn under way has not made durable shuts nobody out yet, and lets nobody in.
        this.#context.working(delivery.settled().then(() => this.#grantBlobs(from, control)).finally(from.release));
        return;
      }
      case 'push-key':
        if (this.#context.push === undefined) return from.refuse({ ref: control.ref }, 'push-off');
        postControl(from, { t: 'push-key', ref: control.ref, key: this.#context.push.key });
        return;
      case 'push-subscribe':
      case 'push-unsubscribe': {
        const about = { ref: control.ref, room: control.room };
        if (this.#context.push === undefined) return from.refuse(about, 'push-off');
        const wait = from.rates.take('subscriptions');
        if (wait > 0) return from.refuse(about, 'rate-limited', wait);
        from.occupy();
        this.#context.working(this.#subscribe(from, control, this.#context.push).finally(from.release));
        return;
      }
      case 'close': {
        const membership = from.membershipOf(control.room);
        if (membership !== undefined) delivery.leave(membership);
        postControl(from, { t: 'done', ref: control.ref });
        return;
      }
      case 'ping':
        postControl(from, { t: 'pong' });
        return;
      default:
        assertNever(control);
    }
  }

  /** Whoever reads an epoch that goes on: not by an invite, and not once their keys were shut out. To be asked where no turn is under way. */
  #readerOf(from: Connection, id: RoomId): Membership | undefined {
    const membership = from.membershipOf(id);
    return membership !== undefined && !membership.room.gone && membership.room.tree.tips().some((tip) => membership.reads(tip)) ? membership : undefined;
  }

  /** Never rejects. */
  async #subscribe(from: Connection, control: ControlOf<'push-subscribe' | 'push-unsubscribe'>, push: Push): Promise<void> {
    const about = { ref: control.ref, room: control.room };
    await this.#context.delivery.settled();
    const membership = this.#readerOf(from, control.room);
    if (membership === undefined) return from.refuse(about, 'no-access');
    try {
      const code = control.t === 'push-subscribe' ? await push.subscribe(membership, control) : await push.unsubscribe(membership, control.endpoint);
      if (code === undefined) postControl(from, { t: 'done', ref: control.ref });
      else from.refuse(about, code, code === 'relay-full' ? SPACE_RETRY : 0);
    } catch {
      postError(from, 'unavailable', about, STORE_RETRY);
    }
  }

  #grantBlobs(from: Connection, { ref, room: id }: ControlOf<'blob-grant'>): void {
    if (this.#readerOf(from, id) === undefined) return from.refuse({ ref, room: id }, 'no-access');
    postControl(from, { t: 'blob-granted', ref, room: id, ...this.#context.blobs.grant(id) });
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
