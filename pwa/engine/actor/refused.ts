/** What each refusal of something we sent means for it, and for the room. */
import type { ErrorCode } from '../../../shared/codes.ts';
import { assertNever } from '../../../shared/never.ts';
import { failureOf, type Doing } from '../recovery/failures.ts';
import { REMEDIES, type Remedy } from '../recovery/remedies.ts';
import { RelayRefusal } from '../sync/refusal.ts';
import { dropPending } from './commit.ts';
import type { Outgoing } from './outbox.ts';
import type { Room } from './room.ts';

/** Milliseconds. */
const TRY_AGAIN = 3000;
const JITTER = 500;

function remedyFor(code: ErrorCode, doing: Doing): Remedy['kind'] {
  const failure = failureOf(new RelayRefusal(code, 0), doing);
  return failure === undefined ? 'wait' : REMEDIES[failure].kind;
}

/** The jitter keeps a relay that lies from spinning us. */
const soon = (room: Room): number => room.host.randomness.fraction() * JITTER;

export function messageRefused(room: Room, outgoing: Outgoing, code: ErrorCode, retryAfter: number): void {
  outgoing.inFlight = false;
  const remedy = remedyFor(code, 'sending');
  switch (remedy) {
    case 'give-up':
      outgoing.refused = true;
      return;
    case 'refetch':
      // The log knows more than we: see it first.
      room.turnedAway();
      return room.seeAgain(soon(room));
    case 'wait':
    case 'ask-members':
    case 'offer-rejoin':
    case 'pass-over':
      return room.seeAgain(retryAfter === 0 ? TRY_AGAIN : retryAfter);
    default:
      return assertNever(remedy);
  }
}

/** What was wanted stays wanted; only the attempt goes where it cannot succeed any more. */
export async function commitRefused(room: Room, code: ErrorCode, retryAfter: number): Promise<void> {
  room.commitInFlight = false;
  const remedy = remedyFor(code, 'committing');
  switch (remedy) {
    case 'refetch':
      // Opened anew, the very same may be taken.
      if (code !== 'not-open') await dropPending(room);
      room.turnedAway();
      return room.seeAgain(soon(room));
    case 'give-up':
      await dropPending(room);
      return room.seeAgain(TRY_AGAIN);
    case 'wait':
    case 'ask-members':
    case 'offer-rejoin':
    case 'pass-over':
      return room.seeAgain(retryAfter === 0 ? TRY_AGAIN : retryAfter);
    default:
      return assertNever(remedy);
  }
}
