/**
 * What a room agrees on, as MLS group state. All are deterministic CBOR (RFC 8949 §4.2).
 *
 * GroupContext:
 *   room       { v: 1, suite, kind, name, hue, picture, owner, approval, disappearing, relay, mover }
 *   roles      { v: 1, owners, admins, members, banned: [{ identity, name, by }] }
 *   invites    { v: 1, invites: [{ id, kem, sign, role, uses, expires, by, label, for, of }], refused: [{ key, identity, name, by }] }
 * Leaf:
 *   profile    { v: 1, name }
 *   joinedBy   { v: 1, invite, of, role, at }                     kept through every own update
 *   returnKey  { v: 1, kem, sign }                                kept through every own update
 */
import * as v from 'valibot';
import { PUBLIC_KEY_BYTES, SIGNATURE_BYTES, type InviteKey } from '../../../shared/ids.ts';
import { LIMITS } from '../../../shared/limits.ts';
import { extensionData, type Extension, type ExtensionName, type IdentityKey, type Member } from '../mls/index.ts';
import { stay } from '../wire/bodies.ts';
import { anyBytes, bytes, count, fromCbor, toCbor } from '../wire/cbor.ts';
import { lengthOf, MOST_NAME_CHARACTERS, neutralised } from './names.ts';

export const INVITE_ID_BYTES = 16;
/** Of each of these lists, so that state which every member keeps stays bounded. */
export const MOST_BANNED = 256;
export const MOST_REFUSED = 32;
export const MOST_PICTURE = 12 * 1024;
const MOST_LISTED = 1024;
const MOST_ORIGIN = 256;

const name = v.pipe(v.string(), v.check((text) => lengthOf(text) <= MOST_NAME_CHARACTERS));
const identity = bytes<IdentityKey>(PUBLIC_KEY_BYTES);
const id = bytes(INVITE_ID_BYTES);
const seconds = v.pipe(count, v.maxValue(2 ** 40));
const people = v.pipe(v.array(identity), v.maxLength(MOST_LISTED));
const given = v.picklist(['admin', 'member']);

const roomShape = v.object({
  v: v.literal(1), suite: v.picklist(['xwing', 'x25519']),
  /** `direct`: two people, and never more. */
  kind: v.picklist(['group', 'direct']), name,
  hue: v.nullable(v.pipe(count, v.maxValue(359))),
  picture: v.nullable(v.pipe(anyBytes, v.check((data) => data.length <= MOST_PICTURE))),
  /** Whoever made it. Never changes. */
  owner: identity,
  /** Whoever comes by an invite that is not made out to them has to knock. */
  approval: v.boolean(),
  /** Seconds that messages stay, once read; null for always. */
  disappearing: v.nullable(stay),
  /** An origin; null for where the room was made. */
  relay: v.nullable(v.pipe(v.string(), v.maxLength(MOST_ORIGIN))),
  /** By which any member can make the room at the relay that it moves to: its seed, the owner key of which the room's id is the hash, and that key's signature over `moverStatement`. */
  mover: v.nullable(v.object({ owner: bytes(PUBLIC_KEY_BYTES), key: bytes(PUBLIC_KEY_BYTES), seed: bytes(32), certificate: bytes(SIGNATURE_BYTES) })),
});
const bannedShape = v.object({ identity, name, by: identity });
const rolesShape = v.object({
  v: v.literal(1), owners: people, admins: people,
  /** Those whose invite gave more, and who have it no longer. */
  members: people,
  banned: v.pipe(v.array(bannedShape), v.maxLength(MOST_BANNED)),
});
const inviteShape = v.object({
  id, kem: anyBytes, sign: bytes<InviteKey>(PUBLIC_KEY_BYTES), role: given, uses: v.pipe(count, v.maxValue(0xffff)), expires: seconds, by: identity, label: name,
  /** The one person who may use it, without knocking; null for anyone. */
  for: v.nullable(identity),
  /** The invite with which that person knocked, whose use this is. */
  of: v.nullable(id),
});
/** `key`: the one under which they would have been let in. */
const refusedShape = v.object({ key: bytes<InviteKey>(PUBLIC_KEY_BYTES), identity, name, by: identity });
const invitesShape = v.object({
  v: v.literal(1), invites: v.pipe(v.array(inviteShape), v.maxLength(LIMITS.invites)), refused: v.pipe(v.array(refusedShape), v.maxLength(MOST_REFUSED)),
});
const profileShape = v.object({ v: v.literal(1), name });
const joinedByShape = v.object({
  v: v.literal(1),
  /** Null for whoever made the room. */
  invite: v.nullable(id), of: v.nullable(id), role: given,
  /** Number of the first epoch that the leaf was in: of two leaves of one person, the newer has the higher. */
  at: count,
});
const returnKeyShape = v.object({ v: v.literal(1), kem: bytes(32), sign: bytes<InviteKey>(PUBLIC_KEY_BYTES) });

