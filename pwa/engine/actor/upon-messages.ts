/** What the person does to a message that is there: made into an effect, which shows at once and goes the way of every message. */
import { equalBytes, fromBase64Url, toBase64Url } from '../../../shared/bytes.ts';
import { parseEnvelopeId, type EnvelopeId } from '../../../shared/ids.ts';
import { EngineError, type MessageItem, type MessageKey, type Version } from '../api.ts';
import { normalForm, shapeOf, type Effect } from '../messages/effects.ts';
import { decodeItem, decodeSeen, type StoredMessage } from '../records/message-records.ts';
import { isEffect, isStanding, type EffectBody } from '../wire/bodies.ts';
import { forgetMessages } from './forgetting.ts';
import { isAdmin } from './people.ts';
import type { Room } from './room.ts';

/** Own effects that the log does not have yet stand behind all that it has, in the order of sending. */
const AFTER_ALL = 2 ** 52;

export const noSuchMessage = (): EngineError => new EngineError('no-such-message', 'The message is not on this device.');

export function messageId(key: MessageKey): EnvelopeId {
  const id = parseEnvelopeId(fromBase64Url(key));
  if (id === undefined) throw new EngineError('internal', 'A message key is 16 bytes in base64url.');
  return id;
}

/** Undefined where this device has no line for it. */
export async function storedMessage(room: Room, key: MessageKey): Promise<StoredMessage | undefined> {
  const seen = await room.host.storage.get('seen', [room.key, key]);
  const position = seen === undefined ? undefined : decodeSeen(seen);
  const value = position === undefined ? undefined : await room.host.storage.get('timeline', [room.key, position]);
  const item = value === undefined ? undefined : decodeItem(value);
  return item?.kind === 'message' ? item : undefined;
}

/** One's own effects on a message that are still in the outbox. */
export function queuedEffects(room: Room, id: EnvelopeId): readonly Effect[] {
  const { identityKey: person, name } = room.host.profile();
  return room.outbox.all.flatMap(({ entry }) => {
    const { body } = entry;
    if (!isEffect(body) || !equalBytes(body.of, id)) return [];
    return { id: entry.id, position: AFTER_ALL + entry.order, at: entry.at, sender: { person, name }, byAdmin: mayTakeAway(room), body };
  });
}

function mayTakeAway(room: Room): boolean {
  const { mls } = room.state;
  return mls !== null && isAdmin(mls.group, room.host.profile().identityKey);
}

/** Resolves when it is durable. Rejects with `no-such-message`, and `not-allowed` where it would have no effect on anyone. */
export async function enqueueEffect(room: Room, body: EffectBody): Promise<void> {
  if (room.state.record.standing.kind !== 'member') throw new EngineError('not-a-member', 'This device is not in the room.');
  await room.ready();
  const { identityKey: person, name } = room.host.profile();
  const key = toBase64Url(body.of) as MessageKey;
  const queued = room.outbox.get(body.of);
  // What waits for its attachments is not sent in order to be deleted.
  if (body.kind === 'delete' && queued?.entry.body.kind === 'media' && queued.entry.sealed === null) return room.host.carrier.unsend(room, key);
  const target = (await storedMessage(room, key)) ?? (queued === undefined || !isStanding(queued.entry.body) ? undefined : { effects: [], sender: { person }, body: queued.entry.body });
  if (target === undefined) throw noSuchMessage();
  const entry = { id: room.host.randomness.bytes(16) as EnvelopeId, order: room.outbox.nextOrder(), at: room.host.clock.now(), body, sealed: null };
  const before = [...target.effects, ...queuedEffects(room, body.of)];
  const effect: Effect = { id: entry.id, position: AFTER_ALL + entry.order, at: entry.at, sender: { person, name }, byAdmin: mayTakeAway(room), body };
  if (!fits(body, target) || !normalForm([...before, effect], target.sender.person).some(({ id }) => equalBytes(id, entry.id))) {
    throw new EngineError('not-allowed', 'That cannot be done to this message.');
  }
  await room.host.writeIfSpace([room.outbox.put(entry)]);
  room.outbox.add(entry);
  await room.tellMessage(key);
  room.host.changed();
  room.poke();
}

function fits(body: EffectBody, target: Pick<StoredMessage, 'body'>): boolean {
  switch (body.kind) {
    case 'edit':
      return target.body?.kind === 'text' || target.body?.kind === 'media';
    case 'vote':
      return target.body?.kind === 'poll' && body.choices.every((choice) => choice < (target.body?.kind === 'poll' ? target.body.options.length : 0)) && (target.body.several || body.choices.length <= 1);
    case 'close':
      return target.body?.kind === 'poll';
    case 'delete':
    case 'react':
    case 'pin':
      return target.body !== null;
  }
}

/** From this device alone: its id stays known, so that it does not come again. */
export async function deleteHere(room: Room, keys: readonly MessageKey[]): Promise<void> {
  const found = await Promise.all([...new Set(keys)].map((key) => storedMessage(room, key)));
  await forgetMessages(room, room.step(), found.filter((item) => item !== undefined));
}

export async function messageOf(room: Room, key: MessageKey): Promise<MessageItem> {
  const stored = await storedMessage(room, key);
  const item = stored === undefined ? room.queued(messageId(key)) : room.shown(stored);
  if (item?.kind !== 'message') throw noSuchMessage();
  return item;
}

export async function versionsOf(room: Room, key: MessageKey): Promise<readonly Version[]> {
  const stored = await storedMessage(room, key);
  if (stored?.body?.kind !== 'text' && stored?.body?.kind !== 'media') throw noSuchMessage();
  const { edits } = shapeOf(normalForm([...stored.effects, ...queuedEffects(room, stored.id)], stored.sender.person));
  return [{ text: stored.body.text, at: stored.at }, ...edits.map(({ body: { text }, at }) => ({ text, at }))];
}

export async function threadOf(room: Room, key: MessageKey): Promise<readonly MessageItem[]> {
  const rows = await room.host.storage.range('threads', { prefix: [room.key, key] });
  const placed = await Promise.all(rows.map(({ key: [, , position] }) => shownAt(room, Number(position))));
  const queued = room.outbox.all.flatMap(({ entry: { id, body } }) => ('thread' in body && body.thread !== undefined && toBase64Url(body.thread) === key ? (room.queued(id) ?? []) : []));
  return [...placed.flat(), ...queued];
}

export async function pinnedIn(room: Room): Promise<readonly MessageItem[]> {
  const rows = await room.host.storage.range('pins', { prefix: [room.key], reverse: true });
  return (await Promise.all(rows.map(({ key: [, position] }) => shownAt(room, Number(position))))).flat();
}

async function shownAt(room: Room, position: number): Promise<readonly MessageItem[]> {
  const value = await room.host.storage.get('timeline', [room.key, position]);
  const stored = value === undefined ? undefined : decodeItem(value);
  const item = stored === undefined ? undefined : room.shown(stored);
  return item?.kind === 'message' ? [item] : [];
}
