/**
 * Envelopes from the log, a batch at a time: worked off in memory in their order, stored in one
 * transaction. An envelope that cannot be used never stops those behind it.
 */
import { equalBytes } from '../../../shared/bytes.ts';
import type { Envelope } from '../../../shared/envelope.ts';
import type { Standing } from '../api.ts';
import { assertNever } from '../../../shared/never.ts';
import { extended } from '../wire/chain.ts';
import { metForeign } from './apart.ts';
import { putLinks } from './claims.ts';
import { receiveKnock } from './knocks.ts';
import { receiveCommit } from './receive-commit.ts';
import { receiveMessage } from './receive-message.ts';
import { met } from './roll-back.ts';
import type { Room } from './room.ts';
import { keepTrail } from './trail.ts';

export interface Delivered {
  readonly envelope: Envelope;
  readonly frame: Uint8Array;
}

/** Who has left follows the group until their statement is in its log. */
const isIn = (standing: Standing['kind']): boolean => standing === 'member' || standing === 'left';

export async function receive(room: Room, batch: readonly Delivered[]): Promise<void> {
  const step = room.step();
  const { relay } = step.record;
  for (const { envelope, frame } of batch) {
    const { record } = step;
    // The room has moved on to another relay: what remains is of the log that it left.
    if (record.relay !== relay) break;
    // Delivered before, or out of order: the chain tells where the relay meant it.
    if (!isIn(record.standing.kind) || step.mls === null || envelope.kind === 'signal' || envelope.seq <= record.cursor) continue;
    step.update({ cursor: envelope.seq });
    // Of another epoch than ours: a branch that no valid commit leads to; or from before ours, when a log is read again.
    if (!equalBytes(envelope.epoch, record.epoch)) {
      met(step, envelope.id);
      metForeign(step);
      continue;
    }
    step.update({ chain: extended(record.chain, envelope.seq, frame) });
    putLinks(step);
    switch (envelope.kind) {
      case 'message':
        await receiveMessage(room, step, envelope);
        break;
      case 'commit': {
        const before = step.mls;
        await receiveCommit(room, step, envelope);
        keepTrail(step, before, envelope);
        break;
      }
      case 'knock':
        receiveKnock(room, step, envelope);
        break;
      default:
        assertNever(envelope.kind);
    }
  }
  await room.store(step);
}
