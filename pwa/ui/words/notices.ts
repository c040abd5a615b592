import type { NoticeFact, PersonKey, Role, RoomSummary, TimelineItem } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import { hostOf } from './alarms.ts';
import { endTime } from './times.ts';

const words = {
  youCreated: 'You started this room',
  created: (name: string) => `${name} started this room`,
  youJoined: 'You joined',
  joined: (name: string) => `${name} joined`,
  youRemoved: (name: string) => `You removed ${name}`,
  removedYou: (name: string) => `${name} removed you`,
  removed: (by: string, name: string) => `${by} removed ${name}`,
  left: (name: string) => `${name} left`,
  youLeft: 'You left',
  youRenamed: (name: string) => `You named the room “${name}”`,
  renamed: (by: string, name: string) => `${by} named the room “${name}”`,
  unreadable: 'Some messages here could not be opened on this device',
  invalidCommit: 'Someone tried to change this room in a way that is not allowed. Nothing changed.',
  letIn: (by: string, name: string) => `${by} let ${name} in`,
  turnedAway: (by: string, name: string) => `${by} did not let ${name} in`,
  banned: (by: string, name: string) => `${by} removed and banned ${name}`,
  unbanned: (by: string, name: string) => `${by} lifted the ban on ${name}`,
  returned: (name: string) => `${name} joined again from a device that had lost its keys`,
  role: (by: string, name: string, role: Role) => `${by} made ${name} ${ROLES[role]}`,
  pictured: (by: string) => `${by} changed how the room looks`,
  approvalOn: (by: string) => `${by} made joining need an admin’s approval`,
  approvalOff: (by: string) => `${by} made joining possible without approval`,
  name: (was: string, name: string) => `${was} is now called ${name}`,
  sameName: (name: string) => `A second person is called ${name}`,
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

const ROLES: Readonly<Record<Role, string>> = { owner: 'an owner', admin: 'an admin', member: 'a member' };

/** Who did what, in a line. */
export function noticeText(fact: NoticeFact, me: PersonKey): string {
  switch (fact.kind) {
    case 'created':
      return fact.by.person === me ? words.youCreated : words.created(fact.by.name);
    case 'joined':
      return fact.who.person === me ? words.youJoined : words.joined(fact.who.name);
    case 'removed':
      if (fact.who.person === fact.by.person) return fact.who.person === me ? words.youLeft : words.left(fact.who.name);
      if (fact.by.person === me) return words.youRemoved(fact.who.name);
      return fact.who.person === me ? words.removedYou(fact.by.name) : words.removed(fact.by.name, fact.who.name);
    case 'renamed':
      return fact.by.person === me ? words.youRenamed(fact.name) : words.renamed(fact.by.name, fact.name);
    case 'let-in':
      return words.letIn(fact.by.name, fact.who.name);
    case 'knock-refused':
      return words.turnedAway(fact.by.name, fact.who.name);
    case 'banned':
      return words.banned(fact.by.name, fact.who.name);
    case 'unbanned':
      return words.unbanned(fact.by.name, fact.who.name);
    case 'left':
      return fact.who.person === me ? words.youLeft : words.left(fact.who.name);
    case 'returned':
      return words.returned(fact.who.name);
    case 'role':
      return words.role(fact.by.name, fact.who.name, fact.role);
    case 'pictured':
      return words.pictured(fact.by.name);
    case 'approval':
      return fact.required ? words.approvalOn(fact.by.name) : words.approvalOff(fact.by.name);
    case 'name':
      return words.name(fact.was, fact.who.name);
    case 'same-name':
      return words.sameName(fact.who.name);
    case 'moved':
      return words.moved(fact.by.name, hostOf(fact.relay));
    case 'missed':
      return words.missed(endTime(fact.from), endTime(fact.to));
    case 'unreadable':
      return words.unreadable;
    case 'invalid-commit':
      return words.invalidCommit;
    default:
      return assertNever(fact);
  }
}

/** What a message says, for places that show one line of it. */
export function contentText(item: Extract<TimelineItem, { kind: 'message' }>): string {
  switch (item.content.kind) {
    case 'text':
      return item.content.text;
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
