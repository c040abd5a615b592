/**
 * What can go wrong between a device, its group and its relay, as a closed union; and from what it is known. Pure: what is done
 * about each stands in `remedies.ts`.
 */
import type { ErrorCode } from '../../../shared/codes.ts';
import { assertNever } from '../../../shared/never.ts';
import { CryptoError } from '../crypto/sodium.ts';
import { MlsError, type MlsErrorCode } from '../mls/index.ts';
import { StorageError } from '../ports/storage.ts';
import { Disconnected, RelayRefusal } from '../sync/refusal.ts';

export type Failure =
  /** An envelope that no honest member could have sent. */
  | 'unreadable-message'
  /** A commit that every member refuses: garbage, forbidden by the room's rule, or registered as what it is not. */
  | 'invalid-commit'
  /** There are no keys of a room in which this device was a member. */
  | 'state-lost'
  /** There are, and they cannot be read. */
  | 'state-corrupt'
  /** The relay has let go of commits that this device would need to follow. */
  | 'away-too-long'
  /** Another commit ended our epoch, and the relay says that it gave all there is: but not that one. */
  | 'commit-withheld'
  /** We refused a commit that all others took: its maker sealed it so. */
  | 'left-behind'
  /** The relay does not know the room, or not by our key. */
  | 'unknown-there'
  /** The log goes on from here, and we have not seen how. */
  | 'behind'
  /** What was made does not fit what the room is by now. */
  | 'outdated'
  /** The relay takes nothing now, and may later. */
  | 'not-now'
  /** There is no connection. */
  | 'no-connection'
  /** The relay takes this in no case. */
  | 'unacceptable'
  /** What would let us in does so no more: an invite taken back or used up, a return key of one who was removed. */
  | 'no-way-in';

export const FAILURES = [
  'unreadable-message', 'invalid-commit', 'state-lost', 'state-corrupt', 'away-too-long', 'commit-withheld', 'left-behind', 'unknown-there', 'behind', 'outdated', 'not-now', 'no-connection',
  'unacceptable', 'no-way-in',
] as const satisfies readonly Failure[];

/** What was being done. */
export type Doing =
  /** Reading one's own stored group. */
  | 'loading'
  /** Taking a message, or a commit, from the log. */
  | 'reading-message' | 'reading-commit'
  /** Opening the room by the key of our epoch. */
  | 'opening'
  /** Sending a message, or a commit. */
  | 'sending' | 'committing'
  /** Coming in, or coming back. */
  | 'entering';

/** Undefined for what is no failure of these kinds, but a fault of this program or its storage: it is thrown on, and the engine halts. */
export function failureOf(cause: unknown, doing: Doing): Failure | undefined {
  if (cause instanceof Disconnected) return 'no-connection';
  if (cause instanceof RelayRefusal) return refusalFailure(cause.code, doing);
  if (cause instanceof MlsError) return mlsFailure(cause.code, doing);
  if (cause instanceof CryptoError) return cryptoFailure(doing);
  // What was sealed under the device's key, and does not open: damaged, where a disk that fails would say so otherwise.
  return doing === 'loading' && cause instanceof StorageError && cause.cause instanceof CryptoError ? 'state-corrupt' : undefined;
}

function cryptoFailure(doing: Doing): Failure | undefined {
  switch (doing) {
    case 'loading':
      return 'state-corrupt';
    case 'reading-message':
      return 'unreadable-message';
    case 'reading-commit':
      return 'invalid-commit';
    case 'opening':
    case 'sending':
    case 'committing':
    case 'entering':
      return undefined;
    default:
      return assertNever(doing);
  }
}

function mlsFailure(code: MlsErrorCode, doing: Doing): Failure | undefined {
  switch (code) {
    // Whatever is wrong with it, it is the other's, and all members find it alike.
    case 'malformed':
    case 'wrong-epoch':
    case 'not-authentic':
    case 'unreadable':
    case 'forbidden':
    // Of a commit that leads nowhere for us.
    case 'not-a-member':
    // Never from what another sent to us alone: whoever could bring that about could take a room from everybody.
    case 'bad-state':
      if (doing === 'reading-message') return 'unreadable-message';
      if (doing === 'reading-commit') return 'invalid-commit';
      return doing === 'loading' ? 'state-corrupt' : undefined;
    default:
      return assertNever(code);
  }
}

function refusalFailure(code: ErrorCode, doing: Doing): Failure {
  switch (code) {
    case 'rate-limited':
    case 'too-many-rooms':
    case 'too-many-connections':
    case 'unavailable':
    case 'relay-full':
    case 'internal':
      return 'not-now';
    case 'not-open':
      return doing === 'sending' || doing === 'committing' ? 'behind' : 'not-now';
    case 'no-access':
      if (doing === 'entering') return 'no-way-in';
      return doing === 'opening' ? 'unknown-there' : 'behind';
    case 'stale-epoch':
    case 'read-only':
    case 'ahead-of-log':
      return doing === 'entering' || doing === 'committing' ? 'outdated' : 'behind';
    case 'commit-lost':
    case 'epoch-exists':
      return 'outdated';
    case 'invite-expired':
    case 'invite-used-up':
    case 'invite-revoked':
    case 'knock-refused':
      return 'no-way-in';
    case 'bad-frame':
    case 'too-large':
    case 'room-exists':
    case 'creation-refused':
    case 'push-off':
    case 'push-refused':
      return 'unacceptable';
    default:
      return assertNever(code);
  }
}
