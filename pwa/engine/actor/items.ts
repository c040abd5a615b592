/** Stored lines as the world sees them. */
import { toBase64Url } from '../../../shared/bytes.ts';
import type { RoomRecord } from '../records/room-record.ts';
import type { Content, MessageItem, MessageKey, NoticeFact, TimelineItem } from '../api.ts';
import type { EnvelopeId } from '../../../shared/ids.ts';
import { attachmentOf, type Hold } from '../media/shown.ts';
import { normalForm, shapeOf, type Effect, type Shape } from '../messages/effects.ts';
import type { StoredFact, StoredItem, StoredMessage } from '../records/message-records.ts';
import { neutralised } from '../rooms/names.ts';
import { isStanding } from '../wire/bodies.ts';
import type { Outgoing } from './outbox.ts';
import { personKey, personOf } from './people.ts';
import type { RoomHost } from './host.ts';

type Standing = Pick<StoredMessage, 'body' | 'effects' | 'replies' | 'aside'>;

/** Of an attachment by its index: how much of it is here. */
export type HoldOf = (index: number) => Hold;

function contentOf({ body }: Standing, shape: Shape, holdOf: HoldOf): Content {
  if (shape.deletion !== null) return { kind: 'deleted', by: personOf(shape.deletion.sender) };
  switch (body?.kind) {
    case undefined:
      throw new Error('a message without a body was deleted by somebody');
    case 'text': {
      const { text, mentions = [] } = shape.edits.at(-1)?.body ?? body;
      return {
        kind: 'text', text, ...(mentions.length === 0 ? {} : { mentions: mentions.map(({ start, end, person }) => ({ start, end, person: personKey(person) })) }),
        ...(body.forwarded === undefined ? {} : { forwarded: true }),
      };
    }
    case 'media': {
      const { text, mentions = [] } = shape.edits.at(-1)?.body ?? body;
      return {
        kind: 'media', text, ...(mentions.length === 0 ? {} : { mentions: mentions.map(({ start, end, person }) => ({ start, end, person: personKey(person) })) }),
        ...(body.forwarded === undefined ? {} : { forwarded: true }), attachments: body.attachments.map((wire, i) => attachmentOf(wire, holdOf(i))),
      };
    }
    case 'poll':
      return {
        kind: 'poll', question: body.question, several: body.several, closed: shape.isClosed,
        options: body.options.map((text, i) => ({ text, voters: shape.votes.filter(({ body: { choices } }) => choices.includes(i)).map(({ sender }) => personOf(sender)) })),
      };
    case 'place': {
      const { latitude, longitude, accuracy, label } = body;
      return { kind: 'place', latitude, longitude, ...(accuracy === undefined ? {} : { accuracy }), ...(label === undefined ? {} : { label }) };
    }
    case 'unknown':
      return { kind: 'unknown', type: body.type };
  }
}

/** All that hangs on a message, left out where there is nothing of it. */
function aboutOf({ body, replies, aside }: Standing, shape: Shape): Partial<MessageItem> {
  if (body === null) return {};
  const edit = shape.edits.at(-1);
  return {
    ...('reply' in body && body.reply !== undefined ? { reply: messageKey(body.reply) } : {}), ...(aside && 'thread' in body && body.thread !== undefined ? { thread: messageKey(body.thread) } : {}),
    ...(replies.count === 0 ? {} : { replies }), ...(edit === undefined ? {} : { editedAt: edit.at }), ...(shape.pin === null ? {} : { pinned: true }),
    ...(shape.reactions.length === 0 ? {} : { reactions: shape.reactions.map(({ emoji, by }) => ({ emoji, by: by.map(personOf) })) }),
  };
}

export const messageKey = (id: EnvelopeId): MessageKey => toBase64Url(id) as MessageKey;

function factOf(fact: StoredFact): NoticeFact {
  switch (fact.kind) {
    case 'created':
    case 'pictured':
      return { kind: fact.kind, by: personOf(fact.by) };
    case 'joined':
    case 'left':
    case 'returned':
      return { kind: fact.kind, who: personOf(fact.who) };
    case 'let-in':
    case 'knock-refused':
    case 'removed':
    case 'banned':
    case 'unbanned':
      return { kind: fact.kind, who: personOf(fact.who), by: personOf(fact.by) };
    case 'role':
      return { kind: 'role', who: personOf(fact.who), by: personOf(fact.by), role: fact.role };
    case 'renamed':
      return { kind: 'renamed', by: personOf(fact.by), name: neutralised(fact.name) };
    case 'approval':
      return { kind: 'approval', by: personOf(fact.by), required: fact.required };
    case 'disappearing':
      return { kind: 'disappearing', by: personOf(fact.by), seconds: fact.seconds };
    case 'name':
      return { kind: 'name', who: personOf(fact.who), was: neutralised(fact.was) };
    case 'same-name':
      return { kind: 'same-name', who: personOf(fact.who), as: personOf(fact.as), verified: fact.verified };
    case 'moved':
      return { kind: 'moved', by: personOf(fact.by), relay: fact.relay };
    case 'missed':
      return { kind: 'missed', from: fact.from, to: fact.to };
    case 'unreadable':
      return { kind: 'unreadable' };
    case 'invalid-commit':
      return { kind: 'invalid-commit', by: fact.by === null ? null : personOf(fact.by) };
  }
}

/**
 * `receivedThrough`: the position up to which some other device holds our messages, `seenThrough`: up to which some other person has read; `aloneThrough`: that up to which
 * there was no other device that could, whatever a later one has. `queued`: effects of our own that the log does not have yet.
 */
export function shownItem(item: StoredItem, { receivedThrough, seenThrough, aloneThrough }: Pick<RoomRecord, 'receivedThrough' | 'seenThrough' | 'aloneThrough'>, queued: readonly Effect[], holdOf: HoldOf): TimelineItem {
  if (item.kind === 'notice') return { kind: 'notice', id: item.id, position: item.position, at: item.at, fact: factOf(item.fact) };
  const shape = shapeOf(queued.length === 0 ? item.effects : normalForm([...item.effects, ...queued], item.sender.person));
  const status = !item.mine ? null : item.position <= aloneThrough ? 'sent' : item.position <= seenThrough ? 'read' : item.position <= receivedThrough ? 'received' : 'sent';
  return {
    kind: 'message', id: messageKey(item.id), position: item.position, sender: personOf(item.sender), mine: item.mine, sentAt: item.at, content: contentOf(item, shape, holdOf), status,
    ...aboutOf(item, shape), ...(item.newer === null ? {} : { newer: true }), ...(item.expires === undefined ? {} : { expires: item.expires }),
  };
}

/** Undefined for what is no line of the conversation. `disappearing`: what the room has agreed on. */
export function queuedItem(host: RoomHost, { entry, acked }: Outgoing, queued: readonly Effect[], disappearing: number | null, holdOf: HoldOf): MessageItem | undefined {
  const { body } = entry;
  if (!isStanding(body)) return undefined;
  const { identityKey: person, name } = host.profile();
  const standing = { body, effects: [], replies: { count: 0, at: 0 }, aside: true };
  const shape = shapeOf(normalForm(queued, person));
  const stays = entry.expires ?? disappearing;
  return {
    kind: 'message', id: messageKey(entry.id), position: null, sender: personOf({ person, name }), mine: true, sentAt: entry.at, content: contentOf(standing, shape, holdOf),
    status: acked ? 'sent' : 'queued', ...aboutOf(standing, shape), ...(stays === null ? {} : { expires: stays }),
  };
}
