/** What each refusal of something we sent means for it, and for the room. */
import type { ErrorCode } from '../../../shared/codes.ts';
import { assertNever } from '../../../shared/never.ts';
import { dropPending } from './commit.ts';
import type { Outgoing } from './outbox.ts';
import type { Room } from './room.ts';

/** Milliseconds. */
const TRY_AGAIN = 3000;
const JITTER = 500;

export function messageRefused(room: Room, outgoing: Outgoing, code: ErrorCode, retryAfter: number): void {
  outgoing.inFlight = false;
  switch (code) {
    case 'too-large':
    case 'bad-frame':
      outgoing.refused = true;
      return;
    case 'stale-epoch':
    case 'read-only':
    case 'not-open':
    case 'no-access':
    case 'commit-lost':
    case 'epoch-exists':
    case 'ahead-of-log':
      // The log knows more than we: see it first. The jitter keeps a relay that lies from spinning us.
      return room.seeAgain(room.host.randomness.fraction() * JITTER);
    case 'rate-limited':
    case 'unavailable':
    case 'relay-full':
    case 'internal':
    case 'too-many-rooms':
    case 'too-many-connections':
    case 'room-exists':
    case 'creation-refused':
    case 'invite-expired':
    case 'invite-used-up':
    case 'invite-revoked':
      return room.seeAgain(retryAfter === 0 ? TRY_AGAIN : retryAfter);
    default:
      return assertNever(code);
  }
}

/** What was wanted stays wanted; only the attempt goes where it cannot succeed any more. */
export async function commitRefused(room: Room, code: ErrorCode, retryAfter: number): Promise<void> {
  room.commitInFlight = false;
  switch (code) {
    case 'commit-lost':
    case 'stale-epoch':
    case 'epoch-exists':
    case 'bad-frame':
    case 'too-large':
    case 'read-only':
    case 'ahead-of-log':
    case 'no-access':
      await dropPending(room);
      return room.seeAgain(room.host.randomness.fraction() * JITTER);
    case 'not-open':
    case 'rate-limited':
    case 'unavailable':
    case 'relay-full':
    case 'internal':
    case 'too-many-rooms':
    case 'too-many-connections':
    case 'room-exists':
    case 'creation-refused':
    case 'invite-expired':
    case 'invite-used-up':
    case 'invite-revoked':
      return room.seeAgain(retryAfter === 0 ? TRY_AGAIN : retryAfter);
    default:
      return assertNever(code);
  }
}
