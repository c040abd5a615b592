/** What a relay answers other than what was asked for. */
import { ERROR_CODES, type ErrorCode } from '../../../shared/codes.ts';
import type { ProblemCode } from '../api.ts';

/** The relay said no. What to do stands with each code in `shared/codes.ts`. */
export class RelayRefusal extends Error {
  readonly code: ErrorCode;
  /** Milliseconds; 0 where waiting does not help. */
  readonly retryAfter: number;
  constructor(code: ErrorCode, retryAfter: number) {
    super(ERROR_CODES[code].means);
    this.name = 'RelayRefusal';
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** The connection ended before the answer. What to do: ask again on the next one. */
export class Disconnected extends Error {
  readonly code = 'disconnected';
  constructor() {
    super('The connection to the relay ended.');
    this.name = 'Disconnected';
  }
}

/** How a refusal is told to a person. */
export function problemOf(code: ErrorCode): ProblemCode {
  switch (code) {
    case 'invite-expired':
    case 'invite-used-up':
    case 'invite-revoked':
    case 'knock-refused':
      return code;
    case 'no-access':
      return 'invite-unknown';
    case 'unavailable':
    case 'relay-full':
    case 'internal':
    case 'rate-limited':
    case 'too-many-connections':
    case 'too-many-rooms':
      return 'relay-unreachable';
    case 'bad-frame':
    case 'too-large':
    case 'not-open':
    case 'read-only':
    case 'stale-epoch':
    case 'commit-lost':
    case 'epoch-exists':
    case 'room-exists':
    case 'ahead-of-log':
    case 'creation-refused':
    case 'push-off':
    case 'push-refused':
      return 'relay-refused';
  }
}

/** Whether the same may succeed later, unchanged. */
export function isPassing(code: ErrorCode): boolean {
  switch (code) {
    case 'rate-limited':
    case 'too-many-rooms':
    case 'too-many-connections':
    case 'unavailable':
    case 'relay-full':
    case 'internal':
    case 'not-open':
      return true;
    case 'bad-frame':
    case 'too-large':
    case 'no-access':
    case 'read-only':
    case 'stale-epoch':
    case 'commit-lost':
    case 'epoch-exists':
    case 'room-exists':
    case 'invite-expired':
    case 'invite-used-up':
    case 'invite-revoked':
    case 'push-off':
    case 'push-refused':
    case 'knock-refused':
    case 'ahead-of-log':
    case 'creation-refused':
      return false;
  }
}
