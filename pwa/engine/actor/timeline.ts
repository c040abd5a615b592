/** Reading the conversation, and what the person does to it: paging, writing, reading. */
import { equalBytes, fromBase64Url, toBase64Url } from '../../../shared/bytes.ts';
import { EngineError, type Draft, type Mention, type MessageKey, type RoomSummary, type TimelineItem } from '../api.ts';
import type { IdentityKey } from '../mls/index.ts';
import type { Change } from '../ports/storage.ts';
import type { RoomRecord } from '../records/room-record.ts';
import { invitesIn } from '../rooms/extensions.ts';
import { neutralised } from '../rooms/names.ts';
import { has } from '../rooms/standing.ts';
import { isTextTooLong, parseBody, type Body, type Mention as StoredMention, type WireAttachment } from '../wire/bodies.ts';
import { placeNow } from './keeping.ts';
import { toCbor } from '../wire/cbor.ts';
import { personKey, personOf } from './people.ts';
import { isHeld, shownMember, unacknowledgedIn } from './recognition.ts';
import { unreadAfter } from './pages.ts';
import { oweRead } from './receipts.ts';
import type { Room } from './room.ts';
import { startRead } from './staying.ts';
import { messageId, messageOf } from './upon-messages.ts';

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
    room: room.key, kind: agreed.kind, name: nameOfRoom(record, me), look: { hue: agreed.hue, picture: agreed.picture }, settings: { approval: agreed.approval, disappearing: agreed.disappearing }, standing: record.standing,
    me: personKey(me), role, members: members.map((member) => shownMember(room, member, isLeaving(member.person))),
    banned: agreed.banned.map(({ person, name, by }) => ({ ...personOf({ person, name }), by: personOf({ person: by, name: nameOfPerson(by) }) })),
    knocks: role === 'member' ? [] : record.knocks.map((knock) => ({
      id: toBase64Url(knock.id), who: personOf(knock), at: knock.at, by: neutralised(invites.find(({ id }) => equalBytes(id, knock.invite))?.label ?? ''),
    })),
    unacknowledged: unacknowledgedIn(room), relay, confirmed: record.confirmed, latest: latestOf(room), unread: record.unread, mentioned: record.mentioned.length, typing: room.signs.typing, place: placeNow(record.place, room.host.clock.now()), readThrough: record.readThrough, draft,
    alarms: record.alarms.map((alarm) => ({ ...alarm, relay })), createdAt: record.createdAt,
  };
}

/** A room of two is called like the other. */
function nameOfRoom({ agreed, name, members, peer }: RoomRecord, me: IdentityKey): string {
  if (agreed.kind === 'group') return neutralised(name);
  return neutralised(members.find(({ person }) => !equalBytes(person, me))?.name ?? peer?.name ?? name);
}

function latestOf(room: Room): TimelineItem | null {
  const { latest } = room.state;
  for (const { entry } of [...room.outbox.all].reverse()) {
    const item = room.queued(entry.id);
    if (item !== undefined) return item;
  }
  return latest === null ? null : room.shown(latest);
}

