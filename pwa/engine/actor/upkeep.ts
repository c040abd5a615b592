/**
 * Commits that nobody asks for: new keys on schedule, one's own new name, and taking away the leaves of who left or came back. Chance
 * spreads them, so that a large room does not storm; whoever comes later finds that it was done.
 */
import { hasLeft } from '../rooms/leave-statement.ts';
import { nameOf } from '../rooms/extensions.ts';
import { supersededIn } from '../rooms/standing.ts';
import type { Member } from '../mls/index.ts';
import { neutralised } from '../rooms/names.ts';
import type { Room } from './room.ts';

const DAY = 24 * 3_600_000;
/** In a room of so many, renewals spread over a whole day; in smaller ones over less. */
const SPREAD_OVER_DAY = 24;
/** Milliseconds for each member of a room by which what is overdue spreads, at most a minute: many devices may come back at once. */
const SPREAD_EACH = 500;
const MOST_SPREAD = 60_000;
/** Milliseconds. Admins come first, so that a large room has few who try. */
const ADMINS_AFTER = 1000;
const OTHERS_AFTER = 6000;

/** When this device's keys are to be renewed, having been so just now. */
export function nextRenewal(room: Room, members: number): number {
  const { clock, randomness, renewEvery } = room.host;
  return clock.now() + renewEvery + Math.floor(randomness.fraction() * DAY * Math.min(1, members / SPREAD_OVER_DAY));
}

/** `tidy`: others' leaves are to go; `name`: our leaf has an old one; `due`, `later`: new keys. */
export type Upkeep = 'tidy' | 'name' | 'due' | 'later';

interface Need {
  readonly what: Upkeep;
  /** Milliseconds from now. */
  readonly wait: number;
}

/** What is to be done next; undefined where nothing is. */
function needOf(room: Room): Need | undefined {
  const { record, mls, pending } = room.state;
  if (!room.isLive || record.standing.kind !== 'member' || mls === null || pending !== null || record.wanted.length > 0) return undefined;
  const { group } = mls;
  const { clock, randomness } = room.host;
  const spread = randomness.fraction() * Math.min(MOST_SPREAD, group.members.length * SPREAD_EACH);
  const own = group.members.find(({ leaf }) => leaf === group.me);
  const isOther = ({ leaf }: Member): boolean => leaf !== group.me;
  if (supersededIn(group.members).some(isOther) || (record.leaves.length > 0 && group.members.some((leaf) => isOther(leaf) && hasLeft(record.leaves, group.groupId, leaf)))) {
    return { what: 'tidy', wait: spread + (room.isAdmin ? ADMINS_AFTER : OTHERS_AFTER) };
  }
  if (own !== undefined && nameOf(own) !== neutralised(room.host.profile().name)) return { what: 'name', wait: spread };
  const wait = record.renewAt - clock.now();
  return wait <= 0 ? { what: 'due', wait: spread } : { what: 'later', wait };
}

/** Sets the timer for what is due first. */
export function scheduleUpkeep(room: Room): void {
  const need = needOf(room);
  if (need === undefined) return;
  const at = room.host.clock.now() + need.wait;
  // What is more urgent goes before what waits for days; for one thing, the dice are cast once.
  if (room.upkeep !== undefined) {
    if (room.upkeep.what === need.what || room.upkeep.at <= at) return;
    room.upkeep.cancel();
  }
  const cancel = room.host.clock.after(need.wait, () => {
    room.upkeep = undefined;
    void room.run(() => act(room)).then(() => room.poke());
  });
  room.upkeep = { what: need.what, at, cancel };
}

/** Unless somebody else was first. What comes due only now is given its own time. */
async function act(room: Room): Promise<void> {
  switch (needOf(room)?.what) {
    case 'tidy':
      return room.want({ kind: 'refresh', id: room.freshId() });
    case 'name':
    case 'due':
      return room.want({ kind: 'renew', id: room.freshId() });
    case 'later':
    case undefined:
      return undefined;
  }
}
