/**
 * A relay that lost what it once acked: the person is told and the history stays. The log is read again from the
 * epoch's beginning, as nobody says where it was cut; what is known already is passed over by its id. Our own
 * messages that turn out to be gone are offered again under the same ids, which others ignore where they have them.
 */
import { equalBytes, toBase64Url } from '../../../shared/bytes.ts';
import { START, type Incarnation, type Seq } from '../../../shared/ids.ts';
import { decodeItem } from '../records/message-records.ts';
import { adrift, begun, type Chain } from '../wire/chain.ts';
import { linkAt, raise } from './claims.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

/** Positions that are read again, and own messages that are offered again, at most. */
const MOST_AGAIN = 500;

export interface Loss {
  readonly kind: 'relay-reset' | 'relay-rolled-back';
  readonly incarnation: Incarnation;
  readonly head: Seq;
}

export async function rollBack(room: Room, { kind, incarnation, head }: Loss): Promise<void> {
  const step = room.step();
  const { record } = step;
  raise(room.host, step, kind);
  const from = kind === 'relay-reset' ? START : (Math.max(record.began, head - MOST_AGAIN) as Seq);
  const later = await room.host.storage.range('timeline', { prefix: [room.key], after: from + record.shift, reverse: true, limit: MOST_AGAIN });
  const own = later.flatMap(({ value }) => decodeItem(value) ?? []).flatMap((item) => (item.kind === 'message' && item.mine ? [item.id] : []));
  step.update({
    cursor: from, shift: record.shift + record.cursor - from, incarnation: incarnation.slice() as Incarnation, rejected: 0, missing: own,
    chain: kind === 'relay-reset' ? begun(record.room) : await chainAt(room, step, record.chain, from),
  });
  await room.store(step);
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
    if (item?.kind !== 'message' || !missing.some((id) => equalBytes(id, item.id))) continue;
    step.change({ kind: 'delete', store: 'timeline', key: [room.key, item.position] }, { kind: 'delete', store: 'seen', key: [room.key, toBase64Url(item.id)] });
    step.enqueue({ id: item.id, order: room.outbox.nextOrder(), at: item.at, body: item.body, sealed: null });
    step.then(() => {
      const outgoing = room.outbox.get(item.id);
      if (outgoing !== undefined) room.tellQueued(outgoing);
    });
  }
  step.update({ missing: [] });
  await room.store(step);
  await room.reloadLatest();
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
