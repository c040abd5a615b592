/**
 * One member of one room on a connection of its own, which does what PROTOCOL.md asks of a client: reconnects, opens,
 * pulls to the head, sends again what was not answered; on `stale-epoch` seals anew under the same id. Everything it
 * does and sees goes into the history.
 */
import { WebSocket } from 'ws';
import { toHex } from '../../../shared/bytes.ts';
import { decodeCommitPayload, encodeCommitPayload } from '../../../shared/commit.ts';
import { encodeControl, type RelayControl } from '../../../shared/control.ts';
import { encodeEnvelope, type Envelope } from '../../../shared/envelope.ts';
import { decodeRelayFrame } from '../../../shared/frame.ts';
import { START, type AccessKey, type EnvelopeId, type Nonce, type Seq, type Ticket } from '../../../shared/ids.ts';
import { LIMITS, SOCKET_PATH, SUBPROTOCOL } from '../../../shared/limits.ts';
import { assertNever } from '../../../shared/never.ts';
import { invitesDigestOf, openStatement, reopenStatement } from '../../../shared/statements.ts';
import type { Dice } from '../../support/dice.ts';
import { sha256, ticketProof, type TestEpoch } from '../../support/relay-client.ts';
import type { Attempt, Seen } from '../checker/history.ts';
import { digestOf, seenOf, type Recorder } from './recorder.ts';
import type { LoadRoom } from './room.ts';

export interface MemberOptions {
  readonly name: string;
  readonly room: LoadRoom;
  /** Where to connect; asked at each connection. */
  readonly url: () => string;
  /** What statements are signed for. */
  readonly origin: string;
  readonly dice: Dice;
  readonly recorder: Recorder;
  /** Envelopes that are under way at a time. */
  readonly window: number;
  /** How many of them are commits. */
  readonly commits: number;
  readonly changed: () => void;
}

/** What is to be in the log, whatever it takes. */
interface Wanted {
  readonly id: EnvelopeId;
  readonly payload: Uint8Array;
  /** That a commit begins. */
  readonly begins: TestEpoch | undefined;
}

const NO_INVITES = invitesDigestOf([], sha256);
/** Milliseconds before the next try to connect, at most. */
const BACKOFF = 60;
const PAYLOAD = 300;

export class Member {
  producing = false;
  readonly #options: MemberOptions;
  readonly #seen: Seen[];
  #epoch: TestEpoch;
  #cursor = 0;
  readonly #wanted = new Map<string, Wanted>();
  #underWay = new Map<string, Attempt>();
  #socket: WebSocket | undefined;
  /** By `performance.now()`. */
  #heardAt = 0;
  #nonce: Nonce | undefined;
  #ref = 0;
  /** The opening under way: what still comes before its answer will come again, by the pull behind it. */
  #opening: number | undefined;
  /** By epoch (hex). */
  readonly #tickets = new Map<string, Ticket>();
  #live = false;
  #ended = false;

  constructor(options: MemberOptions) {
    this.#options = options;
    this.#epoch = options.room.first;
    this.#seen = options.recorder.reader(options.name, options.room.name);
  }

  /** It has read to the head, and nothing of its own is open. */
  get settled(): boolean {
    return this.#live && this.#wanted.size === 0 && this.#underWay.size === 0;
  }

  get live(): boolean {
    return this.#live;
  }

  get room(): LoadRoom {
    return this.#options.room;
  }

  get cursor(): number {
    return this.#cursor;
  }

  describe(): string {
    return `${this.#options.name}: ${this.#live ? 'live' : this.#socket?.readyState === WebSocket.OPEN ? 'reading' : 'away'} at ${this.#cursor}, wants ${this.#wanted.size}, under way ${this.#underWay.size}`;
  }

