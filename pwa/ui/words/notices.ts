import type { NoticeFact, Person, PersonKey, RoomSummary, TimelineItem } from '../../engine/api.ts';
import { plainText } from '../text/markup.ts';
import { assertNever } from '../../../shared/never.ts';
import { hostOf } from './alarms.ts';
import { aRole, isolated } from './people.ts';
import { endTime } from './times.ts';

const words = {
  you: 'You',
  created: (by: string) => `${by} started this room`,
  joined: (who: string) => `${who} joined`,
  removed: (by: string, who: string) => `${by} removed ${who}`,
  left: (who: string) => `${who} left`,
  renamed: (by: string, name: string) => `${by} named the room “${name}”`,
  unreadable: 'Some messages here could not be opened on this device',
  invalid: 'Someone tried to change this room in a way that is not allowed. Nothing changed.',
  invalidBy: (by: string) => `${by} tried to change this room in a way that is not allowed. Nothing changed.`,
  letIn: (by: string, who: string) => `${by} let ${who} in`,
  turnedAway: (by: string, who: string) => `${by} did not let ${who} in`,
  banned: (by: string, who: string) => `${by} removed and banned ${who}`,
  unbanned: (by: string, who: string) => `${by} lifted the ban on ${who}`,
  returned: (who: string) => `${who} came back with new keys. It is the same person: their identity has not changed.`,
  youReturned: 'You came back with new keys',
  role: (by: string, who: string, role: string) => `${by} made ${who} ${role}`,
  pictured: (by: string) => `${by} changed how the room looks`,
  approvalOn: (by: string) => `${by} made joining need an admin’s approval`,
  approvalOff: (by: string) => `${by} made joining possible without approval`,
  name: (was: string, name: string) => `${was} is now called ${name}`,
  yourName: (name: string) => `You are now called ${name}`,
  sameName: (name: string) => `A second person is called ${name}. They are not the one you knew by that name.`,
  sameNameVerified: (name: string) => `This ${name} is not the ${name} whom you verified`,
  moved: (by: string, relay: string) => `${by} moved the room to ${relay}`,
  missed: (from: string, to: string) => `You missed messages between ${from} and ${to}`,
  newer: 'A message that needs a newer version of Sotto',
  poll: (question: string) => `Poll: ${question}`,
  place: 'A place',
  deleted: 'This message was deleted',
  deletedMine: 'You deleted this message',
  mine: (text: string) => `You: ${text}`,
  theirs: (name: string, text: string) => `${name}: ${text}`,
} as const;

/** Who did what, in a line. */
export function noticeText(fact: NoticeFact, me: PersonKey): string {
  const doer = (person: Person): string => (person.person === me ? words.you : isolated(person.name));
  const done = (person: Person): string => (person.person === me ? 'you' : isolated(person.name));
  switch (fact.kind) {
    case 'created':
      return words.created(doer(fact.by));
    case 'joined':
      return words.joined(doer(fact.who));
    case 'removed':
      return fact.who.person === fact.by.person ? words.left(doer(fact.who)) : words.removed(doer(fact.by), done(fact.who));
    case 'renamed':
      return words.renamed(doer(fact.by), isolated(fact.name));
    case 'let-in':
      return words.letIn(doer(fact.by), done(fact.who));
    case 'knock-refused':
      return words.turnedAway(doer(fact.by), done(fact.who));
    case 'banned':
      return words.banned(doer(fact.by), done(fact.who));
    case 'unbanned':
      return words.unbanned(doer(fact.by), done(fact.who));
    case 'left':
      return words.left(doer(fact.who));
    case 'returned':
      return fact.who.person === me ? words.youReturned : words.returned(isolated(fact.who.name));
    case 'role':
      return words.role(doer(fact.by), done(fact.who), aRole(fact.role));
    case 'pictured':
      return words.pictured(doer(fact.by));
    case 'approval':
      return fact.required ? words.approvalOn(doer(fact.by)) : words.approvalOff(doer(fact.by));
    case 'name':
      return fact.who.person === me ? words.yourName(isolated(fact.who.name)) : words.name(isolated(fact.was), isolated(fact.who.name));
    case 'same-name':
      return fact.verified ? words.sameNameVerified(isolated(fact.who.name)) : words.sameName(isolated(fact.who.name));
    case 'moved':
      return words.moved(doer(fact.by), hostOf(fact.relay));
    case 'missed':
      return words.missed(endTime(fact.from), endTime(fact.to));
    case 'unreadable':
      return words.unreadable;
    case 'invalid-commit':
      return fact.by === null ? words.invalid : words.invalidBy(doer(fact.by));
    default:
      return assertNever(fact);
  }
}

/** Whether a line is one to stop at: something that a person may want to look into. */
export const isGrave = (fact: NoticeFact): boolean => fact.kind === 'missed' || fact.kind === 'same-name' || fact.kind === 'invalid-commit' || fact.kind === 'unreadable' || fact.kind === 'returned';

/** What a message says, for places that show one line of it. */
export function contentText(item: Extract<TimelineItem, { kind: 'message' }>): string {
  switch (item.content.kind) {
    case 'text':
      return plainText(item.content.text);
    case 'poll':
      return words.poll(item.content.question);
    case 'place':
      return item.content.label ?? words.place;
    case 'deleted':
      return item.mine ? words.deletedMine : words.deleted;
    case 'unknown':
      return words.newer;
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
