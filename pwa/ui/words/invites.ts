import { msg, str } from '@lit/localize';
import type { Invite } from '../../engine/api.ts';
import { plural } from './counts.ts';
import { isolated } from './people.ts';
import { endDay, endTime } from './times.ts';

const words = {
  ends: (time: string) => msg(str`Works until ${time}`),
  get never() { return msg('Works until it is taken back'); },
  until: (time: string) => msg(str`Until ${time}`),
  get endless() { return msg('No end'); },
  ended: (time: string) => msg(str`Ended ${time}`),
  get usedUp() { return msg('Used up'); },
  people: (count: number) => plural(count, msg('for one person|for {n} people')),
  left: (count: number) => plural(count, msg('for one more person|for {n} more people')),
  remaining: (count: number) => plural(count, msg('1 person|{n} people')),
  get anyone() { return msg('for anyone who has it'); },
  joined: (count: number) => plural(count, msg('1 joined|{n} joined')),
  terms: (ends: string, uses: string) => msg(str`${ends}, ${uses}.`),
  get asAdmin() { return msg('as an admin'); },
  by: (name: string) => msg(str`by ${isolated(name)}`),
} as const;

export const isUsable = (invite: Invite, now: number = Date.now()): boolean => (invite.expires === 0 || invite.expires > now) && (invite.uses === 0 || invite.used < invite.uses);

/** "Works until Saturday, for ten people." */
export const inviteTerms = (invite: Invite): string => words.terms(endOf(invite), usesOf(invite));

/** What stands below an invite in the list of them. */
export function inviteLine(invite: Invite, me: string): string {
  return [
    stateOf(invite),
    ...(isUsable(invite) && invite.uses > 0 ? [words.remaining(invite.uses - invite.used)] : []),
    ...(invite.uses === 0 && invite.used > 0 ? [words.joined(invite.used)] : []),
    ...(invite.role === 'admin' ? [words.asAdmin] : []),
    ...(invite.by.person === me ? [] : [words.by(isolated(invite.by.name))]),
  ].join(' · ');
}

const endOf = (invite: Invite): string => (invite.expires === 0 ? words.never : words.ends(endTime(invite.expires)));

function stateOf(invite: Invite): string {
  if (invite.expires !== 0 && invite.expires <= Date.now()) return words.ended(endDay(invite.expires));
  if (!isUsable(invite)) return words.usedUp;
  return invite.expires === 0 ? words.endless : words.until(endDay(invite.expires));
}

function usesOf(invite: Invite): string {
  if (invite.uses === 0) return words.anyone;
  if (invite.used > 0) return words.left(invite.uses - invite.used);
  return words.people(invite.uses);
}
