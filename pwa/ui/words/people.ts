import { msg, str } from '@lit/localize';
import type { Member, Role, RoomSummary } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import { longAgo } from './times.ts';

const words = {
  get owner() { return msg('Owner'); },
  get admin() { return msg('Admin'); },
  get member() { return msg('Member'); },
  get ownerText() { return msg('Can do everything here, also change what others may do.'); },
  get adminText() { return msg('Can invite, let people in, remove members and change the room’s name and picture.'); },
  get memberText() { return msg('Can read, write and invite.'); },
  get memberNoInvites() { return msg('Can read and write.'); },
  get leaving() { return msg('Leaving'); },
  unseen: (time: string) => msg(str`Not seen for ${time}`),
} as const;

export function roleName(role: Role): string {
  switch (role) {
    case 'owner':
      return words.owner;
    case 'admin':
      return words.admin;
    case 'member':
      return words.member;
    default:
      return assertNever(role);
  }
}

/** What one in this role may do. `approval`: where newcomers are let in by an admin, members make no invites. */
export function roleText(role: Role, approval = false): string {
  switch (role) {
    case 'owner':
      return words.ownerText;
    case 'admin':
      return words.adminText;
    case 'member':
      return approval ? words.memberNoInvites : words.memberText;
    default:
      return assertNever(role);
  }
}

const WEEK = 7 * 86_400_000;

/** A device renews its keys each week while it is used: one that was not heard of for this long is hardly in use. */
export const UNSEEN_AFTER = 6 * WEEK;

export const isUnseen = (member: Member, me: string, now: number = Date.now()): boolean => member.person !== me && member.lastSeenAt > 0 && now - member.lastSeenAt >= UNSEEN_AFTER;

export const unseenText = (member: Member, now: number = Date.now()): string => words.unseen(longAgo(member.lastSeenAt, now));

/** What stands below a member's name in a list; empty where there is nothing to say. */
export function memberLine(member: Member, me: string): string {
  if (member.leaving) return words.leaving;
  if (isUnseen(member, me)) return unseenText(member);
  return member.role === 'member' ? '' : roleName(member.role);
}

/** Owners over everybody, admins over plain members; over oneself nobody. The engine judges by the same rule, and has the last word. */
export function mayRemove(room: Pick<RoomSummary, 'role' | 'me' | 'kind' | 'standing'>, member: Member): boolean {
  if (room.kind === 'direct' || room.standing.kind !== 'member' || member.person === room.me) return false;
  return room.role === 'owner' || (room.role === 'admin' && member.role === 'member');
}

/** An owner whom another one stays behind for. */
export const mayStepDown = (room: Pick<RoomSummary, 'role' | 'me' | 'kind' | 'standing' | 'members'>): boolean =>
  room.kind === 'group' && room.standing.kind === 'member' && room.role === 'owner' && room.members.some((member) => member.person !== room.me && member.role === 'owner' && !member.leaving);

/** May change the room itself: its name, its picture, who comes in. */
export const mayManage = (room: Pick<RoomSummary, 'role' | 'kind' | 'standing'>): boolean => room.kind === 'group' && room.standing.kind === 'member' && room.role !== 'member';

export const mayInvite = (room: Pick<RoomSummary, 'role' | 'kind' | 'standing' | 'settings'>): boolean =>
  room.kind === 'group' && room.standing.kind === 'member' && (room.role !== 'member' || !room.settings.approval);

/** Hebrew, Arabic and the other scripts that run from right to left. */
const FROM_THE_RIGHT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/u;

/**
 * A name within a sentence, which it must not turn round: set apart (UAX #9, FSI … PDI) where it is of another direction than the page.
 * The engine has neutralised it already.
 */
export function isolated(name: string): string {
  if (name.startsWith('\u2068')) return name;
  return FROM_THE_RIGHT.test(name) || globalThis.document?.documentElement.dir === 'rtl' ? `\u2068${name}\u2069` : name;
}
