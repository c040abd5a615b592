/** When the store fails a turn: memory becomes what it was before, and everyone is told that nothing was taken. */
import { ID_AT, placeAt } from '../../shared/envelope.ts';
import { START, type Seq } from '../../shared/ids.ts';
import { assertNever } from '../../shared/never.ts';
import { keyOf } from '../bytes.ts';
import { StoreError } from '../store/store.ts';
import type { Job, Outcome } from './jobs.ts';
import { SPACE_RETRY, STORE_RETRY, type RuleContext } from './rules.ts';

/** `error`: what the store said of the batch that these jobs made. */
export function undo(jobs: readonly Job[], context: RuleContext, error: unknown): void {
  for (const job of jobs.toReversed()) takeBack(job, context);
  for (const job of jobs) if (hangsOn(job.outcome)) job.outcome = refusalFor(error);
}

function refusalFor(error: unknown): Outcome {
  const full = error instanceof StoreError && error.code === 'disk-full';
  return full ? { type: 'refused', code: 'relay-full', retryAfter: SPACE_RETRY } : { type: 'refused', code: 'unavailable', retryAfter: STORE_RETRY };
}

/**
 * Whether an outcome hangs on what was taken back. A refusal does as well: it may speak of a commit that never came
 * to be, and `stale-epoch` sends a client looking for it.
 */
function hangsOn(outcome: Outcome): boolean {
  switch (outcome.type) {
    case 'placed':
    case 'duplicate':
    case 'deleted':
    case 'refused':
      return true;
    case 'granted':
      if (!outcome.membership.room.gone) return false;
      outcome.membership.subscriber.memberships.delete(outcome.membership.room.key);
      return true;
    case 'pending':
      return false;
    default:
      return assertNever(outcome);
  }
}

function takeBack(job: Job, { rooms }: RuleContext): void {
  const { outcome } = job;
  switch (outcome.type) {
    case 'placed': {
      if (job.type !== 'send' && job.type !== 'commit') return;
      const { room } = job.membership;
      room.head = (room.head - 1) as Seq;
      if (job.type === 'send') {
        room.window?.forget(job.frame, ID_AT);
        return placeAt(job.frame, START);
      }
      room.window?.forget(job.bundle.id);
      room.tree.removeLast();
      const parent = room.epoch(job.bundle.parent);
      if (parent !== undefined && job.bundle.rejected > 0) job.membership.offers(parent, -1);
      if (outcome.invite === undefined) return;
      room.uses.set(keyOf(outcome.invite), (room.uses.get(keyOf(outcome.invite)) ?? 1) - 1);
      job.membership.invite = outcome.invite;
      return;
    }
    case 'granted': {
      if (!outcome.made) return;
      const { room } = outcome.membership;
      room.gone = true;
      room.members.clear();
      rooms.remove(room);
      return;
    }
    case 'deleted':
      outcome.room.gone = false;
      rooms.add(outcome.room);
      return;
    case 'pending':
    case 'duplicate':
    case 'refused':
      return;
    default:
      assertNever(outcome);
  }
}
