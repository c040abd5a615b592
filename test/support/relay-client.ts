/**
 * A client without an engine: raw WebSocket, the shared codecs, keys by node:crypto. It does what the protocol
 * lets a client do, honest or not, and keeps all that it was sent.
 */
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Ack } from '../../shared/ack.ts';
import { equalBytes } from '../../shared/bytes.ts';
import { encodeControl, type ClientControl, type RelayControl } from '../../shared/control.ts';
import { encodeEnvelope, type Envelope, type Kind } from '../../shared/envelope.ts';
import { decodeRelayFrame } from '../../shared/frame.ts';
import { START, type AccessKey, type EnvelopeId, type EpochId, type InviteKey, type MoverKey, type Nonce, type OwnerKey, type RoomId, type Seq, type Signature, type Ticket, type TicketProof } from '../../shared/ids.ts';
import { SOCKET_PATH, SUBPROTOCOL } from '../../shared/limits.ts';
import {
  createStatement, deleteStatement, epochIdOf, invitesDigestOf, inviteStatement, openStatement, reopenStatement, roomIdOf, type InviteRegistration,
} from '../../shared/statements.ts';

export const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(data).digest());

export const ticketProof = (ticket: Uint8Array, statement: Uint8Array): TicketProof => new Uint8Array(createHmac('sha256', ticket).update(statement).digest()) as Uint8Array as TicketProof;

/** An Ed25519 pair: of an owner, an epoch or an invite. */
export class Pair {
  readonly public: Uint8Array;
  readonly #private: KeyObject;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.public = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(12));
    this.#private = privateKey;
  }

  sign(statement: Uint8Array): Signature {
    return new Uint8Array(sign(null, statement, this.#private)) as Signature;
  }
}

export interface TestEpoch {
  readonly room: RoomId;
  readonly id: EpochId;
  readonly pair: Pair;
}

export const epochOf = (room: RoomId, pair = new Pair()): TestEpoch => ({ room, pair, id: epochIdOf(room, pair.public as AccessKey, sha256) });

export const newId = (): EnvelopeId => new Uint8Array(randomBytes(16)) as EnvelopeId;

export const registration = (pair: Pair, uses = 0, expires = 0): InviteRegistration => ({ key: pair.public as InviteKey, uses, expires });

type Answer<T extends RelayControl['t']> = Extract<RelayControl, { t: T }>;
export type Refusal = Answer<'error'>;

/** The relay said no. */
export class Refused extends Error {
  readonly code: Refusal['code'];
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    super(`refused: ${refusal.code}`);
    this.code = refusal.code;
    this.refusal = refusal;
  }
}

export interface ClientOptions {
  /** What its statements are signed for; the URL it connects to by default. */
  readonly origin?: string;
  /** The Origin header; none by default. */
  readonly header?: string;
  /** For whom it claims to speak, as a proxy does: X-Forwarded-For. */
  readonly forwarded?: string;
  /** What it trusts beside what Node does: a certificate. */
  readonly ca?: string;
}