export type RoomTerms = Omit<v.InferOutput<typeof roomShape>, 'v'>;
export type Roles = Omit<v.InferOutput<typeof rolesShape>, 'v'>;
export type BannedEntry = v.InferOutput<typeof bannedShape>;
/** A standing invite as all members see it: public halves alone. */
export type StandingInvite = v.InferOutput<typeof inviteShape>;
export type RefusedKnock = v.InferOutput<typeof refusedShape>;
export type Invites = Omit<v.InferOutput<typeof invitesShape>, 'v'>;
export type JoinedBy = Omit<v.InferOutput<typeof joinedByShape>, 'v'>;
export type ReturnKey = Omit<v.InferOutput<typeof returnKeyShape>, 'v'>;

const extension = (named: ExtensionName, content: object): Extension => ({ name: named, data: toCbor({ ...content, v: 1 }) });

export const roomExtension = (terms: RoomTerms): Extension => extension('room', terms);
export const rolesExtension = (roles: Roles): Extension => extension('roles', roles);
export const invitesExtension = (invites: readonly StandingInvite[], refused: readonly RefusedKnock[] = []): Extension => extension('invites', { invites, refused });
export const profileExtension = (chosen: string): Extension => extension('profile', { name: chosen });
export const joinedByExtension = (by: JoinedBy): Extension => extension('joinedBy', by);
export const returnKeyExtension = (key: ReturnKey): Extension => extension('returnKey', key);

/** Extensions are never changed in place, so each is read once: not those of every leaf anew with each commit. */
function reader<S extends v.GenericSchema>(named: ExtensionName, shape: S): (extensions: readonly Extension[]) => v.InferOutput<S> | undefined {
  const known = new WeakMap<Uint8Array, { readonly value: v.InferOutput<S> | undefined }>();
  return (extensions) => {
    const data = extensionData(extensions, named);
    if (data === undefined) return undefined;
    const before = known.get(data);
    if (before !== undefined) return before.value;
    const value = fromCbor(shape, data);
    known.set(data, { value });
    return value;
  };
}

type Reader<T> = (extensions: readonly Extension[]) => T | undefined;

/** Each is undefined where it is missing or malformed. */
export const roomTermsIn: Reader<RoomTerms> = reader('room', roomShape);
export const rolesIn: Reader<Roles> = reader('roles', rolesShape);
export const allInvitesIn: Reader<Invites> = reader('invites', invitesShape);
export const invitesIn: Reader<readonly StandingInvite[]> = (extensions) => allInvitesIn(extensions)?.invites;
export const profileIn: Reader<{ readonly name: string }> = reader('profile', profileShape);
export const joinedByIn: Reader<JoinedBy> = reader('joinedBy', joinedByShape);
export const returnKeyIn: Reader<ReturnKey> = reader('returnKey', returnKeyShape);

/** A member's chosen name, fit to be shown. */
export const nameOf = (member: Member): string => neutralised(profileIn(member.extensions)?.name ?? '');
