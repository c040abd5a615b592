/** Frames of every kind, for property tests. */
import * as fc from 'fast-check';
import { encodeAck, type Ack } from '../../../shared/ack.ts';
import { ERROR_CODES, type ErrorCode } from '../../../shared/codes.ts';
import type { ClientControl, RelayControl } from '../../../shared/control.ts';
import { encodeControl } from '../../../shared/control.ts';
import { encodeEnvelope, type Envelope, type Kind } from '../../../shared/envelope.ts';
import type {
  AccessKey, EnvelopeId, EpochId, Incarnation, InviteKey, MoverKey, Nonce, OwnerKey, RoomId, Seq, Signature, Ticket, TicketProof,
} from '../../../shared/ids.ts';
import { LIMITS } from '../../../shared/limits.ts';
import type { PushAuth, PushPoint } from '../../../shared/push.ts';

const fixed = <T extends Uint8Array>(length: number): fc.Arbitrary<T> => fc.uint8Array({ minLength: length, maxLength: length }) as fc.Arbitrary<Uint8Array> as fc.Arbitrary<T>;
const some = (maxLength = 200): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const count = (max: number): fc.Arbitrary<number> => fc.oneof(fc.constantFrom(0, 1, max), fc.integer({ min: 0, max: Math.min(max, 0x7fff_ffff) }));

export const room = fixed<RoomId>(32);
export const epoch = fixed<EpochId>(16);
export const envelopeId = fixed<EnvelopeId>(16);
export const access = fixed<AccessKey>(32);
export const seq = fc.oneof(fc.constantFrom(0, 1, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER), fc.nat()) as fc.Arbitrary<Seq>;
const placed = seq.filter((value) => value > 0);
const sig = fixed<Signature>(64);
const ref = count(0xffff_ffff);
const point = fixed<PushPoint>(65).map((bytes) => Uint8Array.of(4, ...bytes.subarray(1)) as Uint8Array as PushPoint);
export const invites = fc.array(fc.record({ key: fixed<InviteKey>(32), uses: count(0xffff), expires: count(2 ** 40) }), { maxLength: 4 });

export const envelope = (kinds: readonly Kind[], placing: fc.Arbitrary<Seq>): fc.Arbitrary<Envelope> =>
  fc.record({ kind: fc.constantFrom(...kinds), room, epoch, id: envelopeId, seq: placing, payload: some() })
    .chain((one) => (one.kind === 'message' ? fc.constantFrom<Envelope>(one, { ...one, quiet: true }) : fc.constant<Envelope>(one)));

/** What a client may send. */
export const clientEnvelope = envelope(['message', 'signal'], fc.constant(0 as Seq));
/** What a relay delivers of the log. */
export const placedEnvelope = envelope(['message', 'commit'], placed);

export const ack: fc.Arbitrary<Ack> = fc.record({ room, id: envelopeId, seq: placed });

