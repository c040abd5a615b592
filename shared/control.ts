/**
 * Control frames: the byte 0x02, then one CBOR map whose `t` names it. Rare beside envelopes, so
 * they may cost a decoder and a schema. Unknown keys are ignored, so that a later version may add some.
 *
 * `ref` is chosen by the client and comes back in the answer.
 */
import { decode, encode } from 'cborg';
import * as v from 'valibot';
import { BLOB_TOKEN } from './blobs.ts';
import { isErrorCode, type ErrorCode } from './codes.ts';
import {
  parseAccessKey, parseEnvelopeId, parseEpochId, parseIncarnation, parseInviteKey, parseMoverKey, parseNonce, parseOwnerKey, parseRoomId, parseSeq,
  parseSignature, parseTicket, parseTicketProof,
} from './ids.ts';
import { LIMITS } from './limits.ts';
import { parsePushAuth, parsePushPoint } from './push.ts';
import { readPull, readReopen, writeOpened, writePulled } from './returning.ts';

export const CONTROL_TYPE = 0x02;

/** A schema out of a parser that answers undefined for what it refuses. */
const parsed = <T>(parse: (value: unknown) => T | undefined) =>
  v.pipe(v.unknown(), v.rawTransform(({ dataset, addIssue, NEVER }): T => {
    const value = parse(dataset.value);
    if (value !== undefined) return value;
    addIssue();
    return NEVER;
  }));

const bytes = (most: number) => v.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= most);
const count = (most: number) => v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(most));

const ref = count(0xffff_ffff);
const room = parsed(parseRoomId);
const epoch = parsed(parseEpochId);
const seq = parsed(parseSeq);
const sig = parsed(parseSignature);
const invites = v.pipe(
  v.array(v.object({ key: parsed(parseInviteKey), uses: count(0xffff), expires: count(2 ** 40) })),
  v.maxLength(LIMITS.registrations),
);
/** As a browser gives it (Push API, `PushSubscription.toJSON`), keys as bytes. */
const endpoint = v.pipe(v.string(), v.minLength(1), v.maxLength(LIMITS.endpoint));
const pushSubscription = v.object({ endpoint, p256dh: parsed(parsePushPoint), auth: parsed(parsePushAuth) });

const clientFrame = v.variant('t', [
  /**
   * Makes a room whose id is the hash of `owner`. `groupInfo` is sealed; empty where no invite stands yet. `token` is what the
   * relay's operator gave out, where rooms are made by token alone. `sig` is by the owner key; or, where the room moves here from
   * another relay, by the `mover` key, which the owner key certified. Answer: opened.
   */
  v.object({
    t: v.literal('create'), ref, owner: parsed(parseOwnerKey), access: parsed(parseAccessKey), invites, groupInfo: bytes(LIMITS.frame), sig,
    token: v.exactOptional(v.pipe(v.string(), v.maxLength(LIMITS.token))),
    mover: v.exactOptional(v.object({ key: parsed(parseMoverKey), certificate: sig })),
  }),
  /** Opens a room with the access key of `epoch`. Answer: opened. Live delivery begins when a pull reaches the head. */
  v.object({ t: v.literal('open'), ref, room, epoch, sig }),
  /** The same, by the ticket that the relay gave for that epoch. Where it is `no-access`, the signature may still do. Answer: opened. */
  v.object({ t: v.literal('reopen'), ref, room, epoch, proof: parsed(parseTicketProof) }),
  /** Opens a room with an invite key: for `group-info` and one `commit`, never for reading. Answer: opened. */
  v.object({ t: v.literal('open-invite'), ref, room, invite: parsed(parseInviteKey), sig }),
  /** Answer: done. */
  v.object({ t: v.literal('delete'), ref, owner: parsed(parseOwnerKey), sig }),
  /**
   * A bundle: ends `parent` and begins the epoch of `access`. `rejected` is how many candidates for the same step
   * the committer has seen and found invalid: it is taken only while exactly so many exist. Answer: ack, or error with `id`.
   */
  v.object({
    t: v.literal('commit'), room, id: parsed(parseEnvelopeId), parent: epoch, rejected: count(LIMITS.candidates), access: parsed(parseAccessKey),
    closing: v.boolean(), invites, commit: bytes(LIMITS.frame), groupInfo: bytes(LIMITS.frame),
  }),
  /** The readable envelopes after a position, oldest first, then `pulled`. */
  v.object({ t: v.literal('pull'), ref, room, after: seq, limit: v.pipe(count(LIMITS.pull), v.minValue(1)) }),
  /** The sealed GroupInfo of an epoch; of the newest without successor where none is named. */
  v.object({ t: v.literal('group-info'), ref, room, epoch: v.nullable(epoch) }),
  /** Leave to put and get the blobs of a room that is open by an access key: `shared/blobs.ts`. Answer: blob-granted. */
  v.object({ t: v.literal('blob-grant'), ref, room }),
  /** Asks for the relay's public key for Web Push, which a page needs to subscribe. Answer: push-key, or push-off. */
  v.object({ t: v.literal('push-key'), ref }),
  /**
   * Wakes a device by Web Push for what comes while it is not connected: of a room that is open by an access key. Said after each opening, by
   * which the relay knows that the device is there, and that it still may; what it holds already costs nothing. Answer: done.
   * `jitter`: each wake-up comes a random time later, up to a minute.
   */
  v.object({ t: v.literal('push-subscribe'), ref, room, subscription: pushSubscription, jitter: v.exactOptional(v.boolean()) }),
  /** Answer: done, also where there was none. */
  v.object({ t: v.literal('push-unsubscribe'), ref, room, endpoint }),
  v.object({ t: v.literal('close'), ref, room }),
  v.object({ t: v.literal('ping') }),
]);

