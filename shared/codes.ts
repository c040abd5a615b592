/**
 * Every error that a relay can answer with: what happened, and what a client does about it. A client
 * that meets a code it does not know treats it as `internal`.
 */
export const ERROR_CODES = {
  'bad-frame': { means: 'The frame could not be read.', action: 'Fix the client: never send this frame again.' },
  'too-large': { means: 'The frame or payload is over the limit.', action: 'Do not retry it as it is.' },
  'no-access': {
    means: 'The room is unknown, the key is not one of its keys, or the signature or ticket does not hold: deliberately one answer for all.',
    action: 'Asked by ticket, ask once by signature. Else catch up with an older key if there is one; else tell the person that the relay does not let them in.',
  },
  'not-open': { means: 'This connection has not opened the room, or what it was told of it then no longer holds.', action: 'Open it, then send again.' },
  'read-only': {
    means: 'The key with which the room was opened may not write in the epoch that was named.',
    action: 'Pull, open with the key of the current epoch, send again.',
  },
  'stale-epoch': {
    means: 'The epoch that was named has a successor.',
    action: 'Pull, process the commit, encrypt again under the same envelope id, send again.',
  },
  'commit-lost': {
    means: 'Another commit was accepted first, or more candidates exist than the committer had rejected.',
    action: 'Drop the pending commit, pull, and make it again on the new epoch if it is still wanted.',
  },
  'epoch-exists': { means: 'The access key was registered before.', action: 'Make the commit again: its key must be fresh.' },
  'room-exists': { means: 'The room exists with another first key.', action: 'Choose a new owner key.' },
  'invite-expired': { means: 'The invite is past its time.', action: 'Ask for a new one.' },
  'invite-used-up': { means: 'The invite was used as often as it may be.', action: 'Ask for a new one.' },
  'invite-revoked': { means: 'The invite was taken back.', action: 'Ask for a new one.' },
  'knock-refused': { means: 'Whoever may let people in has refused.', action: 'Tell the person. Knocking again needs another invite, or a word with somebody in the room.' },
  'ahead-of-log': {
    means: 'The cursor lies beyond the log: the relay has lost what it once had.',
    action: 'Tell the person, keep the history, pull from the head on.',
  },
  'rate-limited': { means: 'Too much, too fast.', action: 'Wait for retryAfter milliseconds, then send again.' },
  'too-many-rooms': { means: 'This connection has as many rooms open as it may.', action: 'Close some, or use another connection.' },
  'too-many-connections': { means: 'The relay has as many connections as it may.', action: 'Reconnect later, with backoff.' },
  'creation-refused': { means: 'This relay does not let just anybody create rooms.', action: 'Ask its operator, perhaps for a token.' },
  'relay-full': {
    means: 'The relay has no space left for it: for new rooms first, then for big ones, then for any.',
    action: 'Keep it, tell the person, and try again later.',
  },
  'push-off': { means: 'This relay wakes nobody by push.', action: 'Do without; ask again on a later connection.' },
  'push-refused': {
    means: 'The subscription is none that the relay would use: its address is not https at a public name, or its keys are none.',
    action: 'Subscribe anew at the browser; do without if that is refused as well.',
  },
  unavailable: { means: 'The relay could not store it.', action: 'Keep it, and send it again later.' },
  internal: { means: 'The relay failed in a way it did not foresee.', action: 'Keep everything, reconnect with backoff.' },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(ERROR_CODES, text);

/** WebSocket close codes (RFC 6455 §7.4: registered ones, and from 4000 on our own) and what each tells the client. */
export const CLOSE_CODES = {
  /** The relay failed in a way it did not foresee: reconnect with backoff, and pull. */
  failed: 1011,
  /** The relay is going away in good order: reconnect after the time that `closing` named. */
  draining: 1012,
  /** It has as many connections as it may: reconnect with backoff. */
  full: 1013,
  /** A frame that cannot be answered (text, or beyond the frame limit). */
  badFrame: 4400,
  /** The page's origin is not this relay's. */
  origin: 4403,
  /** No room was opened in time. */
  idle: 4408,
  /** Frames went on coming far beyond the rate. */
  flood: 4429,
} as const;
