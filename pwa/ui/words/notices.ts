import { msg, str } from '@lit/localize';
import type { AttachmentFacts, NoticeFact, Person, PersonKey, Role, RoomSummary, TimelineItem } from '../../engine/api.ts';
import { plainText } from '../text/markup.ts';
import { assertNever } from '../../../shared/never.ts';
import { hostOf } from './alarms.ts';
import { isolated } from './people.ts';
import { stayOf } from './stays.ts';
import { endTime } from './times.ts';

const words = {
  youCreated: () => msg('You started this room'),
  created: (by: string) => msg(str`${by} started this room`),
  youJoined: () => msg('You joined'),
  joined: (who: string) => msg(str`${who} joined`),
  youLeft: () => msg('You left'),
  left: (who: string) => msg(str`${who} left`),
  youRenamed: (name: string) => msg(str`You named the room “${name}”`),
  renamed: (by: string, name: string) => msg(str`${by} named the room “${name}”`),
  youPictured: () => msg('You changed how the room looks'),
  pictured: (by: string) => msg(str`${by} changed how the room looks`),
  youApprovalOn: () => msg('You made joining need an admin’s approval'),
  approvalOn: (by: string) => msg(str`${by} made joining need an admin’s approval`),
  youApprovalOff: () => msg('You made joining possible without approval'),
  approvalOff: (by: string) => msg(str`${by} made joining possible without approval`),
  youDisappear: (time: string) => msg(str`You set messages to disappear after ${time}`),
  disappear: (by: string, time: string) => msg(str`${by} set messages to disappear after ${time}`),
  youStay: () => msg('You made messages stay'),
  stay: (by: string) => msg(str`${by} made messages stay`),
  youMoved: (relay: string) => msg(str`You moved the room to ${relay}`),
  moved: (by: string, relay: string) => msg(str`${by} moved the room to ${relay}`),
  invalid: () => msg('Someone tried to change this room in a way that is not allowed. Nothing changed.'),
  youInvalid: () => msg('You tried to change this room in a way that is not allowed. Nothing changed.'),
  invalidBy: (by: string) => msg(str`${by} tried to change this room in a way that is not allowed. Nothing changed.`),
  returned: (who: string) => msg(str`${who} came back with new keys. It is the same person: their identity has not changed.`),
  youReturned: () => msg('You came back with new keys'),
  name: (was: string, name: string) => msg(str`${was} is now called ${name}`),
  yourName: (name: string) => msg(str`You are now called ${name}`),
  sameName: (name: string) => msg(str`A second person is called ${name}. They are not the one you knew by that name.`),
  sameNameVerified: (name: string) => msg(str`This ${name} is not the ${name} whom you verified`),
  missed: (from: string, to: string) => msg(str`You missed messages between ${from} and ${to}`),
  unreadable: () => msg('Some messages here could not be opened on this device'),
  newer: () => msg('A message that needs a newer version of Sotto'),
  poll: (question: string) => msg(str`Poll: ${question}`),
  place: () => msg('A place'),
  picture: () => msg('Photo'),
  video: () => msg('Video'),
  voice: () => msg('Voice message'),
  deleted: () => msg('This message was deleted'),
  deletedMine: () => msg('You deleted this message'),
  mine: (text: string) => msg(str`You: ${text}`),
  theirs: (name: string, text: string) => msg(str`${name}: ${text}`),
} as const;

/** What one did to another: each language says "you" in a way of its own, so that every pair is a sentence. */
interface Deed {
  readonly mine: (who: string) => string;
  readonly toMe: (by: string) => string;
  readonly others: (by: string, who: string) => string;
}

const removed: Deed = {
  mine: (who) => msg(str`You removed ${who}`),
  toMe: (by) => msg(str`${by} removed you`),
  others: (by, who) => msg(str`${by} removed ${who}`),
};
const letIn: Deed = {
  mine: (who) => msg(str`You let ${who} in`),
  toMe: (by) => msg(str`${by} let you in`),
  others: (by, who) => msg(str`${by} let ${who} in`),
};
const turnedAway: Deed = {
  mine: (who) => msg(str`You did not let ${who} in`),
  toMe: (by) => msg(str`${by} did not let you in`),
  others: (by, who) => msg(str`${by} did not let ${who} in`),
};
const banned: Deed = {
  mine: (who) => msg(str`You removed and banned ${who}`),
  toMe: (by) => msg(str`${by} removed and banned you`),
  others: (by, who) => msg(str`${by} removed and banned ${who}`),
};
const unbanned: Deed = {
  mine: (who) => msg(str`You lifted the ban on ${who}`),
  toMe: (by) => msg(str`${by} lifted the ban on you`),
  others: (by, who) => msg(str`${by} lifted the ban on ${who}`),
};
const made: Readonly<Record<Role, Deed>> = {
  owner: {
    mine: (who) => msg(str`You made ${who} an owner`),
    toMe: (by) => msg(str`${by} made you an owner`),
    others: (by, who) => msg(str`${by} made ${who} an owner`),
  },
  admin: {
    mine: (who) => msg(str`You made ${who} an admin`),
    toMe: (by) => msg(str`${by} made you an admin`),
    others: (by, who) => msg(str`${by} made ${who} an admin`),
  },
  member: {
    mine: (who) => msg(str`You made ${who} a member`),
    toMe: (by) => msg(str`${by} made you a member`),
    others: (by, who) => msg(str`${by} made ${who} a member`),
  },
};
const steppedDown = {
  mine: () => msg('You gave up being an owner'),
  theirs: (by: string) => msg(str`${by} gave up being an owner`),
} as const;