export const clientControls: { readonly [T in ClientControl['t']]: fc.Arbitrary<Extract<ClientControl, { t: T }>> } = {
  create: fc.record({ t: fc.constant('create' as const), ref, owner: fixed<OwnerKey>(32), access, invites, groupInfo: some(), sig, token: fc.string({ maxLength: LIMITS.token }), mover: fc.record({ key: fixed<MoverKey>(32), certificate: sig }) }, {
    requiredKeys: ['t', 'ref', 'owner', 'access', 'invites', 'groupInfo', 'sig'],
  }),
  open: fc.record({ t: fc.constant('open' as const), ref, room, epoch, sig }),
  reopen: fc.record({ t: fc.constant('reopen' as const), ref, room, epoch, proof: fixed<TicketProof>(32) }),
  'open-invite': fc.record({ t: fc.constant('open-invite' as const), ref, room, invite: fixed<InviteKey>(32), sig }),
  delete: fc.record({ t: fc.constant('delete' as const), ref, owner: fixed<OwnerKey>(32), sig }),
  commit: fc.record({
    t: fc.constant('commit' as const), room, id: envelopeId, parent: epoch, rejected: count(LIMITS.candidates), access, closing: fc.boolean(), invites,
    commit: some(), groupInfo: some(),
  }),
  pull: fc.record({ t: fc.constant('pull' as const), ref, room, after: seq, limit: fc.integer({ min: 1, max: LIMITS.pull }) }),
  'group-info': fc.record({ t: fc.constant('group-info' as const), ref, room, epoch: fc.option(epoch) }),
  'blob-grant': fc.record({ t: fc.constant('blob-grant' as const), ref, room }),
  'push-key': fc.record({ t: fc.constant('push-key' as const), ref }),
  'push-subscribe': fc.record({
    t: fc.constant('push-subscribe' as const), ref, room, jitter: fc.boolean(),
    subscription: fc.record({ endpoint: fc.string({ minLength: 1, maxLength: LIMITS.endpoint }), p256dh: point, auth: fixed<PushAuth>(16) }),
  }, { requiredKeys: ['t', 'ref', 'room', 'subscription'] }),
  'push-unsubscribe': fc.record({ t: fc.constant('push-unsubscribe' as const), ref, room, endpoint: fc.string({ minLength: 1, maxLength: LIMITS.endpoint }) }),
  close: fc.record({ t: fc.constant('close' as const), ref, room }),
  ping: fc.constant({ t: 'ping' as const }),
};

export const relayControls: { readonly [T in RelayControl['t']]: fc.Arbitrary<Extract<RelayControl, { t: T }>> } = {
  hello: fc.record({
    t: fc.constant('hello' as const), nonce: fixed<Nonce>(32), heartbeat: count(3600),
    limits: fc.record({ payload: count(LIMITS.frame), frame: count(2 ** 31), rooms: count(2 ** 31), pull: count(LIMITS.pull) }),
  }),
  opened: fc.record({ t: fc.constant('opened' as const), ref, room, incarnation: fixed<Incarnation>(16), began: seq, head: seq, floor: seq, complete: seq, ticket: fixed<Ticket>(32) }, {
    requiredKeys: ['t', 'ref', 'room', 'incarnation', 'began', 'head', 'floor', 'complete'],
  }),
  pulled: fc.record({ t: fc.constant('pulled' as const), ref, room, through: seq, head: seq, live: fc.boolean() }),
  behind: fc.record({ t: fc.constant('behind' as const), room }),
  'group-info': fc.record({ t: fc.constant('group-info' as const), ref, room, epoch, groupInfo: some(), head: seq, tips: fc.array(epoch, { maxLength: 4 }) }),
  'blob-granted': fc.record({ t: fc.constant('blob-granted' as const), ref, room, token: fc.stringMatching(/^[A-Za-z0-9_-]{43}$/), life: count(2 ** 31) }),
  'push-key': fc.record({ t: fc.constant('push-key' as const), ref, key: point }),
  done: fc.record({ t: fc.constant('done' as const), ref }),
  error: fc.record({
    t: fc.constant('error' as const), ref: fc.option(ref), room: fc.option(room), id: fc.option(envelopeId),
    code: fc.constantFrom(...(Object.keys(ERROR_CODES) as ErrorCode[])), retryAfter: count(2 ** 31),
  }),
  closing: fc.record({ t: fc.constant('closing' as const), retryAfter: count(2 ** 31) }),
  pong: fc.constant({ t: 'pong' as const }),
};

export const clientFrame: fc.Arbitrary<Uint8Array> = fc.oneof(clientEnvelope.map(encodeEnvelope), fc.oneof(...Object.values<fc.Arbitrary<ClientControl>>(clientControls)).map(encodeControl));
export const relayFrame: fc.Arbitrary<Uint8Array> = fc.oneof(
  placedEnvelope.map(encodeEnvelope), ack.map(encodeAck), fc.oneof(...Object.values<fc.Arbitrary<RelayControl>>(relayControls)).map(encodeControl),
);
