/**
 * What people and their devices say to each other: every type of message body, its fields and their bounds.
 * One table for the wire and for storage. A field that may be missing is left out, never null.
 *
 * `of` names another message by its envelope id; what it does to that message is in `messages/effects.ts`.
 */
import * as v from 'valibot';
import { utf8 } from '../../../shared/bytes.ts';
import { ENVELOPE_ID_BYTES, type EnvelopeId, type Seq } from '../../../shared/ids.ts';
import { BLOB_ID_BYTES, type BlobId } from '../../../shared/blobs.ts';
import { MOST_ATTACHMENT_BYTES, MOST_ATTACHMENTS, MOST_PREVIEW_BYTES, MOST_WAVEFORM } from '../api/media.ts';
import type { BlobKey } from '../media/cipher.ts';
import type { IdentityKey } from '../mls/index.ts';
import { anyBytes, bytes, count } from './cbor.ts';

/** Of how long messages stay, once read: seconds, a leap year. */
export const LONGEST_STAY = 366 * 86_400;
export const stay = v.pipe(count, v.minValue(1), v.maxValue(LONGEST_STAY));

export const MOST_TEXT_BYTES = 32 * 1024;
export const MOST_OPTIONS = 20;
const MOST_OPTION_BYTES = 400;
const MOST_MENTIONS = 100;
/** The longest emoji, families and flags of regions, have 35 bytes. */
const MOST_EMOJI_BYTES = 64;
const MOST_WHISPER_BYTES = 4096;
export const MOST_FILE_NAME_BYTES = 512;
export const MOST_MEDIA_TYPE_BYTES = 128;
const MOST_SIDE = 1_000_000;

export const isTextTooLong = (words: string): boolean => utf8(words).length > MOST_TEXT_BYTES;

const words = (most: number) => v.pipe(v.string(), v.check((text) => utf8(text).length <= most));
const message = bytes<EnvelopeId>(ENVELOPE_ID_BYTES);
const opaque = (most: number) => v.pipe(anyBytes, v.check((data) => data.length <= most));
const seq = v.pipe(count, v.transform((value) => value as Seq));

/** `start` and `end` in UTF-16 units of the text. */
const mention = v.object({ start: count, end: count, person: bytes<IdentityKey>(32) });
export type Mention = v.InferOutput<typeof mention>;

const mentions = v.exactOptional(v.pipe(v.array(mention), v.maxLength(MOST_MENTIONS)));

/**
 * A blob of the relay, and what its sender says of it. `hash`: SHA-256 of the whole blob, as it lies at the relay; `size`: bytes of its content; pixels;
 * `duration` in milliseconds; `waveform`: loudness over time; `preview`: a picture of a few pixels.
 */
export const attachmentShape = v.object({
  id: bytes<BlobId>(BLOB_ID_BYTES), key: bytes<BlobKey>(32), hash: bytes(32), size: v.pipe(count, v.maxValue(MOST_ATTACHMENT_BYTES)), look: v.picklist(['picture', 'video', 'voice', 'file']),
  name: words(MOST_FILE_NAME_BYTES), type: words(MOST_MEDIA_TYPE_BYTES), width: v.exactOptional(v.pipe(count, v.maxValue(MOST_SIDE))), height: v.exactOptional(v.pipe(count, v.maxValue(MOST_SIDE))),
  duration: v.exactOptional(count), waveform: v.exactOptional(opaque(MOST_WAVEFORM)), preview: v.exactOptional(opaque(MOST_PREVIEW_BYTES)),
});
export type WireAttachment = Readonly<v.InferOutput<typeof attachmentShape>>;

/** What a message that stands in the conversation may carry: the root of the thread that it is in. */
const standing = { thread: v.exactOptional(message) };

