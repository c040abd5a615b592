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
      return { kind: 'created', by: personOf(fact.by) };
    case 'joined':
      return { kind: 'joined', who: personOf(fact.who) };
    case 'removed':
      return { kind: 'removed', who: personOf(fact.who), by: personOf(fact.by) };
    case 'renamed':
      return { kind: 'renamed', by: personOf(fact.by), name: neutralised(fact.name) };
    case 'unreadable':
      return { kind: 'unreadable' };
    case 'invalid-commit':
      return { kind: 'invalid-commit', by: null };
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
