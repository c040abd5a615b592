import { msg, str } from '@lit/localize';
import { EngineError } from '../../engine/api.ts';
import type { Problem, ProblemCode } from '../../engine/api.ts';

/** What happened, what was kept, what to do. */
export interface ProblemWords {
  readonly title: string;
  readonly text: string;
}

const words: Readonly<Record<ProblemCode, ProblemWords>> = {
  'bad-link': { get title() { return msg('This is not an invite link'); }, get text() { return msg('Part of it may be missing. Copy the whole link again, or ask for a new one.'); } },
  'invite-expired': { get title() { return msg('This invite has ended'); }, get text() { return msg('Ask the person who sent it for a new one.'); } },
  'invite-used-up': { get title() { return msg('This invite has been used'); }, get text() { return msg('It let in as many people as it was made for. Ask for a new one.'); } },
  'invite-revoked': { get title() { return msg('This invite was taken back'); }, get text() { return msg('Someone in the room withdrew it. Ask them for a new one if you should be there.'); } },
  'invite-unknown': { get title() { return msg('This invite opens nothing'); }, get text() { return msg('The relay does not know it. Check that the link is whole, or ask for a new one.'); } },
  'relay-unreachable': { get title() { return msg('The relay cannot be reached'); }, get text() { return msg('Check your connection and try again. Nothing was lost.'); } },
  'relay-refused': { get title() { return msg('The relay said no'); }, get text() { return msg('It did not take this. Try again in a little while; what you wrote is kept.'); } },
  'not-a-member': { get title() { return msg('You are not in this room any more'); }, get text() { return msg('You can read what you have. To write, ask someone there for an invite.'); } },
  'not-allowed': { get title() { return msg('You may not do that here'); }, get text() { return msg('The room’s rules do not allow it. Ask an owner or an admin.'); } },
  banned: { get title() { return msg('You were banned from this room'); }, get text() { return msg('No invite lets you in. Only an admin of the room can change that.'); } },
  'knock-refused': { get title() { return msg('You were not let in'); }, get text() { return msg('An admin of the room declined. Ask them outside Sotto if that is a mistake.'); } },
  unacknowledged: { get title() { return msg('Someone here may not be who you think'); }, get text() { return msg('Look at the warning above first. What you wrote is kept.'); } },
  'picture-too-large': { get title() { return msg('The picture is too large'); }, get text() { return msg('Choose another one.'); } },
  'attachment-too-large': { get title() { return msg('This is too large to send'); }, get text() { return msg('The relay does not take files of this size. Make it smaller, or send it in parts.'); } },
  'attachment-unreadable': { get title() { return msg('This file cannot be read'); }, get text() { return msg('It changed or vanished while it was read, or its place and time cannot be taken out of it. Choose it again, or another one.'); } },
  'attachment-gone': { get title() { return msg('The relay no longer has this'); }, get text() { return msg('Attachments are kept for a while only. Ask for it to be sent again.'); } },
  'attachment-damaged': { get title() { return msg('This is not what was sent'); }, get text() { return msg('It was damaged or exchanged on its way, and was thrown away. Try again, or ask for it to be sent again.'); } },
  'attachment-cut-short': { get title() { return msg('Part of this is missing'); }, get text() { return msg('It ends too early, and was thrown away. Try again, or ask for it to be sent again.'); } },
  'attachment-wrong-size': { get title() { return msg('This has another size than its message says'); }, get text() { return msg('It was not opened. Ask for it to be sent again.'); } },
  'attachment-mistyped': { get title() { return msg('This is not what it is called'); }, get text() { return msg('Sotto does not show it. You can save it, but open it only if you know what it is.'); } },
  'attachment-too-many-pixels': { get title() { return msg('This picture is too large to show'); }, get text() { return msg('Drawn, it would fill the memory of this device. You can save it.'); } },
  'attachment-paused': { get title() { return msg('This is paused'); }, get text() { return msg('Go on whenever you like: what is here already stays.'); } },
  'relay-full': { get title() { return msg('The relay is full'); }, get text() { return msg('There is no space for this at the moment. It is kept here, and sent when there is.'); } },
  'wrong-passphrase': { get title() { return msg('That did not open it'); }, get text() { return msg('Look whether capitals are on, and try again.'); } },
  'try-later': { get title() { return msg('Too many wrong tries'); }, get text() { return msg('Wait a little, then try again. Nothing is erased.'); } },
  'no-passkey': { get title() { return msg('There is no passkey for this here'); }, get text() { return msg('It was cancelled, or this device cannot lock with one. A passphrase always works.'); } },
  'no-profile': { get title() { return msg('You have no name yet'); }, get text() { return msg('Choose a name first, then try again.'); } },
  'no-such-message': { get title() { return msg('The message is gone'); }, get text() { return msg('It was deleted on this device, or never came here.'); } },
  'too-long': { get title() { return msg('This is too long'); }, get text() { return msg('Shorten it or send it in parts. Your text is still here.'); } },
  'storage-full': { get title() { return msg('This device is full'); }, get text() { return msg('Free some space, then try again. What you wrote is still here.'); } },
  'storage-failed': { get title() { return msg('Sotto cannot write to this device'); }, get text() { return msg('Close other copies of Sotto and reload. What was saved before is kept.'); } },
  superseded: { get title() { return msg('Sotto is open somewhere else'); }, get text() { return msg('Another tab is working with your messages. Go on there, or use Sotto here instead.'); } },
  'newer-schema': { get title() { return msg('A newer Sotto was here'); }, get text() { return msg('Your messages are stored by a newer version. Reload to get it; nothing was changed.'); } },
  internal: { get title() { return msg('Something went wrong'); }, get text() { return msg('Try again. If it stays so, reload Sotto; what you sent and received is kept.'); } },
};

export const problemWords = (problem: Problem): ProblemWords => words[problem.code];

/** Both in a line. */
export const problemSentence = (problem: Problem): string => {
  const { title, text } = problemWords(problem);
  return msg(str`${title}. ${text}`);
};

/** Every rejection of the engine carries a problem; anything else is a fault of ours, and said as such. */
export const problemOf = (reason: unknown): Problem =>
  reason instanceof EngineError ? reason.problem : { code: 'internal', detail: reason instanceof Error ? reason.message : 'not an error' };