export const BODIES = {
  /** At most 32 KiB of UTF-8. */
  text: v.object({ kind: v.literal('text'), text: words(MOST_TEXT_BYTES), reply: v.exactOptional(message), mentions, forwarded: v.exactOptional(v.literal(true)), ...standing }),
  /** Attachments, with a caption of at most 32 KiB, maybe empty. */
  media: v.object({
    kind: v.literal('media'), text: words(MOST_TEXT_BYTES), attachments: v.pipe(v.array(attachmentShape), v.minLength(1), v.maxLength(MOST_ATTACHMENTS)), reply: v.exactOptional(message), mentions,
    forwarded: v.exactOptional(v.literal(true)), ...standing,
  }),
  /** A question with answers to choose from: one, or several. */
  poll: v.object({
    kind: v.literal('poll'), question: words(2 * MOST_OPTION_BYTES), options: v.pipe(v.array(words(MOST_OPTION_BYTES)), v.minLength(2), v.maxLength(MOST_OPTIONS)), several: v.boolean(), ...standing,
  }),
  /** Degrees of WGS 84, and metres. */
  place: v.object({
    kind: v.literal('place'), latitude: v.pipe(v.number(), v.minValue(-90), v.maxValue(90)), longitude: v.pipe(v.number(), v.minValue(-180), v.maxValue(180)),
    accuracy: v.exactOptional(v.pipe(v.number(), v.minValue(0))), label: v.exactOptional(words(MOST_OPTION_BYTES)), ...standing,
  }),
  edit: v.object({ kind: v.literal('edit'), of: message, text: words(MOST_TEXT_BYTES), mentions }),
  delete: v.object({ kind: v.literal('delete'), of: message }),
  react: v.object({ kind: v.literal('react'), of: message, emoji: v.pipe(words(MOST_EMOJI_BYTES), v.minLength(1)), on: v.boolean() }),
  pin: v.object({ kind: v.literal('pin'), of: message, on: v.boolean() }),
  /** Indices of the chosen options; takes the place of an earlier vote. */
  vote: v.object({ kind: v.literal('vote'), of: message, choices: v.pipe(v.array(v.pipe(count, v.maxValue(MOST_OPTIONS - 1))), v.maxLength(MOST_OPTIONS)) }),
  /** No more votes. */
  close: v.object({ kind: v.literal('close'), of: message }),
  /** The seq up to which the sender's device holds all messages. */
  delivered: v.object({ kind: v.literal('delivered'), through: seq }),
  /** The seq up to which the sender has read. */
  read: v.object({ kind: v.literal('read'), through: seq }),
  /** The sender's own statement that they leave, see `rooms/leave-statement.ts`. */
  leave: v.object({ kind: v.literal('leave'), device: bytes(32), sig: bytes(64) }),
  /** For one member alone, under the key of their leaf: nobody else can open it, or is shown it. */
  whisper: v.object({ kind: v.literal('whisper'), enc: opaque(MOST_WHISPER_BYTES), ciphertext: opaque(MOST_WHISPER_BYTES) }),
} as const;

export type KnownType = keyof typeof BODIES;
export type KnownBody = { readonly [T in KnownType]: Readonly<v.InferOutput<(typeof BODIES)[T]>> }[KnownType];

export type Body =
  | KnownBody
  /** Of a type, or a version of the frame, that is not known here. `raw` is the whole plaintext. */
  | { readonly kind: 'unknown'; readonly type: string; readonly raw: Uint8Array };

/** A whisper before it is sealed, which is when it is sent: in the outbox alone. */
export type Ask = Readonly<v.InferOutput<typeof askShape>>;
const askShape = v.object({ kind: v.literal('ask'), to: bytes<IdentityKey>(32), content: anyBytes });

export type OutgoingBody = Body | Ask;

/** Stands in the conversation, as a line of its own. */
export type StandingBody = Extract<Body, { kind: 'text' | 'media' | 'poll' | 'place' | 'unknown' }>;
/** Changes a message that stands there. */
export type EffectBody = Extract<KnownBody, { of: EnvelopeId }>;

export const isStanding = (body: OutgoingBody): body is StandingBody => body.kind === 'text' || body.kind === 'media' || body.kind === 'poll' || body.kind === 'place' || body.kind === 'unknown';
/** Whether a sleeping device is to be woken for it: not for receipts, nor for what changes a message that it was woken for. The relay sees that bit. */
export const wakes = (body: OutgoingBody): boolean => isStanding(body) || body.kind === 'whisper' || body.kind === 'ask';
export const isEffect = (body: OutgoingBody): body is EffectBody => 'of' in body;

const isKnownType = (type: string): type is KnownType => Object.hasOwn(BODIES, type);

/** Undefined where a known type has a body that does not fit. `hasMore`: it has fields that are not known here. */
export function parseBody(type: string, fields: Readonly<Record<string, unknown>>): { readonly body: KnownBody; readonly hasMore: boolean } | 'unknown' | undefined {
  if (!isKnownType(type)) return 'unknown';
  const shape = BODIES[type];
  const result = v.safeParse(shape, { ...fields, kind: type });
  if (!result.success) return undefined;
  return { body: result.output, hasMore: Object.hasOwn(fields, 'kind') || hasMore(fields, result.output) };
}

/** Whether something stands in what was read that is not in what became of it. */
function hasMore(read: unknown, known: unknown): boolean {
  if (Array.isArray(read)) return Array.isArray(known) && read.some((one, i) => hasMore(one, known[i]));
  if (typeof read !== 'object' || read === null || read instanceof Uint8Array) return false;
  return Object.entries(read).some(([name, value]) => typeof known !== 'object' || known === null || !Object.hasOwn(known, name) || hasMore(value, known[name as keyof typeof known]));
}

/** As it is stored: under the device's key, so that it is what we wrote. */
export const storedBody = v.variant('kind', [...Object.values(BODIES), askShape, v.object({ kind: v.literal('unknown'), type: v.string(), raw: anyBytes })]);
