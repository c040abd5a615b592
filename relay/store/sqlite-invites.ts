/** How the registrations of an epoch stand in its row. */
import { decode, encode } from 'cborg';
import type { InviteKey } from '../../shared/ids.ts';
import type { InviteRegistration } from '../../shared/statements.ts';

/** Of none, one byte. */
export const encodeInvites = (invites: readonly InviteRegistration[]): Uint8Array => encode(invites.map(({ key, uses, expires }) => [key, uses, expires]));

export const decodeInvites = (bytes: Uint8Array): readonly InviteRegistration[] =>
  (decode(bytes) as [Uint8Array, number, number][]).map(([key, uses, expires]) => ({ key: key as InviteKey, uses, expires }));