const relayFrame = v.variant('t', [
  /** The first frame on a connection. `heartbeat`: seconds between pings that the relay expects. Limits as in `limits.ts`. */
  v.object({
    t: v.literal('hello'), nonce: parsed(parseNonce), heartbeat: count(3600),
    limits: v.object({ payload: count(LIMITS.frame), frame: count(2 ** 31), rooms: count(2 ** 31), pull: count(LIMITS.pull) }),
  }),
  /**
   * `began`: seq of the commit that began the epoch that was opened; 0 for the first, and for an invite key.
   * `head`: seq of the last envelope; `floor`: the lowest seq from which no commit is missing; `complete`: the lowest from which nothing
   * is, so floor ≤ complete ≤ head + 1. From floor up to complete, commits are kept and messages are not.
   * `ticket`: to whoever signed with an epoch's key, or made the room.
   */
  v.object({
    t: v.literal('opened'), ref, room, incarnation: parsed(parseIncarnation), began: seq, head: seq, floor: seq, complete: seq,
    ticket: v.exactOptional(parsed(parseTicket)),
  }),
  /** Ends a pull: everything readable up to `through` was sent. `live`: what comes next is delivered as it comes. */
  v.object({ t: v.literal('pulled'), ref, room, through: seq, head: seq, live: v.boolean() }),
  /** This connection did not keep up, or met an epoch its key cannot read: nothing is delivered until it pulls. */
  v.object({ t: v.literal('behind'), room }),
  /** `tips`: every epoch without successor, newest first. */
  v.object({ t: v.literal('group-info'), ref, room, epoch, groupInfo: bytes(LIMITS.frame), head: seq, tips: v.array(epoch) }),
  /** `life`: milliseconds. A closing commit ends it sooner: whoever may still asks again. */
  v.object({ t: v.literal('blob-granted'), ref, room, token: v.pipe(v.string(), v.regex(BLOB_TOKEN)), life: count(2 ** 31) }),
  /** The public half of the relay's VAPID key (RFC 8292 §3.2): an uncompressed point of P-256. Another than before: subscribe anew. */
  v.object({ t: v.literal('push-key'), ref, key: parsed(parsePushPoint) }),
  v.object({ t: v.literal('done'), ref }),
  v.object({
    t: v.literal('error'), ref: v.nullable(ref), room: v.nullable(room), id: v.nullable(parsed(parseEnvelopeId)),
    code: v.pipe(v.string(), v.transform((code): ErrorCode => (isErrorCode(code) ? code : 'internal'))),
    /** Milliseconds to wait before trying again; 0 where waiting does not help. */
    retryAfter: count(2 ** 31),
  }),
  /** The relay goes away in good order; connect again after about so many milliseconds. */
  v.object({ t: v.literal('closing'), retryAfter: count(2 ** 31) }),
  v.object({ t: v.literal('pong') }),
]);

export type ClientControl = v.InferOutput<typeof clientFrame>;
export type RelayControl = v.InferOutput<typeof relayFrame>;

export function encodeControl(frame: ClientControl | RelayControl): Uint8Array {
  if (frame.t === 'opened') return writeOpened(frame);
  if (frame.t === 'pulled') return writePulled(frame);
  const body = encode(frame);
  const whole = new Uint8Array(1 + body.length);
  whole[0] = CONTROL_TYPE;
  whole.set(body, 1);
  return whole;
}

export const decodeClientControl = (frame: Uint8Array): ClientControl | undefined => readReopen(frame) ?? readPull(frame) ?? decodeWith(clientFrame, frame);
export const decodeRelayControl = (frame: Uint8Array): RelayControl | undefined => decodeWith(relayFrame, frame);

function decodeWith<S extends typeof clientFrame | typeof relayFrame>(schema: S, frame: Uint8Array): v.InferOutput<S> | undefined {
  if (frame[0] !== CONTROL_TYPE) return undefined;
  let value: unknown;
  try {
    value = decode(frame.subarray(1), { strict: true, rejectDuplicateMapKeys: true, allowUndefined: false });
  } catch {
    return undefined; // cborg throws on every malformed input; here that is an answer, not a fault
  }
  const result = v.safeParse(schema, value);
  return result.success ? result.output : undefined;
}