function bodyOf(draft: Draft, attachments: readonly WireAttachment[]): Body {
  const { reply, thread } = draft;
  const standing = thread === undefined ? {} : { thread: messageId(thread) };
  switch (draft.kind) {
    case 'text': {
      const { text, mentions = [], forwarded } = draft;
      if (isTextTooLong(text)) throw new EngineError('too-long', 'The message is longer than 32 KiB.');
      return {
        kind: 'text', text, ...standing, ...(reply === undefined ? {} : { reply: messageId(reply) }), ...(forwarded === undefined ? {} : { forwarded }),
        ...(mentions.length === 0 ? {} : { mentions: mentions.map(mentionOf) }),
      };
    }
    case 'media': {
      const { text, mentions = [], forwarded } = draft;
      const fields = {
        kind: 'media', text, ...standing, ...(reply === undefined ? {} : { reply: messageId(reply) }), ...(forwarded === undefined ? {} : { forwarded }),
        ...(mentions.length === 0 ? {} : { mentions: mentions.map(mentionOf) }),
      } as const;
      const body = checked({ ...fields, attachments: [...attachments] });
      // Previews are what one can do without.
      return toCbor(body).length <= MOST_BODY_BYTES ? body : checked({ ...fields, attachments: attachments.map(withoutPreview) });
    }
    case 'poll': {
      const { question, options, several } = draft;
      return checked({ kind: 'poll', question, options: [...options], several, ...standing });
    }
    case 'place': {
      const { latitude, longitude, accuracy, label } = draft;
      return checked({ kind: 'place', latitude, longitude, ...(accuracy === undefined ? {} : { accuracy }), ...(label === undefined ? {} : { label }), ...standing });
    }
  }
}

function withoutPreview(wire: WireAttachment): WireAttachment {
  const { preview: _preview, ...rest } = wire;
  return rest;
}

/** Of a body, so that its message stays below `LIMITS.payload`, padded and sealed. */
const MOST_BODY_BYTES = 52 * 1024;

/** The bounds that every reader holds it to. */
function checked({ kind, ...fields }: Extract<Body, { kind: 'poll' | 'place' | 'media' }>): Body {
  const read = parseBody(kind, fields);
  if (read === undefined || read === 'unknown') throw new EngineError('too-long', 'Something in it is too long, or there is too much or too little of it.');
  return read.body;
}

export function mentionOf({ start, end, person }: Mention): StoredMention {
  const key = fromBase64Url(person);
  if (key?.length !== 32) throw new EngineError('not-a-member', 'That is no person.');
  return { start, end, person: key as IdentityKey };
}

/** Resolves when the message is durable. `beside`: what is to be stored in the same step. */
export async function enqueueMessage(room: Room, key: MessageKey, draft: Draft, beside: readonly Change[]): Promise<void> {
  const { kind } = room.state.record.standing;
  if (kind !== 'member' && kind !== 'joining') throw new EngineError('not-a-member', 'This device is not in the room.');
  if (isHeld(room)) throw new EngineError('unacknowledged', 'Somebody here goes by the name of a person whom you verified. See who it is before you write.');
  const id = messageId(key);
  // The order is that of the calls, whatever the storage does.
  const order = room.outbox.nextOrder();
  for (const other of [draft.reply, draft.thread]) if (other !== undefined) await messageOf(room, other);
  // The same call twice at once is one: a second writing could undo what was sealed meanwhile.
  await room.outbox.once(id, async () => {
    // Neither in the outbox nor on its way there: it is in the log already, or new.
    if ((await room.host.storage.get('seen', [room.key, key])) !== undefined) return;
    const staged = draft.kind === 'media' ? draft.staged : [];
    const body = bodyOf(draft, await room.host.carrier.taken(room.key, staged));
    const entry = { id, order, at: room.host.clock.now(), body, sealed: null };
    await room.host.writeIfSpace([room.outbox.put(entry), ...staged.map((one): Change => ({ kind: 'delete', store: 'staged', key: [room.key, one] })), ...beside]);
    room.outbox.add(entry);
    room.signs.sent();
  });
  const outgoing = room.outbox.get(id);
  room.host.carrier.look(room);
  if (outgoing !== undefined) room.tellQueued(outgoing);
  room.host.changed();
  room.poke();
}

export async function markRead(room: Room, position: number): Promise<void> {
  const { record } = room.state;
  if (position <= record.readThrough) return;
  const unread = await unreadAfter(room, position);
  const begin = await startRead(room, position);
  const step = room.step();
  begin(step);
  step.update({ readThrough: position, unread, mentioned: record.mentioned.filter((one) => one > position) });
  if (unread < record.unread) oweRead(room, step, position);
  await room.store(step);
}
