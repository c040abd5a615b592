/**
 * "I would like to talk to you": what a whisper holds, an invite to a room of two.
 *
 *   CBOR { v: 1, room, secret, relay }, padded
 *
 * sealed by HPKE base mode in the suite of the room in which it is whispered, to the encryption key of the recipient's leaf, info
 * "sotto whisper v1", associated data: group id ‖ epoch authenticator ‖ the sender's leaf's signature key.
 */
import * as v from 'valibot';
import { ROOM_ID_BYTES, type RoomId } from '../../../shared/ids.ts';
import { pad, unpad } from '../crypto/padding.ts';
import { CryptoError } from '../crypto/sodium.ts';
import { bytes, fromCbor, toCbor } from './cbor.ts';

export interface Request {
  readonly room: RoomId;
  /** Of the invite that is made out to the recipient. */
  readonly secret: Uint8Array;
  /** An origin. */
  readonly relay: string;
}

const shape = v.object({ v: v.literal(1), room: bytes<RoomId>(ROOM_ID_BYTES), secret: bytes(32), relay: v.pipe(v.string(), v.maxLength(256)) });

export const encodeRequest = ({ room, secret, relay }: Request): Uint8Array => pad(toCbor({ v: 1, room, secret, relay }));

export function decodeRequest(content: Uint8Array): Request | undefined {
  try {
    return fromCbor(shape, unpad(content));
  } catch (cause) {
    if (cause instanceof CryptoError) return undefined;
    throw cause;
  }
}
