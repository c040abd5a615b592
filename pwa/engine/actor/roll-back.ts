/**
 * A relay that lost what it once acked: the person is told, the history stays, and our own messages that
 * the log has no more are offered again under the same ids. Others ignore what they have already.
 */
import { toBase64Url } from '../../../shared/bytes.ts';
import type { Incarnation, Seq } from '../../../shared/ids.ts';
import { decodeItem } from '../records/message-records.ts';
import { adrift, begun, type Chain } from '../wire/chain.ts';
import { linkAt, raise } from './claims.ts';
import type { Room } from './room.ts';
import type { Step } from './state.ts';

/** Own messages that are offered again at most. */
const MOST_OFFERED = 500;

export async function rollBack(room: Room, head: Seq, found: { readonly kind: 'relay-reset' | 'relay-rolled-back'; readonly incarnation: Incarnation }): Promise<void> {
  const step = room.step();
  const { record } = step;
  raise(room.host, step, found.kind);
  const lost = await room.host.storage.range('timeline', { prefix: [room.key], after: head + record.shift, reverse: true, limit: MOST_OFFERED });
  for (const { value } of [...lost].reverse()) {
    const item = decodeItem(value);
    if (item?.kind !== 'message' || !item.mine) continue;
    step.change({ kind: 'delete', store: 'timeline', key: [room.key, item.position] }, { kind: 'delete', store: 'seen', key: [room.key, toBase64Url(item.id)] });
    if (step.latest?.position === item.position) step.latest = null;
    step.then(() => {
      const outgoing = room.outbox.get(item.id);
      if (outgoing !== undefined) room.tellQueued(outgoing);
    });
    step.enqueue({ id: item.id, order: room.outbox.nextOrder(), at: item.at, body: item.body, sealed: null });
  }
  step.update({
    cursor: head, shift: record.shift + record.cursor - head, incarnation: found.incarnation.slice() as Incarnation, rejected: 0,
    chain: found.kind === 'relay-reset' ? begun(record.room) : await chainAt(room, step, record.chain, head),
  });
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
