/**
 * A relay that lost what it once acked: the person is told and the history stays. The log is read again from the
 * epoch's beginning, as nobody says where it was cut; what is known already is passed over by its id. Our own
 * messages that turn out to be gone are offered again under the same ids, which others ignore where they have them.
 */
import { equalBytes, toBase64Url } from '../../../shared/bytes.ts';
import { START, type EnvelopeId, type Incarnation, type Seq } from '../../../shared/ids.ts';
import type { MessageKey } from '../api.ts';
import type { Effect } from '../messages/effects.ts';
import { decodeItem, type StoredMessage } from '../records/message-records.ts';
import type { Body } from '../wire/bodies.ts';
import { adrift, begun, type Chain } from '../wire/chain.ts';
import { linkAt, raise } from './claims.ts';
import { wait } from './placing.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

/** Own messages that are offered again, at most; and positions of earlier epochs that are looked through for them. */
const MOST_AGAIN = 500;

export interface Loss {
  readonly kind: 'relay-reset' | 'relay-rolled-back';
  readonly incarnation: Incarnation;
  readonly head: Seq;
  /** Where the commit that began our epoch stands now: elsewhere than before, where it was lost as well and offered again. */
  readonly began: Seq;
}

export async function rollBack(room: Room, { kind, incarnation, head, began }: Loss): Promise<void> {
  const step = room.step();
  const { record } = step;
  // It is there again, and went back only: that is told instead.
  if (kind === 'relay-rolled-back') step.update({ alarms: record.alarms.filter((alarm) => alarm.kind !== 'relay-reset') });
  raise(room.host, step, kind);
  const moved = began !== record.began;
  const from = kind === 'relay-reset' ? START : moved ? (Math.max(START, Math.min(head, record.cursor) - MOST_AGAIN) as Seq) : began;
  const later = await room.host.storage.range('timeline', { prefix: [room.key], after: from + record.shift, reverse: true, limit: MOST_AGAIN });
  const own = later.flatMap(({ value }) => decodeItem(value) ?? []).flatMap((item) => (item.kind !== 'message' ? [] : [
    ...(item.mine ? [item.id] : []), ...ownEffects(room, item).filter(({ position }) => position > from + record.shift).map(({ id }) => id),
  ]));
  step.update({
    cursor: from, shift: record.shift + record.cursor - from, incarnation: incarnation.slice() as Incarnation, rejected: 0, missing: own,
    chain: moved && kind === 'relay-rolled-back' ? adrift(began) : await chainFrom(room, step, { kind, began }, from), began,
  });
  await room.store(step);
}

/** The relay still has this one. */
export function met(step: Step, envelope: EnvelopeId): void {
  const { missing } = step.record;
  if (missing.length > 0) step.update({ missing: missing.filter((id) => !equalBytes(id, envelope)) });
}

/** At the head: what of ours was not met again, the relay has lost. And what was sealed before speaks of another log. */
export async function offerAgain(room: Room): Promise<void> {
  const { missing } = room.state.record;
  if (missing.length === 0 && !room.wentBack) return;
  room.wentBack = false;
  const step = room.step();
  for (const { entry } of room.outbox.all) if (entry.sealed !== null) step.enqueue({ ...entry, sealed: null });
  const rows = missing.length === 0 ? [] : await room.host.storage.range('timeline', { prefix: [room.key], reverse: true, limit: 2 * MOST_AGAIN });
  for (const { value } of [...rows].reverse()) {
    const item = decodeItem(value);
    if (item?.kind === 'message') offerItem(room, step, item, missing);
  }
  step.update({ missing: [] });
  await room.store(step);
  await room.reloadLatest();
}

/** The message itself, where it is ours, and what we did to it. */
function offerItem(room: Room, step: Step, item: StoredMessage, missing: readonly EnvelopeId[]): void {
  const isMissing = ({ id }: { readonly id: EnvelopeId }): boolean => missing.some((lost) => equalBytes(lost, id));
  const again = ({ id, at, body }: { readonly id: EnvelopeId; readonly at: number; readonly body: Body }): void => {
    step.change({ kind: 'delete', store: 'seen', key: [room.key, toBase64Url(id)] });
    step.enqueue({ id, order: room.outbox.nextOrder(), at, body, sealed: null });
  };
  const lost = ownEffects(room, item).filter(isMissing);
  const kept = item.effects.filter((effect) => !lost.includes(effect));
  if (isMissing(item) && item.body !== null) {
    step.change({ kind: 'delete', store: 'timeline', key: [room.key, item.position] });
    again({ id: item.id, at: item.at, body: item.body });
    // What others did to it waits until it is placed again.
    for (const effect of kept) wait(step, effect);
  } else if (lost.length > 0) {
    step.amend({ ...item, effects: kept });
  }
  for (const effect of lost) again(effect);
  step.then(() => { void room.tellMessage(toBase64Url(item.id) as MessageKey); });
}

const ownEffects = (room: Room, { effects }: StoredMessage): readonly Effect[] => effects.filter(({ sender }) => equalBytes(sender.person, room.host.profile().identityKey));

/** What others chain of what we read again, we know only where it is all of the log, or goes on from what we had. */
async function chainFrom(room: Room, step: Step, { kind, began }: Pick<Loss, 'kind' | 'began'>, from: Seq): Promise<Chain> {
  const { record } = step;
  if (kind === 'relay-rolled-back') return chainAt(room, step, record.chain, from);
  return began === START ? begun(record.room) : adrift(START);
}

/** The chain as it stood at a position, from where it goes on differently now. */
async function chainAt(room: Room, step: Step, chain: Chain, head: Seq): Promise<Chain> {
  if (chain.kind === 'adrift' || chain.since > head) return adrift(head);
  for (let seq = head; seq >= chain.since; seq--) {
    const hash = await linkAt(room.host, step, chain, seq);
    if (hash === null) break;
    if (hash !== undefined) return { ...chain, last: { seq, hash } };
  }
  return adrift(head);
}
