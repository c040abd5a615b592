/**
 * The link that invites: <app>/#join/<base64url of CBOR { v: 1, room, secret, inviter, relay? }>.
 *
 * Everything is in the fragment, which browsers send to nobody. `inviter` is the start of the hash of the
 * inviter's identity key, 16 bytes; `relay` an origin, left out where the app comes from the relay itself.
 */
import * as v from 'valibot';
import { fromBase64Url, toBase64Url } from '../../../shared/bytes.ts';
import { ROOM_ID_BYTES, type RoomId } from '../../../shared/ids.ts';
import { sha256 } from '../crypto/hash.ts';
import type { IdentityKey } from '../mls/index.ts';
import { bytes, fromCbor, toCbor } from '../wire/cbor.ts';
import { INVITE_SECRET_BYTES } from './invite-keys.ts';

const PERSON_HASH_BYTES = 16;

export interface InviteLink {
  readonly room: RoomId;
  readonly secret: Uint8Array;
  /** {@link personHash} of the inviter. */
  readonly inviter: Uint8Array;
  /** An origin. */
  readonly relay: string;
}

const shape = v.object({
  v: v.literal(1), room: bytes<RoomId>(ROOM_ID_BYTES), secret: bytes(INVITE_SECRET_BYTES), inviter: bytes(PERSON_HASH_BYTES), relay: v.optional(v.string()),
});

export const personHash = (person: IdentityKey): Uint8Array => sha256(person).slice(0, PERSON_HASH_BYTES);

export function encodeInviteLink(link: InviteLink, app: string): string {
  const { room, secret, inviter, relay } = link;
  const content = toCbor({ v: 1, room, secret, inviter, ...(relay === originOf(app) ? {} : { relay }) });
  return `${app.replace(/\/+$/, '')}/#join/${toBase64Url(content)}`;
}

/** Undefined for what is no such link. The fragment alone will do too. */
export function decodeInviteLink(text: string): InviteLink | undefined {
  const at = text.indexOf('#join/');
  const content = at < 0 ? undefined : fromBase64Url(text.slice(at + '#join/'.length).trim());
  const parsed = content === undefined ? undefined : fromCbor(shape, content);
  const relay = parsed?.relay === undefined ? originOf(text.slice(0, at)) : originOf(parsed.relay);
  if (parsed === undefined || relay === undefined) return undefined;
  return { room: parsed.room, secret: parsed.secret, inviter: parsed.inviter, relay };
}

/** Undefined for what is no http(s) URL. */
export function originOf(url: string): string | undefined {
  try {
    const { origin, protocol } = new URL(url);
    return protocol === 'https:' || protocol === 'http:' ? origin : undefined;
  } catch {
    return undefined; // URL throws for what it cannot read
  }
}
