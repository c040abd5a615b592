/** The outbox and the timeline as they are stored. */
import * as v from 'valibot';
import { ENVELOPE_ID_BYTES, EPOCH_ID_BYTES, type EnvelopeId, type EpochId } from '../../../shared/ids.ts';
import type { IdentityKey } from '../mls/index.ts';
import { anyBytes, bytes, count, fromCbor, toCbor } from '../wire/cbor.ts';
import type { Effect } from '../messages/effects.ts';
import { BODIES, storedBody, type OutgoingBody } from '../wire/bodies.ts';

const person = v.object({ person: bytes<IdentityKey>(32), name: v.string() });
const message = bytes<EnvelopeId>(ENVELOPE_ID_BYTES);

/** The intent, and beside it the ciphertext once there is one: both last until the log has it. */
export interface OutboxEntry {
  readonly id: EnvelopeId;
  /** Rises by one with every entry of the room. */
  readonly order: number;
  readonly at: number;
  readonly body: OutgoingBody;
  /** Seconds that it stays: what the room had agreed on when it was sealed. */
  readonly expires?: number;
  /** The envelope that was sealed, and in which epoch; null before. */
  readonly sealed: { readonly epoch: EpochId; readonly frame: Uint8Array } | null;
}

const outboxShape = v.object({
  v: v.literal(1), id: message, order: count, at: count, body: storedBody, expires: v.exactOptional(count),
  sealed: v.nullable(v.object({ epoch: bytes<EpochId>(EPOCH_ID_BYTES), frame: anyBytes })),
});

export const encodeOutboxEntry = (entry: OutboxEntry): Uint8Array => toCbor({ v: 1, ...entry });
export const decodeOutboxEntry = (value: Uint8Array): OutboxEntry | undefined => fromCbor(outboxShape, value);

export type StoredPerson = v.InferOutput<typeof person>;

const fact = v.variant('kind', [
  v.object({ kind: v.literal('created'), by: person }), v.object({ kind: v.literal('joined'), who: person }), v.object({ kind: v.literal('let-in'), who: person, by: person }),
  v.object({ kind: v.literal('knock-refused'), who: person, by: person }), v.object({ kind: v.literal('removed'), who: person, by: person }),
  v.object({ kind: v.literal('banned'), who: person, by: person }), v.object({ kind: v.literal('unbanned'), who: person, by: person }),
  v.object({ kind: v.literal('left'), who: person }), v.object({ kind: v.literal('returned'), who: person }),
  v.object({ kind: v.literal('role'), who: person, by: person, role: v.picklist(['owner', 'admin', 'member']) }),
  v.object({ kind: v.literal('renamed'), by: person, name: v.string() }), v.object({ kind: v.literal('pictured'), by: person }),
  v.object({ kind: v.literal('approval'), by: person, required: v.boolean() }), v.object({ kind: v.literal('disappearing'), by: person, seconds: v.nullable(count) }), v.object({ kind: v.literal('name'), who: person, was: v.string() }),
  v.object({ kind: v.literal('same-name'), who: person, as: person, verified: v.boolean() }), v.object({ kind: v.literal('moved'), by: person, relay: v.string() }),
  v.object({ kind: v.literal('missed'), from: count, to: count }), v.object({ kind: v.literal('unreadable') }),
  v.object({ kind: v.literal('invalid-commit'), by: v.nullable(person) }),
]);

const effectShape = v.object({
  id: message, position: v.number(), at: count, sender: person, byAdmin: v.boolean(),
  body: v.variant('kind', [BODIES.edit, BODIES.delete, BODIES.react, BODIES.pin, BODIES.vote, BODIES.close]),
});

const itemShape = v.variant('kind', [
  v.object({
    kind: v.literal('message'), id: message, position: v.number(), sender: person, mine: v.boolean(), at: count,
    /** Null once it was deleted for everyone. */
    body: v.nullable(v.variant('kind', [BODIES.text, BODIES.media, BODIES.poll, BODIES.place, v.object({ kind: v.literal('unknown'), type: v.string(), raw: anyBytes })])),
    /** The whole plaintext, where the body has fields that this version does not know. */
    newer: v.nullable(anyBytes),
    /** In normal form. */
    effects: v.array(effectShape),
    /** Of the thread that begins here. */
    replies: v.object({ count, at: count }),
    /** It stands in a thread that this device has, not in the conversation. */
    aside: v.boolean(),
    /** Seconds that it stays, once read. */
    expires: v.exactOptional(count),
  }),
  v.object({ kind: v.literal('notice'), id: v.string(), position: v.number(), at: count, fact }),
]);

/** One line of the conversation. `position` is also the last part of its key. */
export type StoredItem = v.InferOutput<typeof itemShape>;
export type StoredMessage = Extract<StoredItem, { kind: 'message' }>;
export type StoredFact = v.InferOutput<typeof fact>;

export const encodeItem = (item: StoredItem): Uint8Array => toCbor({ v: 1, ...item });
export const decodeItem = (value: Uint8Array): StoredItem | undefined => fromCbor(itemShape, value);

/** What came for a message that is not here, yet or any more. */
export const encodeEffect = (effect: Effect): Uint8Array => toCbor({ v: 1, ...effect });
export const decodeEffect = (value: Uint8Array): Effect | undefined => fromCbor(effectShape, value);

/** Beside the id of each message that came: where in the timeline it is. Undefined for what has no line there, or none any more. */
export const encodeSeen = (position?: number): Uint8Array => (position === undefined ? new Uint8Array(0) : toCbor(position));
export const decodeSeen = (value: Uint8Array): number | undefined => (value.length === 0 ? undefined : fromCbor(v.number(), value));
