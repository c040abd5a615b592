import { EngineError } from '../../engine/api.ts';
import type { Problem, ProblemCode } from '../../engine/api.ts';

/** What happened, what was kept, what to do. */
export interface ProblemWords {
  readonly title: string;
  readonly text: string;
}

const words: Readonly<Record<ProblemCode, ProblemWords>> = {
  'bad-link': { title: 'This is not an invite link', text: 'Part of it may be missing. Copy the whole link again, or ask for a new one.' },
  'invite-expired': { title: 'This invite has ended', text: 'Ask the person who sent it for a new one.' },
  'invite-used-up': { title: 'This invite has been used', text: 'It let in as many people as it was made for. Ask for a new one.' },
  'invite-revoked': { title: 'This invite was taken back', text: 'Someone in the room withdrew it. Ask them for a new one if you should be there.' },
  'invite-unknown': { title: 'This invite opens nothing', text: 'The relay does not know it. Check that the link is whole, or ask for a new one.' },
  'relay-unreachable': { title: 'The relay cannot be reached', text: 'Check your connection and try again. Nothing was lost.' },
  'relay-refused': { title: 'The relay said no', text: 'It did not take this. Try again in a little while; what you wrote is kept.' },
  'not-a-member': { title: 'You are not in this room any more', text: 'You can read what you have. To write, ask someone there for an invite.' },
  'not-allowed': { title: 'You may not do that here', text: 'The room’s rules do not allow it. Ask an owner or an admin.' },
  banned: { title: 'You were banned from this room', text: 'No invite lets you in. Only an admin of the room can change that.' },
  'knock-refused': { title: 'You were not let in', text: 'An admin of the room declined. Ask them outside Sotto if that is a mistake.' },
  unacknowledged: { title: 'Someone here may not be who you think', text: 'Look at the warning above first. What you wrote is kept.' },
  'picture-too-large': { title: 'The picture is too large', text: 'Choose another one.' },
  'no-profile': { title: 'You have no name yet', text: 'Choose a name first, then try again.' },
  'no-such-message': { title: 'The message is gone', text: 'It was deleted on this device, or never came here.' },
  'too-long': { title: 'This is too long', text: 'Shorten it or send it in parts. Your text is still here.' },
  'storage-full': { title: 'This device is full', text: 'Free some space, then try again. What you wrote is still here.' },
  'storage-failed': { title: 'Sotto cannot write to this device', text: 'Close other copies of Sotto and reload. What was saved before is kept.' },
  superseded: { title: 'Sotto is open somewhere else', text: 'Another tab is working with your messages. Go on there, or use Sotto here instead.' },
  'newer-schema': { title: 'A newer Sotto was here', text: 'Your messages are stored by a newer version. Reload to get it; nothing was changed.' },
  internal: { title: 'Something went wrong', text: 'Try again. If it stays so, reload Sotto; what you sent and received is kept.' },
};

export const problemWords = (problem: Problem): ProblemWords => words[problem.code];

/** Both in a line. */
export const problemSentence = (problem: Problem): string => `${words[problem.code].title}. ${words[problem.code].text}`;

/** Every rejection of the engine carries a problem; anything else is a fault of ours, and said as such. */
export const problemOf = (reason: unknown): Problem =>
  reason instanceof EngineError ? reason.problem : { code: 'internal', detail: reason instanceof Error ? reason.message : 'not an error' };
