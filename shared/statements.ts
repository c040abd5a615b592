/**
 * The exact bytes that are signed and hashed. This folder has no cryptography of its own: each end
 * brings SHA-256 and Ed25519 (libsodium in the client, OpenSSL in the relay).
 *
 * A statement is the deterministic CBOR (RFC 8949 §4.2) of an array that begins with its label, and
 * binds the relay's origin and the connection's nonce: it is of no use elsewhere or later.
 */
import { encode } from 'cborg';
import { concat, utf8 } from './bytes.ts';
import type { AccessKey, Digest, EpochId, InviteKey, Nonce, OwnerKey, RoomId } from './ids.ts';

export type Sha256 = (data: Uint8Array) => Uint8Array;

/** What a commit registers of each standing invite. The relay enforces it, the members do too. */
export interface InviteRegistration {
  readonly key: InviteKey;
  /** How many commits the key may make in all; 0 is without bound. */
  readonly uses: number;
  /** Unix time in seconds after which it is refused; 0 is never. */
  readonly expires: number;
}

/**
 * The terms under which the key of a refused knock is registered: in the past since 1970, it opens nothing, and the relay
 * answers `knock-refused` to whoever holds it.
 */
export const REFUSED = { uses: 0, expires: 1 } as const;

export const roomIdOf = (owner: OwnerKey, sha256: Sha256): RoomId => sha256(concat(utf8('sotto room v1'), owner)) as RoomId;

export const epochIdOf = (room: RoomId, access: AccessKey, sha256: Sha256): EpochId =>
  sha256(concat(utf8('sotto epoch v1'), room, access)).subarray(0, 16) as EpochId;

/** The registrations are ordered by key, so that one set has one digest. */
export function invitesDigestOf(invites: readonly InviteRegistration[], sha256: Sha256): Digest {
  const rows = sortInvites(invites).map(({ key, uses, expires }) => [key, uses, expires]);
  return sha256(encode(['sotto invites v1', rows])) as Digest;
}

export const sortInvites = (invites: readonly InviteRegistration[]): readonly InviteRegistration[] =>
  [...invites].sort((a, b) => compareBytes(a.key, b.key));

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Signed by the owner key, or by a mover key that it certified: the first epoch that the room has at this relay, and its invites. */
export const createStatement = (s: { origin: string; room: RoomId; access: AccessKey; invites: Digest; nonce: Nonce }): Uint8Array =>
  encode(['sotto create v1', s.origin, s.room, s.access, s.invites, s.nonce]);

/** Signed by an epoch's access key: opens the room for what that key may read and write. */
export const openStatement = (s: { origin: string; room: RoomId; epoch: EpochId; nonce: Nonce }): Uint8Array =>
  encode(['sotto open v1', s.origin, s.room, s.epoch, s.nonce]);

/**
 * Not signed: HMAC-SHA-256 over it, keyed by the ticket of that epoch, opens the room as the signature did for which the ticket
 * was given.
 */
export const reopenStatement = (s: { origin: string; room: RoomId; epoch: EpochId; nonce: Nonce }): Uint8Array =>
  encode(['sotto reopen v1', s.origin, s.room, s.epoch, s.nonce]);

/** Signed by an invite key: fetch the GroupInfo, and make one commit. */
export const inviteStatement = (s: { origin: string; room: RoomId; invite: InviteKey; nonce: Nonce }): Uint8Array =>
  encode(['sotto invite v1', s.origin, s.room, s.invite, s.nonce]);

/**
 * Signed by the owner key when the room is made: this key may open the room's log at another relay. It is for no relay and no
 * connection, as it is shown to those that the room will move to.
 */
export const moverStatement = (s: { room: RoomId; mover: Uint8Array }): Uint8Array => encode(['sotto mover v1', s.room, s.mover]);

/** Signed by the owner key: the room and all that the relay has of it are deleted. */
export const deleteStatement = (s: { origin: string; room: RoomId; nonce: Nonce }): Uint8Array =>
  encode(['sotto delete v1', s.origin, s.room, s.nonce]);
