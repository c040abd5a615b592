/** A message's place in the conversation, and what comes for it: before, after, or when it is gone. */
import { equalBytes, toBase64Url, toHex } from '../../../shared/bytes.ts';
import type { EnvelopeId } from '../../../shared/ids.ts';
import { normalForm, shapeOf, type Effect } from '../messages/effects.ts';
import { mediaChanges } from '../media/room-media.ts';
import { wordsOf } from '../messages/words.ts';
import { decodeEffect, decodeItem, decodeSeen, encodeEffect, encodeSeen, type StoredMessage } from '../records/message-records.ts';
import { renewing } from '../search/index.ts';
import type { RoomHost } from './host.ts';
import type { Step } from './state.ts';
import { expect } from './staying.ts';

/** Effects of a room that wait for their message. Whoever joined late never gets it: then the first ones make way. */
const MOST_WAITING = 1000;

export function markSeen(step: Step, id: EnvelopeId, position?: number): void {
  const key = toBase64Url(id);
  step.newIds.add(key);
  step.change({ kind: 'put', store: 'seen', key: [step.room, key], value: encodeSeen(position) });
}

/** `gone`: it came once, and has no line any more, or never had one. */
export async function findMessage(host: RoomHost, step: Step, id: EnvelopeId): Promise<StoredMessage | 'gone' | undefined> {
  const here = step.items.findLast((item) => item.kind === 'message' && equalBytes(item.id, id));
  if (here?.kind === 'message') return here;
  const key = toBase64Url(id);
  const seen = await host.storage.get('seen', [step.room, key]);
  if (seen === undefined) return step.newIds.has(key) ? 'gone' : undefined;
  const position = decodeSeen(seen);
  const value = position === undefined ? undefined : await host.storage.get('timeline', [step.room, position]);
  const item = value === undefined ? undefined : decodeItem(value);
  return item?.kind === 'message' ? item : 'gone';
}

/** Into the conversation, or into its thread, with what waited for it. */
export async function placeMessage(host: RoomHost, step: Step, given: Omit<StoredMessage, 'kind' | 'effects' | 'replies' | 'aside'>): Promise<void> {
  const { id, position, at, body } = given;
  const root = body !== null && 'thread' in body && body.thread !== undefined ? await findMessage(host, step, body.thread) : undefined;
  const item: StoredMessage = { ...given, kind: 'message', effects: [], replies: { count: 0, at: 0 }, aside: typeof root === 'object' };
  step.place(item);
  expect(host, step, item);
  markSeen(step, id, position);
  const waited = await takeWaiting(host, step, id);
  step.change(...mediaChanges(step.room, position, null, item));
  host.carrier.placed(step, item);
  if (waited.length > 0) amend(host, step, item, waited);
  if (typeof root !== 'object') return;
  step.change({ kind: 'put', store: 'threads', key: [step.room, toBase64Url(root.id), position], value: new Uint8Array() });
  step.amend({ ...root, replies: { count: root.replies.count + 1, at: Math.max(root.replies.at, at) } });
}

export async function applyEffect(host: RoomHost, step: Step, effect: Effect): Promise<void> {
  const found = await findMessage(host, step, effect.body.of);
  if (found === undefined) return wait(step, effect);
  if (found !== 'gone') amend(host, step, found, [...found.effects, effect]);
}

/** The message as these effects leave it. */
export function amend(host: RoomHost, step: Step, item: StoredMessage, effects: readonly Effect[]): void {
  const now = normalForm(effects, item.sender.person);
  if (now.length === item.effects.length && now.every(({ id }, i) => equalBytes(id, item.effects[i]?.id ?? id))) return;
  const { deletion, pin } = shapeOf(now);
  const amended: StoredMessage = { ...item, effects: [...now], ...(deletion === null ? {} : { body: null, newer: null }) };
  step.amend(amended);
  if (wordsOf(amended) !== wordsOf(item)) step.change(renewing(step.room, item.position, item.at));
  step.change(...mediaChanges(step.room, item.position, item, amended));
  // Whoever took it away, the relay is asked to let go of it by the one whose it was.
  if (deletion !== null) host.carrier.drop(step.room, step, item, { atRelay: true });
  if ((pin === null) !== (shapeOf(item.effects).pin === null)) step.change(pinned(step.room, item.position, pin !== null));
  if (deletion !== null && !item.mine && item.position > step.record.readThrough) step.update({ unread: Math.max(0, step.record.unread - 1), mentioned: step.record.mentioned.filter((position) => position !== item.position) });
}

const pinned = (room: string, position: number, on: boolean) =>
  on ? { kind: 'put' as const, store: 'pins' as const, key: [room, position], value: new Uint8Array() } : { kind: 'delete' as const, store: 'pins' as const, key: [room, position] };

/** Kept until its message comes. */
export function wait(step: Step, effect: Effect): void {
  if (step.record.waiting >= MOST_WAITING) return;
  const { id, position, body: { of } } = effect;
  step.waiting.push(effect);
  step.change({ kind: 'put', store: 'effects', key: [step.room, toBase64Url(of), position, toHex(id)], value: encodeEffect(effect) });
  step.update({ waiting: step.record.waiting + 1 });
}

async function takeWaiting(host: RoomHost, step: Step, id: EnvelopeId): Promise<readonly Effect[]> {
  if (step.record.waiting === 0) return [];
  const prefix = [step.room, toBase64Url(id)];
  const stored = await host.storage.range('effects', { prefix });
  const waited = [...stored.flatMap(({ value }) => decodeEffect(value) ?? []), ...step.waiting.filter(({ body: { of } }) => equalBytes(of, id))];
  if (waited.length === 0) return [];
  step.change({ kind: 'clear', store: 'effects', prefix });
  step.update({ waiting: Math.max(0, step.record.waiting - waited.length) });
  return waited;
}