/** Who did what, in a line. */
export function noticeText(fact: NoticeFact, me: PersonKey): string {
  const said = (person: Person, mine: () => string, theirs: (name: string) => string): string => (person.person === me ? mine() : theirs(isolated(person.name)));
  const done = (deed: Deed, by: Person, who: Person): string =>
    by.person === me ? deed.mine(isolated(who.name)) : who.person === me ? deed.toMe(isolated(by.name)) : deed.others(isolated(by.name), isolated(who.name));
  switch (fact.kind) {
    case 'created':
      return said(fact.by, words.youCreated, words.created);
    case 'joined':
      return said(fact.who, words.youJoined, words.joined);
    case 'removed':
      return fact.who.person === fact.by.person ? said(fact.who, words.youLeft, words.left) : done(removed, fact.by, fact.who);
    case 'renamed':
      return said(fact.by, () => words.youRenamed(isolated(fact.name)), (by) => words.renamed(by, isolated(fact.name)));
    case 'let-in':
      return done(letIn, fact.by, fact.who);
    case 'knock-refused':
      return done(turnedAway, fact.by, fact.who);
    case 'banned':
      return done(banned, fact.by, fact.who);
    case 'unbanned':
      return done(unbanned, fact.by, fact.who);
    case 'left':
      return said(fact.who, words.youLeft, words.left);
    case 'returned':
      return said(fact.who, words.youReturned, words.returned);
    case 'role':
      return fact.by.person === fact.who.person ? said(fact.who, steppedDown.mine, steppedDown.theirs) : done(made[fact.role], fact.by, fact.who);
    case 'pictured':
      return said(fact.by, words.youPictured, words.pictured);
    case 'approval':
      return fact.required ? said(fact.by, words.youApprovalOn, words.approvalOn) : said(fact.by, words.youApprovalOff, words.approvalOff);
    case 'disappearing': {
      const { seconds } = fact;
      return seconds === null ? said(fact.by, words.youStay, words.stay) : said(fact.by, () => words.youDisappear(stayOf(seconds)), (by) => words.disappear(by, stayOf(seconds)));
    }
    case 'name':
      return said(fact.who, () => words.yourName(isolated(fact.who.name)), (name) => words.name(isolated(fact.was), name));
    case 'same-name':
      return fact.verified ? words.sameNameVerified(isolated(fact.who.name)) : words.sameName(isolated(fact.who.name));
    case 'moved':
      return said(fact.by, () => words.youMoved(hostOf(fact.relay)), (by) => words.moved(by, hostOf(fact.relay)));
    case 'missed':
      return words.missed(endTime(fact.from), endTime(fact.to));
    case 'unreadable':
      return words.unreadable();
    case 'invalid-commit':
      return fact.by === null ? words.invalid() : said(fact.by, words.youInvalid, words.invalidBy);
    default:
      return assertNever(fact);
  }
}

/** Whether a line is one to stop at: something that a person may want to look into. */
export const isGrave = (fact: NoticeFact): boolean => fact.kind === 'missed' || fact.kind === 'same-name' || fact.kind === 'invalid-commit' || fact.kind === 'unreadable' || fact.kind === 'returned';

/** Of what is in it, by the first. */
function attachedText([first]: readonly AttachmentFacts[]): string {
  switch (first?.look) {
    case undefined:
    case 'picture':
      return words.picture();
    case 'video':
      return words.video();
    case 'voice':
      return words.voice();
    case 'file':
      return first.name;
  }
}

/** What a message says, for places that show one line of it. */
export function contentText(item: Extract<TimelineItem, { kind: 'message' }>): string {
  switch (item.content.kind) {
    case 'text':
      return plainText(item.content.text);
    case 'poll':
      return words.poll(item.content.question);
    case 'media':
      return item.content.text === '' ? attachedText(item.content.attachments) : plainText(item.content.text);
    case 'place':
      return item.content.label ?? words.place();
    case 'deleted':
      return item.mine ? words.deletedMine() : words.deleted();
    case 'unknown':
      return words.newer();
    default:
      return assertNever(item.content);
  }
}

/** The last thing in a room, for the list: with the name of who said it where that is not plain. */
export function previewText(item: TimelineItem, room: Pick<RoomSummary, 'me' | 'members'>): string {
  if (item.kind === 'notice') return noticeText(item.fact, room.me);
  const text = contentText(item).replaceAll(/\s+/gu, ' ');
  if (item.mine) return words.mine(text);
  return room.members.length > 2 ? words.theirs(firstName(item.sender.name), text) : text;
}

const firstName = (name: string): string => name.split(/\s/u)[0] ?? name;
