/**
 * Which keys a room tells its relay beside the epoch's: of standing invites, of refused knocks, and those by which members come
 * back. One list for every member, so that its digest can be held against what the relay says that it was told.
 */
import { toHex } from '../../../shared/bytes.ts';
import type { InviteRegistration } from '../../../shared/statements.ts';
import { REFUSED } from '../../../shared/statements.ts';
import type { Extension, Member } from '../mls/index.ts';
import { allInvitesIn, returnKeyIn, type ReturnKey, type StandingInvite } from './extensions.ts';

interface AgreedState {
  readonly extensions: readonly Extension[];
  readonly members: readonly Member[];
}

/** One for each key: an invite's own terms come before anything else under the same key. */
export function registrationsOf({ extensions, members }: AgreedState): readonly InviteRegistration[] {
  const { invites = [], refused = [] } = allInvitesIn(extensions) ?? {};
  const all = [
    ...invites.map(({ sign, uses, expires }) => ({ key: sign, uses, expires })),
    ...refused.map(({ key }) => ({ key, ...REFUSED })),
    ...returnKeysOf(members).map(({ sign }) => ({ key: sign, uses: 0, expires: 0 })),
  ];
  const seen = new Set<string>();
  return all.filter(({ key }) => !seen.has(toHex(key)) && seen.add(toHex(key)));
}

/** Each once: all leaves of a person have the same. */
export function returnKeysOf(members: readonly Member[]): readonly ReturnKey[] {
  const seen = new Set<string>();
  return members.flatMap(({ extensions }) => returnKeyIn(extensions) ?? []).filter(({ sign }) => !seen.has(toHex(sign)) && seen.add(toHex(sign)));
}

/** To whom a GroupInfo is sealed. */
export interface Recipients {
  readonly invites: readonly StandingInvite[];
  readonly returnKeys: readonly ReturnKey[];
}

export const recipientsOf = ({ extensions, members }: AgreedState): Recipients => ({ invites: allInvitesIn(extensions)?.invites ?? [], returnKeys: returnKeysOf(members) });
