import { msg, str } from '@lit/localize';
import type { BrokenReason, RoomSummary, Standing } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import { isolated } from './people.ts';
import { problemWords } from './problems.ts';

const words = {
  get joining() { return msg('Joining'); },
  get joiningText() { return msg('This goes on by itself; you can write once you are in.'); },
  get waiting() { return msg('You knocked'); },
  get waitingText() { return msg('An admin of the room lets you in or not. You may close Sotto meanwhile.'); },
  asked: (name: string) => msg(str`${isolated(name)} would like to talk to you`),
  get askedText() { return msg('You share a room. They see that you are there only once you accept.'); },
  get left() { return msg('You left this room'); },
  get leftText() { return msg('What you have stays readable. Nothing new arrives, and nobody here hears from you.'); },
  get removed() { return msg('You were removed from this room'); },
  removedBy: (name: string) => msg(str`${isolated(name)} removed you from this room`),
  get banned() { return msg('You were banned from this room'); },
  bannedBy: (name: string) => msg(str`${isolated(name)} banned you from this room`),
  get removedText() { return msg('What you have stays readable. You cannot read what is written from now on, and cannot write.'); },
  get bannedText() { return msg('What you have stays readable. No invite lets you in again unless an admin lifts the ban.'); },
  get broken() { return msg('This device lost its way into this room'); },
  get rejoinText() { return msg('You can join again as yourself, without an invite. The others see that you came back with new keys.'); },
  short: {
    get joining() { return msg('Joining…'); }, get waiting() { return msg('Waiting to be let in'); }, get asked() { return msg('Would like to talk to you'); }, get left() { return msg('You left'); }, get removed() { return msg('You were removed'); }, get banned() { return msg('You were banned'); }, get broken() { return msg('Join again to go on'); }, get refused() { return msg('Could not join'); },
  },
} as const;

const broken: Readonly<Record<BrokenReason, string>> = {
  get 'state-lost'() { return msg('The keys of this room are gone from this device. What you have read is kept.'); },
  get 'state-corrupt'() { return msg('The keys of this room are damaged on this device. What you have read is kept.'); },
  get 'away-too-long'() { return msg('You were away longer than the relay keeps messages, and the room has changed its keys since. What you have read is kept.'); },
  get diverged() { return msg('This device and the others no longer agree on the room’s keys. What you have read is kept.'); },
};

export interface StandingWords {
  readonly title: string;
  readonly text: string;
}

/** Why one cannot write in a room, and what remains or can be done; null for a member. */
export function standingWords(standing: Standing): StandingWords | null {
  switch (standing.kind) {
    case 'member':
      return null;
    case 'joining':
      return { title: words.joining, text: words.joiningText };
    case 'waiting':
      return { title: words.waiting, text: words.waitingText };
    case 'asked':
      return { title: words.asked(isolated(standing.by.name)), text: words.askedText };
    case 'left':
      return { title: words.left, text: words.leftText };
    case 'removed':
      return standing.banned
        ? { title: standing.by === null ? words.banned : words.bannedBy(isolated(standing.by.name)), text: words.bannedText }
        : { title: standing.by === null ? words.removed : words.removedBy(isolated(standing.by.name)), text: words.removedText };
    case 'broken':
      return { title: words.broken, text: `${broken[standing.reason]} ${words.rejoinText}` };
    case 'refused':
      return problemWords(standing.problem);
    default:
      return assertNever(standing);
  }
}

/** In the list of rooms, instead of what was said last; empty for a member. */
export function standingLine({ standing }: Pick<RoomSummary, 'standing'>): string {
  switch (standing.kind) {
    case 'member':
      return '';
    case 'removed':
      return standing.banned ? words.short.banned : words.short.removed;
    default:
      return words.short[standing.kind];
  }
}
