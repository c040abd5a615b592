/**
 * The way to one relay: kept up while anyone needs it, tried again with backoff, silent peers dropped.
 * Rooms attach a channel each and get what concerns them, in the order it came.
 */
import { toHex } from '../../../shared/bytes.ts';
import { encodeControl, type ClientControl, type RelayControl } from '../../../shared/control.ts';
import type { ErrorCode } from '../../../shared/codes.ts';
import type { Envelope } from '../../../shared/envelope.ts';
import { decodeRelayFrame } from '../../../shared/frame.ts';
import type { EnvelopeId, Nonce, RoomId, Seq } from '../../../shared/ids.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { assertNever } from '../../../shared/never.ts';
import type { Connection } from '../api.ts';
import type { Clock } from '../ports/clock.ts';
import type { Randomness } from '../ports/randomness.ts';
import type { Transport, TransportConnection } from '../ports/transport.ts';
import { backoff, RESTART_BOUND } from './backoff.ts';
import { Questions } from './questions.ts';
import { Disconnected, RelayRefusal } from './refusal.ts';

export type RoomEvent =
  | { readonly kind: 'online' }
  | { readonly kind: 'offline' }
  | { readonly kind: 'envelope'; readonly envelope: Envelope; readonly frame: Uint8Array }
  | { readonly kind: 'ack'; readonly id: EnvelopeId; readonly seq: Seq }
  | { readonly kind: 'pulled'; readonly ref: number; readonly through: Seq; readonly live: boolean }
  | { readonly kind: 'pull-refused'; readonly ref: number; readonly code: ErrorCode; readonly retryAfter: number }
  | { readonly kind: 'behind' }
  | { readonly kind: 'refused'; readonly id: EnvelopeId; readonly code: ErrorCode; readonly retryAfter: number };

export type RoomChannel = (event: RoomEvent) => void;

/** The greeting has to come, and commits of a joiner have to be answered, within this. Milliseconds. */
const PATIENCE = 20_000;
/** How long a connection may stay silent when asked for a sign of life. Milliseconds. */
const PROBE = 4000;
/** A grant is taken for over so long before its end: a request takes a while. Milliseconds. */
const GRANT_MARGIN = 60_000;
/** For how long a relay that said goodbye is taken to be restarting. Milliseconds. */
const RESTART = 60_000;

export interface LinkOptions {
  readonly relay: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly changed: () => void;
}

type Answer<T extends RelayControl['t']> = Extract<RelayControl, { t: T }>;
type Asking = Extract<ClientControl, { ref: number }>;
type WithoutRef<T> = T extends { ref: number } ? Omit<T, 'ref'> : never;

export class RelayLink {
  readonly relay: string;
  readonly #options: LinkOptions;
  readonly #channels = new Map<string, RoomChannel>();
  readonly #questions = new Questions();
  /** For blobs, by room: they hold beyond the connection. */
  readonly #grants = new Map<string, { readonly token: string; readonly until: number }>();
  #awaited: { resolve: () => void; reject: (reason: Disconnected) => void }[] = [];
  #state: Connection = { kind: 'offline', retryAt: null };
  #connection: TransportConnection | undefined;
  #nonce: Nonce | undefined;
  #pullLimit: number = LIMITS.pull;
  #failures = 0;
  #heardAt = 0;
  /** Frames, in all. */
  #heard = 0;
  #notBefore = 0;
  /** Until then it is expected back at any moment. */
  #restartingUntil = 0;
  #stopTimer: () => void = () => undefined;
  #closed = false;

  constructor(options: LinkOptions) {
    this.relay = options.relay;
    this.#options = options;
  }

  get state(): Connection {
    return this.#state;
  }

  /** Of this connection; undefined while there is none. */
  get nonce(): Nonce | undefined {
    return this.#nonce;
  }