export class RelayClient {
  readonly socket: WebSocket;
  origin: string;
  nonce: Nonce = new Uint8Array(32) as Nonce;
  hello: Answer<'hello'> | undefined;
  /** All that was delivered, in order of arrival, copied. */
  readonly envelopes: Envelope[] = [];
  readonly acks: Ack[] = [];
  readonly controls: RelayControl[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  #ref = 1;
  readonly #watchers = new Set<() => void>();

  private constructor(socket: WebSocket, origin: string) {
    this.socket = socket;
    this.origin = origin;
    socket.on('message', (data: Buffer) => {
      this.#hear(new Uint8Array(data));
      this.#changed();
    });
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#changed();
    });
    socket.on('error', () => undefined); // 'close' follows, and is what callers wait for
  }

  /** `url`: of the relay, such as http://127.0.0.1:8080. Resolves after `hello`, or when the relay has closed. */
  static async connect(url: string, { origin = url, header, forwarded, ca }: ClientOptions = {}): Promise<RelayClient> {
    const socket = new WebSocket(url.replace(/^http/, 'ws') + SOCKET_PATH, SUBPROTOCOL, {
      perMessageDeflate: false, ...(ca === undefined ? {} : { ca }), ...(header === undefined ? {} : { origin: header }), ...(forwarded === undefined ? {} : { headers: { 'x-forwarded-for': forwarded } }),
    });
    const client = new RelayClient(socket, origin);
    await client.until(() => client.hello !== undefined || client.closed !== undefined);
    return client;
  }

  #hear(bytes: Uint8Array): void {
    const frame = decodeRelayFrame(bytes);
    switch (frame.type) {
      case 'envelope':
        this.envelopes.push(frame.envelope);
        return;
      case 'ack':
        this.acks.push(frame.ack);
        return;
      case 'control':
        this.controls.push(frame.control);
        if (frame.control.t !== 'hello') return;
        this.hello = frame.control;
        this.nonce = frame.control.nonce;
        return;
      case 'malformed':
        throw new Error('the relay sent a malformed frame');
    }
  }

  #changed(): void {
    for (const watch of this.#watchers) watch();
  }

  /** Resolves as soon as the condition holds; it is looked at after every frame. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      const watch = (): void => {
        if (!holds()) return;
        this.#watchers.delete(watch);
        resolve();
      };
      this.#watchers.add(watch);
    });
  }

  raw(bytes: Uint8Array): void {
    this.socket.send(bytes);
  }

  control(control: ClientControl): void {
    this.raw(encodeControl(control));
  }

  /** The answer to a request, or throws {@link Refused}. */
  async ask<T extends RelayControl['t']>(t: T, make: (ref: number) => ClientControl): Promise<Answer<T>> {
    const ref = this.#ref++;
    this.control(make(ref));
    const isAnswer = (control: RelayControl): boolean => 'ref' in control && control.ref === ref;
    let answer: RelayControl | undefined;
    await this.until(() => (answer = this.controls.find(isAnswer)) !== undefined || this.closed !== undefined);
    if (answer === undefined) throw new Error(`closed with ${this.closed?.code} before the answer`);
    if (answer.t === 'error') throw new Refused(answer);
    if (answer.t !== t) throw new Error(`expected ${t}, got ${answer.t}`);
    return answer as Answer<T>;
  }

  /** Makes a room; answers with its first epoch. */
  /** `mover`: who signs instead of the owner, and what the owner signed for that. */
  async create(
    owner: Pair,
    { access = new Pair(), invites = [], groupInfo = new Uint8Array(), token, mover }:
      { access?: Pair; invites?: readonly InviteRegistration[]; groupInfo?: Uint8Array; token?: string; mover?: { readonly pair: Pair; readonly certificate: Signature } } = {},
  ) {
    const room = roomIdOf(owner.public as OwnerKey, sha256);
    const statement = createStatement({ origin: this.origin, room, access: access.public as AccessKey, invites: invitesDigestOf(invites, sha256), nonce: this.nonce });
    const opened = await this.ask('opened', (ref) => ({
      t: 'create', ref, owner: owner.public as OwnerKey, access: access.public as AccessKey, invites: [...invites], groupInfo, sig: (mover?.pair ?? owner).sign(statement),
      ...(token === undefined ? {} : { token }), ...(mover === undefined ? {} : { mover: { key: mover.pair.public as MoverKey, certificate: mover.certificate } }),
    }));
    return { ...epochOf(room, access), opened };
  }

  open({ room, id, pair }: TestEpoch) {
    const sig = pair.sign(openStatement({ origin: this.origin, room, epoch: id, nonce: this.nonce }));
    return this.ask('opened', (ref) => ({ t: 'open', ref, room, epoch: id, sig }));
  }

  reopen({ room, id }: Pick<TestEpoch, 'room' | 'id'>, ticket: Ticket | undefined) {
    if (ticket === undefined) throw new Error('there is no ticket');
    const proof = ticketProof(ticket, reopenStatement({ origin: this.origin, room, epoch: id, nonce: this.nonce }));
    return this.ask('opened', (ref) => ({ t: 'reopen', ref, room, epoch: id, proof }));
  }

  openInvite(room: RoomId, invite: Pair) {
    const key = invite.public as InviteKey;
    const sig = invite.sign(inviteStatement({ origin: this.origin, room, invite: key, nonce: this.nonce }));
    return this.ask('opened', (ref) => ({ t: 'open-invite', ref, room, invite: key, sig }));
  }

  delete(owner: Pair) {
    const room = roomIdOf(owner.public as OwnerKey, sha256);
    const sig = owner.sign(deleteStatement({ origin: this.origin, room, nonce: this.nonce }));
    return this.ask('done', (ref) => ({ t: 'delete', ref, owner: owner.public as OwnerKey, sig }));
  }

  /** One pull. */
  pull(room: RoomId, after = 0, limit = 1000) {
    return this.ask('pulled', (ref) => ({ t: 'pull', ref, room, after: after as Seq, limit }));
  }

  /** Pulls until it is live, and answers with the head. */
  async catchUp(room: RoomId, after = 0, limit = 1000): Promise<Seq> {
    let pulled = await this.pull(room, after, limit);
    while (!pulled.live) pulled = await this.pull(room, pulled.through, limit);
    return pulled.through;
  }

  groupInfo(room: RoomId, epoch: EpochId | null = null) {
    return this.ask('group-info', (ref) => ({ t: 'group-info', ref, room, epoch }));
  }

  closeRoom(room: RoomId) {
    return this.ask('done', (ref) => ({ t: 'close', ref, room }));
  }

  /** Puts an envelope on the wire; answers with its id. */
  post(epoch: TestEpoch, payload: Uint8Array | string, { id = newId(), kind = 'message' }: { id?: EnvelopeId; kind?: Kind } = {}): EnvelopeId {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    this.raw(encodeEnvelope({ kind, room: epoch.room, epoch: epoch.id, id, seq: START, payload: bytes }));
    return id;
  }

  /** Resolves with the ack of an envelope, or throws {@link Refused}. `nth`: of several for the same id, from 1. */
  async acked(id: EnvelopeId, nth = 1): Promise<Ack> {
    const acks = (): Ack[] => this.acks.filter((ack) => equalBytes(ack.id, id));
    const refusal = (): Refusal | undefined => this.controls.find((control): control is Refusal => control.t === 'error' && control.id !== null && equalBytes(control.id, id));
    await this.until(() => acks().length >= nth || refusal() !== undefined || this.closed !== undefined);
    const ack = acks()[nth - 1];
    if (ack !== undefined) return ack;
    const refused = refusal();
    if (refused !== undefined) throw new Refused(refused);
    throw new Error(`closed with ${this.closed?.code} before the ack`);
  }

  async send(epoch: TestEpoch, payload: Uint8Array | string, options: { id?: EnvelopeId; kind?: Kind } = {}): Promise<Ack> {
    return this.acked(this.post(epoch, payload, options));
  }

  /** Uploads a bundle; answers with the epoch that it begins. */
  async commit(parent: TestEpoch, options: {
    id?: EnvelopeId; access?: Pair; closing?: boolean; rejected?: number; invites?: readonly InviteRegistration[]; commit?: Uint8Array; groupInfo?: Uint8Array;
  } = {}) {
    const { id = newId(), access = new Pair(), closing = false, rejected = 0, invites = [], commit = Buffer.from('commit'), groupInfo = new Uint8Array() } = options;
    const before = this.acks.filter((ack) => equalBytes(ack.id, id)).length;
    this.control({ t: 'commit', room: parent.room, id, parent: parent.id, rejected, access: access.public as AccessKey, closing, invites: [...invites], commit, groupInfo });
    const { seq } = await this.acked(id, before + 1);
    return { ...epochOf(parent.room, access), seq };
  }

  /** Resolves when this many envelopes were delivered. */
  async delivered(count: number): Promise<readonly Envelope[]> {
    await this.until(() => this.envelopes.length >= count || this.closed !== undefined);
    return this.envelopes;
  }

  /** A round trip: everything that the relay had sent before has arrived. */
  async settle(): Promise<void> {
    const before = this.controls.filter(({ t }) => t === 'pong').length;
    this.control({ t: 'ping' });
    await this.until(() => this.controls.filter(({ t }) => t === 'pong').length > before || this.closed !== undefined);
  }

  async end(): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    const gone = once(this.socket, 'close');
    this.socket.close();
    await gone;
  }
}

export const text = (envelope: Envelope): string => Buffer.from(envelope.payload).toString();
