/** Reading the conversation, and what the person does to it: paging, writing, reading. */
import type { Change } from '../ports/storage.ts';
import { equalBytes, fromBase64Url, toBase64Url } from '../../../shared/bytes.ts';
import { parseEnvelopeId } from '../../../shared/ids.ts';
import { EngineError, type Content, type MessageKey, type RoomSummary, type TimelineItem, type TimelinePage } from '../api.ts';
import { decodeItem } from '../records/message-records.ts';
import type { IdentityKey } from '../mls/index.ts';
import { invitesIn } from '../rooms/extensions.ts';
import { neutralised } from '../rooms/names.ts';
import { has } from '../rooms/standing.ts';
import { isTextTooLong, type Body } from '../wire/content.ts';
import { queuedItem, shownItem } from './items.ts';
import { memberOf, personKey, personOf } from './people.ts';
import type { Room } from './room.ts';

export function summaryOf(room: Room, draft: string): RoomSummary {
  const { record, mls } = room.state;
  const { relay, agreed, members } = record;
  const me = room.host.profile().identityKey;
  const own = members.find(({ person }) => equalBytes(person, me));
  const role = own?.role ?? 'member';
  const nameOfPerson = (person: IdentityKey): string => members.find((member) => equalBytes(member.person, person))?.name ?? '';
  const isLeaving = (person: IdentityKey): boolean =>
    record.leaves.length > 0 && (mls?.group.members.some(({ identityKey, deviceKey }) => equalBytes(identityKey, person) && has(record.leaves.map(({ device }) => device), deviceKey)) ?? false);
  const invites = role === 'member' || record.knocks.length === 0 || mls === null ? [] : (invitesIn(mls.group.extensions) ?? []);
  return {
    room: room.key, kind: agreed.kind, name: neutralised(record.name), look: { hue: agreed.hue, picture: agreed.picture }, settings: { approval: agreed.approval }, standing: record.standing,
    me: personKey(me), role, members: members.map((member) => memberOf(member, isLeaving(member.person))),
    banned: agreed.banned.map(({ person, name, by }) => ({ ...personOf({ person, name }), by: personOf({ person: by, name: nameOfPerson(by) }) })),
    knocks: role === 'member' ? [] : record.knocks.map((knock) => ({
      id: toBase64Url(knock.id), who: personOf(knock), at: knock.at, by: neutralised(invites.find(({ id }) => equalBytes(id, knock.invite))?.label ?? ''),
    })),
    unacknowledged: [], relay, confirmed: record.confirmed, latest: latestOf(room), unread: record.unread, readThrough: record.readThrough, draft,
    alarms: record.alarms.map((alarm) => ({ ...alarm, relay })), createdAt: record.createdAt,
  };
}

const queuedOf = (room: Room): readonly TimelineItem[] => room.outbox.all.flatMap((outgoing) => queuedItem(room.host, outgoing) ?? []);

function latestOf(room: Room): TimelineItem | null {
  const { latest, record } = room.state;
  for (const outgoing of [...room.outbox.all].reverse()) {
    const item = queuedItem(room.host, outgoing);
    if (item !== undefined) return item;
  }
  return latest === null ? null : (shownItem(latest, record) ?? null);
}

export async function timelinePage(room: Room, { before, limit }: { readonly before?: number; readonly limit: number }): Promise<TimelinePage> {
  const rows = await room.host.storage.range('timeline', { prefix: [room.key], reverse: true, limit: limit + 1, ...(before === undefined ? {} : { before }) });
  const { record } = room.state;
  const stored = rows.slice(0, limit).reverse().flatMap(({ value }) => decodeItem(value) ?? []);
  const ids = new Set<string>();
  const placed = stored.flatMap((item) => shownItem(item, record) ?? []);
  for (const item of placed) ids.add(item.id);
  // What was placed while the rows were read is in the outbox no more, or in both: it is shown once.
  const queued = before === undefined ? queuedOf(room).filter(({ id }) => !ids.has(id)) : [];
  return { items: [...placed, ...queued], hasOlder: rows.length > limit };
}

function bodyOf(content: Content): Body {
  switch (content.kind) {
    case 'text':
      if (isTextTooLong(content.text)) throw new EngineError('too-long', 'The message is longer than 32 KiB.');
      return { kind: 'text', text: content.text };
    case 'unknown':
      throw new EngineError('internal', 'This version cannot write that kind of message.');
  }
}

/** Resolves when the message is durable. `beside`: what is to be stored in the same step. */
export async function enqueueMessage(room: Room, key: MessageKey, content: Content, beside: readonly Change[]): Promise<void> {
  const { kind } = room.state.record.standing;
  if (kind !== 'member' && kind !== 'joining') throw new EngineError('not-a-member', 'This device is not in the room.');
  const id = parseEnvelopeId(fromBase64Url(key));
  if (id === undefined) throw new EngineError('internal', 'A message key is 16 bytes in base64url.');
  const body = bodyOf(content);
  // The order is that of the calls, whatever the storage does.
  const order = room.outbox.nextOrder();
  // The same call twice at once is one: a second writing could undo what was sealed meanwhile.
  await room.outbox.once(id, async () => {
    // Neither in the outbox nor on its way there: it is in the log already, or new.
    if ((await room.host.storage.get('seen', [room.key, key])) !== undefined) return;
    const entry = { id, order, at: room.host.clock.now(), body, sealed: null };
    await room.host.writeIfSpace([room.outbox.put(entry), ...beside]);
    room.outbox.add(entry);
  });
  const outgoing = room.outbox.get(id);
  if (outgoing !== undefined) room.tellQueued(outgoing);
  room.host.changed();
  room.poke();
}

export async function markRead(room: Room, position: number): Promise<void> {
  const { record } = room.state;
  if (position <= record.readThrough) return;
  const rows = await room.host.storage.range('timeline', { prefix: [room.key], after: position });
  const unread = rows.flatMap(({ value }) => decodeItem(value) ?? []).filter((item) => item.kind === 'message' && !item.mine).length;
  const step = room.step();
  step.update({ readThrough: position, unread });
  await room.store(step);
}