  attach(room: RoomId, channel: RoomChannel): void {
    this.#channels.set(toHex(room), channel);
    if (this.#nonce !== undefined) channel({ kind: 'online' });
    else this.connect();
  }

  /** Resolves once there is a connection; rejects with {@link Disconnected} where this attempt fails. */
  ready(): Promise<void> {
    if (this.#nonce !== undefined) return Promise.resolve();
    const waiting = new Promise<void>((resolve, reject) => { this.#awaited.push({ resolve, reject }); });
    this.connect();
    return waiting;
  }

  detach(room: RoomId): void {
    this.#grants.delete(toHex(room));
    this.#channels.delete(toHex(room));
  }

  /** Tries now; and where it seems to be up, as after a phone's sleep, makes sure that it is. */
  wake(): void {
    const connection = this.#connection;
    if (connection === undefined) return this.connect();
    if (this.#nonce === undefined) return;
    const heard = this.#heard;
    connection.send(encodeControl({ t: 'ping' }));
    this.#options.clock.after(PROBE, () => { if (this.#heard === heard) connection.close(); });
  }

  /** Tries now, unless it is trying, or up. */
  connect(): void {
    if (this.#closed || this.#connection !== undefined) return;
    this.#stopTimer();
    this.#become({ kind: 'connecting' });
    let current = true;
    const ended = (): void => {
      if (!current) return;
      current = false;
      this.#lost();
    };
    const connection = this.#options.transport.connect(this.relay, {
      opened: () => undefined,
      frame: (bytes) => { if (current) this.#frame(bytes); },
      closed: ended,
    });
    // A transport may fail at once.
    if (!current) return;
    this.#connection = {
      send: (frame) => connection.send(frame),
      close: () => {
        connection.close();
        ended();
      },
    };
    this.#stopTimer = this.#options.clock.after(PATIENCE, () => this.#connection?.close());
  }

  #lost(): void {
    const wasUp = this.#nonce !== undefined;
    this.#connection = undefined;
    this.#nonce = undefined;
    this.#questions.lost();
    for (const { reject } of this.#awaited.splice(0)) reject(new Disconnected());
    if (wasUp) this.#tellAll({ kind: 'offline' });
    this.#stopTimer();
    if (this.#closed || this.#channels.size === 0) return this.#become({ kind: 'offline', retryAt: null });
    const { clock, randomness } = this.#options;
    const longest = clock.now() < this.#restartingUntil ? RESTART_BOUND : undefined;
    const wait = Math.max(backoff(++this.#failures, randomness, longest), this.#notBefore - clock.now());
    this.#become({ kind: 'offline', retryAt: clock.now() + wait });
    this.#stopTimer = clock.after(wait, () => this.connect());
  }

  #become(state: Connection): void {
    this.#state = state;
    this.#options.changed();
  }

  #tellAll(event: RoomEvent): void {
    for (const channel of [...this.#channels.values()]) channel(event);
  }

  #frame(bytes: Uint8Array): void {
    this.#heardAt = this.#options.clock.now();
    this.#heard++;
    const frame = decodeRelayFrame(bytes);
    switch (frame.type) {
      case 'envelope':
        return this.#channels.get(toHex(frame.envelope.room))?.({ kind: 'envelope', envelope: frame.envelope, frame: frame.frame });
      case 'ack': {
        const { id, seq, room } = frame.ack;
        if (this.#questions.acked(id, seq)) return undefined;
        return this.#channels.get(toHex(room))?.({ kind: 'ack', id, seq });
      }
      case 'control':
        return this.#control(frame.control);
      case 'malformed':
        // A relay that speaks otherwise than the protocol is not understood further on either.
        return this.#connection?.close();
      default:
        return assertNever(frame);
    }
  }

  #control(control: RelayControl): void {
    switch (control.t) {
      case 'hello':
        return this.#greeted(control);
      case 'opened':
      case 'group-info':
      case 'blob-granted':
      case 'push-key':
      case 'done':
        return this.#questions.answered(control.ref, control);
      case 'pulled':
        this.#questions.pulled(control.ref);
        return this.#channels.get(toHex(control.room))?.({ kind: 'pulled', ref: control.ref, through: control.through, live: control.live });
      case 'behind':
        return this.#channels.get(toHex(control.room))?.({ kind: 'behind' });
      case 'error':
        return this.#refused(control);
      case 'closing':
        this.#notBefore = this.#options.clock.now() + control.retryAfter;
        this.#restartingUntil = this.#options.clock.now() + RESTART;
        return;
      case 'pong':
        return;
      default:
        return assertNever(control);
    }
  }

  #greeted(hello: Answer<'hello'>): void {
    if (this.#nonce !== undefined) return this.#connection?.close();
    this.#nonce = hello.nonce;
    this.#failures = 0;
    this.#pullLimit = Math.max(1, Math.min(LIMITS.pull, hello.limits.pull));
    this.#stopTimer();
    this.#beat(Math.max(5, Math.min(hello.heartbeat, LIMITS.silence / 2)) * 1000);
    this.#become({ kind: 'online' });
    for (const { resolve } of this.#awaited.splice(0)) resolve();
    this.#tellAll({ kind: 'online' });
  }

  /** Asks for a sign of life, and takes two beats without any for the end. Milliseconds. */
  #beat(every: number): void {
    this.#stopTimer = this.#options.clock.after(every, () => {
      if (this.#options.clock.now() - this.#heardAt >= 2 * every) return this.#connection?.close();
      this.#connection?.send(encodeControl({ t: 'ping' }));
      this.#beat(every);
    });
  }

  #refused({ ref, room, id, code, retryAfter }: Answer<'error'>): void {
    if (this.#questions.refused(ref, id, new RelayRefusal(code, retryAfter))) return undefined;
    const pulling = ref === null ? undefined : this.#questions.pullRefused(ref);
    if (ref !== null && pulling !== undefined) return this.#channels.get(pulling)?.({ kind: 'pull-refused', ref, code, retryAfter });
    if (room !== null && id !== null) return this.#channels.get(toHex(room))?.({ kind: 'refused', id, code, retryAfter });
    // About the connection as a whole: a new one, later.
    this.#notBefore = this.#options.clock.now() + retryAfter;
    this.#connection?.close();
  }

  /** Asks, and waits for the answer. Rejects with {@link RelayRefusal} or {@link Disconnected}. */
  ask(question: WithoutRef<Exclude<Asking, { t: 'pull' }>>): Promise<RelayControl> {
    const connection = this.#connection;
    if (connection === undefined || this.#nonce === undefined) return Promise.reject(new Disconnected());
    return this.#questions.ask((ref) => connection.send(encodeControl({ ...question, ref })));
  }

  /**
   * Leave to put and get the room's blobs, on this relay: the one that was given last, where it still holds. The room has to be open on this connection by an access key.
   * Rejects with {@link RelayRefusal} (`no-access`: by these keys not, or not any more), or {@link Disconnected}.
   */
  async blobGrant(room: RoomId): Promise<string> {
    const key = toHex(room);
    const { clock } = this.#options;
    const known = this.#grants.get(key);
    if (known !== undefined && clock.now() < known.until) return known.token;
    this.#grants.delete(key);
    const answer = await this.ask({ t: 'blob-grant', room });
    if (answer.t !== 'blob-granted') throw new RelayRefusal('internal', 0);
    this.#grants.set(key, { token: answer.token, until: clock.now() + answer.life - Math.min(GRANT_MARGIN, answer.life / 2) });
    return answer.token;
  }

  /** The relay answered `no-access` to it: the next question is for another. */
  blobGrantEnded(room: RoomId, token: string): void {
    if (this.#grants.get(toHex(room))?.token === token) this.#grants.delete(toHex(room));
  }

  /** The answer comes as envelopes and `pulled` to the room's channel. */
  pull(room: RoomId, after: Seq): number {
    const ref = this.#questions.pull(toHex(room));
    this.#connection?.send(encodeControl({ t: 'pull', ref, room, after, limit: this.#pullLimit }));
    return ref;
  }

  send(frame: Uint8Array): void {
    this.#connection?.send(frame);
  }

  /** A commit of one who does not hear it back. Resolves with its place in the log. */
  async commit(bundle: Uint8Array, id: EnvelopeId): Promise<Seq> {
    const connection = this.#connection;
    if (connection === undefined || this.#nonce === undefined) throw new Disconnected();
    const stop = this.#options.clock.after(PATIENCE, () => this.#connection?.close());
    try {
      return await this.#questions.commit(id, () => connection.send(bundle));
    } finally {
      stop();
    }
  }

  close(): void {
    this.#closed = true;
    this.#stopTimer();
    this.#connection?.close();
  }
}
