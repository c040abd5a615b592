/**
 * What a room agrees on, as MLS group state. All are deterministic CBOR (RFC 8949 §4.2).
 *
 * GroupContext:
 *   room      { v: 1, suite, name, owner }                       `owner`: the identity key of who made it
 *   invites   { v: 1, invites: [{ id, kem, sign, role, uses, expires, by, label }] }
 * Leaf:
 *   profile   { v: 1, name }
 *   joinedBy  { v: 1, invite }                                    kept through every own update
 */
import * as v from 'valibot';
import { PUBLIC_KEY_BYTES, type InviteKey } from '../../../shared/ids.ts';
import { LIMITS } from '../../../shared/limits.ts';
import type { InviteRegistration } from '../../../shared/statements.ts';
import { extensionData, type Extension, type ExtensionName, type IdentityKey, type Member, type Suite } from '../mls/index.ts';
import { anyBytes, bytes, count, fromCbor, toCbor } from '../wire/cbor.ts';
import { lengthOf, MOST_NAME_CHARACTERS, neutralised } from './names.ts';

export const INVITE_ID_BYTES = 16;

const name = v.pipe(v.string(), v.check((text) => lengthOf(text) <= MOST_NAME_CHARACTERS));

const roomShape = v.object({ v: v.literal(1), suite: v.picklist(['xwing', 'x25519']), name, owner: bytes<IdentityKey>(PUBLIC_KEY_BYTES) });
const inviteShape = v.object({
  id: bytes(INVITE_ID_BYTES), kem: anyBytes, sign: bytes<InviteKey>(PUBLIC_KEY_BYTES), role: v.literal('member'), uses: v.pipe(count, v.maxValue(0xffff)),
  expires: v.pipe(count, v.maxValue(2 ** 40)), by: bytes<IdentityKey>(PUBLIC_KEY_BYTES), label: name,
});
const invitesShape = v.object({ v: v.literal(1), invites: v.pipe(v.array(inviteShape), v.maxLength(LIMITS.invites)) });
const profileShape = v.object({ v: v.literal(1), name });
const joinedByShape = v.object({ v: v.literal(1), invite: bytes(INVITE_ID_BYTES) });

export interface RoomTerms {
  readonly suite: Suite;
  readonly name: string;
  readonly owner: IdentityKey;
}

/** A standing invite as all members see it: public halves alone. */
export type StandingInvite = v.InferOutput<typeof inviteShape>;

export const roomExtension = (terms: RoomTerms): Extension => ({
  name: 'room', data: toCbor({ v: 1, suite: terms.suite, name: terms.name, owner: terms.owner }),
});

export const invitesExtension = (invites: readonly StandingInvite[]): Extension => ({ name: 'invites', data: toCbor({ v: 1, invites }) });

export const profileExtension = (chosen: string): Extension => ({ name: 'profile', data: toCbor({ v: 1, name: chosen }) });

export const joinedByExtension = (invite: Uint8Array): Extension => ({ name: 'joinedBy', data: toCbor({ v: 1, invite }) });

function read<S extends v.GenericSchema>(extensions: readonly Extension[], named: ExtensionName, shape: S): v.InferOutput<S> | undefined {
  const data = extensionData(extensions, named);
  return data === undefined ? undefined : fromCbor(shape, data);
}

/** Each is undefined where it is missing or malformed. */
export const roomTermsIn = (extensions: readonly Extension[]): RoomTerms | undefined => read(extensions, 'room', roomShape);
export const invitesIn = (extensions: readonly Extension[]): readonly StandingInvite[] | undefined => read(extensions, 'invites', invitesShape)?.invites;
export const joinedByIn = (extensions: readonly Extension[]): Uint8Array | undefined => read(extensions, 'joinedBy', joinedByShape)?.invite;
export const profileIn = (extensions: readonly Extension[]): { readonly name: string } | undefined => read(extensions, 'profile', profileShape);

/** A member's chosen name, fit to be shown. */
export const nameOf = (member: Member): string => neutralised(profileIn(member.extensions)?.name ?? '');

/** What the relay is told of the standing invites. */
export const registrationsOf = (invites: readonly StandingInvite[]): readonly InviteRegistration[] =>
  invites.map(({ sign, uses, expires }) => ({ key: sign, uses, expires }));
