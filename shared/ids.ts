/**
 * Identifiers on the wire. All are byte strings of one fixed length; the brands keep them apart, and
 * only the parsers here make them.
 */
/** `brand` exists in types only. */
export type Branded<Base, Name extends string> = Base & { readonly brand: Name };

/** 32 bytes: SHA-256("sotto room v1" ‖ owner public key). Self-certifying: see `statements.ts`. */
export type RoomId = Branded<Uint8Array, 'RoomId'>;
/** 16 bytes: the start of SHA-256("sotto epoch v1" ‖ room id ‖ access public key). */
export type EpochId = Branded<Uint8Array, 'EpochId'>;
/** 16 random bytes chosen by the sender, kept across retries. */
export type EnvelopeId = Branded<Uint8Array, 'EnvelopeId'>;
/** 16 random bytes chosen by the relay when it creates a room's log: one lifetime of that log. */
export type Incarnation = Branded<Uint8Array, 'Incarnation'>;
/** 32 bytes, fresh for each connection; signed to open rooms on it. */
export type Nonce = Branded<Uint8Array, 'Nonce'>;
/** Ed25519 public keys, 32 bytes: of an epoch, of an invite, of the room's creator, and of those who move the room to another relay. */
export type AccessKey = Branded<Uint8Array, 'AccessKey'>;
export type InviteKey = Branded<Uint8Array, 'InviteKey'>;
export type OwnerKey = Branded<Uint8Array, 'OwnerKey'>;
export type MoverKey = Branded<Uint8Array, 'MoverKey'>;
/** Ed25519 signature, 64 bytes. */
export type Signature = Branded<Uint8Array, 'Signature'>;
/** 32 bytes: what a relay gives to whoever has proved an epoch's key, so that they need not sign again. */
export type Ticket = Branded<Uint8Array, 'Ticket'>;
/** HMAC-SHA-256 under a ticket, 32 bytes. */
export type TicketProof = Branded<Uint8Array, 'TicketProof'>;
/** SHA-256 output, 32 bytes. */
export type Digest = Branded<Uint8Array, 'Digest'>;
/** A position in a room's log: 1 for the first envelope. As a cursor, 0 is "nothing yet". */
export type Seq = Branded<number, 'Seq'>;

export const ROOM_ID_BYTES = 32;
export const EPOCH_ID_BYTES = 16;
export const ENVELOPE_ID_BYTES = 16;
export const INCARNATION_BYTES = 16;
export const NONCE_BYTES = 32;
export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const TICKET_BYTES = 32;
export const TICKET_PROOF_BYTES = 32;
export const DIGEST_BYTES = 32;

const fixed =
  <T extends Uint8Array>(length: number) =>
  (bytes: unknown): T | undefined =>
    bytes instanceof Uint8Array && bytes.length === length ? (bytes as T) : undefined;

/** Each parser answers undefined for what is not a byte string of the right length. */
export const parseRoomId = fixed<RoomId>(ROOM_ID_BYTES);
export const parseEpochId = fixed<EpochId>(EPOCH_ID_BYTES);
export const parseEnvelopeId = fixed<EnvelopeId>(ENVELOPE_ID_BYTES);
export const parseIncarnation = fixed<Incarnation>(INCARNATION_BYTES);
export const parseNonce = fixed<Nonce>(NONCE_BYTES);
export const parseAccessKey = fixed<AccessKey>(PUBLIC_KEY_BYTES);
export const parseInviteKey = fixed<InviteKey>(PUBLIC_KEY_BYTES);
export const parseOwnerKey = fixed<OwnerKey>(PUBLIC_KEY_BYTES);
export const parseMoverKey = fixed<MoverKey>(PUBLIC_KEY_BYTES);
export const parseSignature = fixed<Signature>(SIGNATURE_BYTES);
export const parseTicket = fixed<Ticket>(TICKET_BYTES);
export const parseTicketProof = fixed<TicketProof>(TICKET_PROOF_BYTES);
export const parseDigest = fixed<Digest>(DIGEST_BYTES);

export const parseSeq = (value: unknown): Seq | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? (value as Seq) : undefined;

/** Seq 0: the cursor of one who has seen nothing. */
export const START = 0 as Seq;