  connect(): void {
    if (this.#ended) return;
    const socket = new WebSocket(this.#options.url().replace(/^http/, 'ws') + SOCKET_PATH, SUBPROTOCOL, { perMessageDeflate: false });
    this.#socket = socket;
    this.#heardAt = performance.now();
    socket.on('message', (data: Buffer) => {
      if (socket === this.#socket) this.#hear(data);
    });
    socket.on('error', () => undefined); // 'close' follows
    socket.on('close', () => {
      if (socket === this.#socket) this.#lost();
    });
  }

  /** Gives up a connection that owes something and has given no sign for so many milliseconds. */
  hangUpAfter(silence: number): void {
    if (!this.settled && performance.now() - this.#heardAt > silence) this.#hangUp();
  }

  #hangUp(): void {
    const socket = this.#socket;
    if (socket === undefined || this.#ended) return;
    this.#lost();
    socket.terminate();
  }

  end(): void {
    this.#ended = true;
    this.#socket?.terminate();
  }

  pump(): void {
    if (!this.#live) return;
    const { dice, window, commits, room } = this.#options;
    while (this.producing && this.#wanted.size < window) {
      const id = dice.bytes(16) as EnvelopeId;
      const begins = dice.chance(commits) ? room.propose() : undefined;
      const wanted: Wanted = { id, begins, payload: dice.bytes(begins === undefined ? 8 : 40) };
      this.#wanted.set(toHex(id), wanted);
      this.#send(wanted);
    }
  }

  #lost(): void {
    this.#socket = undefined;
    this.#nonce = undefined;
    this.#live = false;
    this.#underWay.clear();
    this.#options.changed();
    if (!this.#ended) setTimeout(() => this.connect(), this.#options.dice.below(BACKOFF));
  }

  #hear(data: Uint8Array): void {
    this.#heardAt = performance.now();
    const frame = decodeRelayFrame(data);
    switch (frame.type) {
      case 'envelope':
        if (this.#opening === undefined) this.#read(frame.envelope);
        return;
      case 'ack': {
        const id = toHex(frame.ack.id);
        const attempt = this.#underWay.get(id);
        if (attempt === undefined) this.#options.recorder.odd(`${this.#options.name} got an ack that it did not ask for`);
        else this.#options.recorder.ack(attempt, frame.ack.seq);
        this.#underWay.delete(id);
        this.#wanted.delete(id);
        this.#options.changed();
        return this.pump();
      }
      case 'control':
        return this.#control(frame.control);
      case 'malformed':
        this.#options.recorder.odd('a malformed frame');
        return;
      default:
        assertNever(frame);
    }
  }

  #control(control: RelayControl): void {
    const { recorder, room, name } = this.#options;
    switch (control.t) {
      case 'hello':
        this.#nonce = control.nonce;
        return this.#open();
      case 'opened':
        recorder.incarnation(room.name, toHex(control.incarnation));
        if (control.ref !== this.#opening) return;
        this.#opening = undefined;
        if (control.ticket !== undefined) this.#tickets.set(toHex(this.#epoch.id), control.ticket.slice() as Ticket);
        return;
      case 'pulled':
        if (control.ref !== this.#ref) return; // of a pull before the epoch that we have now
        if (!control.live) return this.#pull();
        this.#live = true;
        for (const [id, wanted] of this.#wanted) if (!this.#underWay.has(id)) this.#send(wanted);
        this.#options.changed();
        return this.pump();
      case 'behind':
        this.#live = false;
        return this.#pull();
      case 'error':
        return this.#refused(control);
      case 'closing':
      case 'pong':
      case 'done':
        return;
      case 'blob-granted':
      case 'push-key':
      case 'group-info':
        return recorder.odd(`${name} was answered what it did not ask for`);
      default:
        assertNever(control);
    }
  }

  #refused({ id, code, retryAfter, ref }: Extract<RelayControl, { t: 'error' }>): void {
    const { recorder, name } = this.#options;
    if (id === null) {
      // An opening or a pull: what passes is tried again on a new connection.
      if (code === 'unavailable' || code === 'rate-limited' || code === 'relay-full' || code === 'too-many-connections') this.#later(retryAfter, () => this.#hangUp());
      else if (!(code === 'not-open' && ref !== null)) recorder.odd(`${name} was refused: ${code}`);
      return;
    }
    const key = toHex(id);
    const attempt = this.#underWay.get(key);
    if (attempt === undefined) return recorder.odd(`${name}: ${code} for nothing that was under way`);
    this.#underWay.delete(key);
    recorder.refusal(attempt, code);
    const wanted = this.#wanted.get(key);
    if (wanted === undefined) return this.#options.changed();
    if (attempt.kind === 'commit' && code === 'commit-lost') this.#wanted.delete(key);
    else if (code === 'stale-epoch') {
      // Where the commit was read already, seal anew at once; else when it has been.
      if (this.#live && attempt.epoch !== toHex(this.#epoch.id)) this.#send(wanted);
    } else this.#later(retryAfter, () => { if (this.#live && this.#wanted.has(key) && !this.#underWay.has(key)) this.#send(wanted); });
    this.#options.changed();
    this.pump();
  }

  #later(milliseconds: number, work: () => void): void {
    const socket = this.#socket;
    setTimeout(() => { if (socket === this.#socket && !this.#ended) work(); }, Math.min(Math.max(milliseconds, 1), 1000));
  }

  #read(envelope: Envelope): void {
    const seen = seenOf(envelope);
    this.#seen.push(seen);
    this.#cursor = Math.max(this.#cursor, seen.seq);
    // One's own, met in the log, is as good as an ack; where that is still under way it comes, and is held against this.
    this.#wanted.delete(seen.id);
    this.#options.changed();
    if (seen.kind !== 'commit' || seen.epoch !== toHex(this.#epoch.id)) return this.pump();
    const commit = decodeCommitPayload(envelope.payload);
    const next = commit && this.#options.room.begunBy(commit.access);
    if (next === undefined) return this.#options.recorder.odd(`${this.#options.name} read a commit that nobody made`);
    this.#epoch = next;
    this.#open();
  }

  #open(): void {
    const { room, id, pair } = this.#epoch;
    if (this.#nonce === undefined) return;
    this.#live = false;
    const statement = { origin: this.#options.origin, room, epoch: id, nonce: this.#nonce };
    const ref = ++this.#ref;
    this.#opening = ref;
    // A ticket holds whatever befalls the relay: that one is refused is as odd as that a key is.
    const ticket = this.#tickets.get(toHex(id));
    this.#socket?.send(encodeControl(ticket === undefined ? { t: 'open', ref, room, epoch: id, sig: pair.sign(openStatement(statement)) } : { t: 'reopen', ref, room, epoch: id, proof: ticketProof(ticket, reopenStatement(statement)) }));
    this.#pull();
  }

  #pull(): void {
    this.#socket?.send(encodeControl({ t: 'pull', ref: ++this.#ref, room: this.#options.room.id, after: this.#cursor as Seq, limit: LIMITS.pull }));
  }

  #send({ id, payload, begins }: Wanted): void {
    const { room, recorder } = this.#options;
    const { id: epoch } = this.#epoch;
    const common = { room: room.name, id: toHex(id), epoch: toHex(epoch) };
    if (begins === undefined) {
      const padded = new Uint8Array(PAYLOAD);
      padded.set(payload);
      this.#underWay.set(common.id, recorder.attempt({ ...common, kind: 'message', digest: digestOf(padded) }));
      this.#socket?.send(encodeEnvelope({ kind: 'message', room: room.id, epoch, id, seq: START, payload: padded }));
    } else {
      const access = begins.pair.public as AccessKey;
      const digest = digestOf(encodeCommitPayload({ access, invites: NO_INVITES, closing: false, sealed: payload }));
      this.#underWay.set(common.id, recorder.attempt({ ...common, kind: 'commit', digest }));
      this.#socket?.send(encodeControl({ t: 'commit', room: room.id, id, parent: epoch, rejected: 0, access, closing: false, invites: [], commit: payload, groupInfo: new Uint8Array() }));
    }
  }
}
