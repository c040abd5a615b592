import type { Invite } from '../../engine/api.ts';
import { roleName } from './people.ts';
import { endDay, endTime } from './times.ts';

const words = {
  ends: (time: string) => `Works until ${time}`,
  never: 'Works until it is taken back',
  until: (time: string) => `Until ${time}`,
  endless: 'No end',
  ended: (time: string) => `Ended ${time}`,
  usedUp: 'Used up',
  one: 'for one person',
  some: (count: number) => `for ${count} people`,
  left: (count: number) => (count === 1 ? 'for one more person' : `for ${count} more people`),
  remaining: (count: number) => (count === 1 ? '1 person' : `${count} people`),
  anyone: 'for anyone who has it',
  joined: (count: number) => (count === 1 ? '1 joined' : `${count} joined`),
  terms: (ends: string, uses: string) => `${ends}, ${uses}.`,
  as: (role: string) => `as ${role.toLowerCase()}`,
  by: (name: string) => `by ${name}`,
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
    ...(invite.role === 'admin' ? [words.as(roleName('admin'))] : []),
    ...(invite.by.person === me ? [] : [words.by(invite.by.name)]),
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
  return invite.uses === 1 ? words.one : words.some(invite.uses);
}
