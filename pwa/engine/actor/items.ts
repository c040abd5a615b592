/** Stored lines as the world sees them. */
import { toBase64Url } from '../../../shared/bytes.ts';
import type { RoomRecord } from '../records/room-record.ts';
import type { Content, MessageItem, MessageKey, NoticeFact, TimelineItem } from '../api.ts';
import type { StoredFact, StoredItem } from '../records/message-records.ts';
import { neutralised } from '../rooms/names.ts';
import type { Body } from '../wire/content.ts';
import type { Outgoing } from './outbox.ts';
import { personOf } from './people.ts';
import type { RoomHost } from './host.ts';

/** Undefined for what is no line of the conversation. */
function contentOf(body: Body): Content | undefined {
  switch (body.kind) {
    case 'text':
      return { kind: 'text', text: body.text };
    case 'unknown':
      return { kind: 'unknown', type: body.type };
    case 'delivered':
      return undefined;
  }
}

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
 * `receivedThrough`: the position up to which some other device holds our messages; `aloneThrough`: that up to which
 * there was no other device that could, whatever a later one has.
 */
export function shownItem(item: StoredItem, { receivedThrough, aloneThrough }: Pick<RoomRecord, 'receivedThrough' | 'aloneThrough'>): TimelineItem | undefined {
  if (item.kind === 'notice') return { kind: 'notice', id: item.id, position: item.position, at: item.at, fact: factOf(item.fact) };
  const content = contentOf(item.body);
  if (content === undefined) return undefined;
  const status = !item.mine ? null : item.position > aloneThrough && item.position <= receivedThrough ? 'received' : 'sent';
  return {
    kind: 'message', id: toBase64Url(item.id) as MessageKey, position: item.position, sender: personOf(item.sender), mine: item.mine, sentAt: item.at, content, status,
  };
}

export function queuedItem(host: RoomHost, { entry, acked }: Outgoing): MessageItem | undefined {
  const content = contentOf(entry.body);
  if (content === undefined) return undefined;
  const { identityKey: person, name } = host.profile();
  return {
    kind: 'message', id: toBase64Url(entry.id) as MessageKey, position: null, sender: personOf({ person, name }), mine: true, sentAt: entry.at, content,
    status: acked ? 'sent' : 'queued',
  };
}
