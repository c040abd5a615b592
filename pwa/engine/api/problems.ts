/** What can go wrong, as data: the UI words it by its code. */
export type ProblemCode =
  | 'bad-link' | 'invite-expired' | 'invite-used-up' | 'invite-revoked' | 'invite-unknown' | 'relay-unreachable' | 'relay-refused'
  | 'not-a-member' | 'not-allowed' | 'banned' | 'knock-refused' | 'unacknowledged' | 'picture-too-large'
  | AttachmentProblem
  | 'wrong-passphrase' | 'try-later' | 'no-passkey'
  | 'no-profile' | 'too-long' | 'no-such-message' | 'storage-full' | 'storage-failed' | 'superseded' | 'newer-schema' | 'internal';

/** About attachments. */
export type AttachmentProblem =
  /** Larger than the relay, or anyone, takes. */
  | 'attachment-too-large'
  /** It changed or vanished while it was read, or is a picture that cannot be cleaned. */
  | 'attachment-unreadable'
  /** The relay does not have it: too old, deleted, or never there. */
  | 'attachment-gone'
  /** It is not what was sent, by its hash or its seal. */
  | 'attachment-damaged'
  /** It ends too early. */
  | 'attachment-cut-short'
  /** It has another size than its message says. */
  | 'attachment-wrong-size'
  /** Whole and as it was sent, but not the picture, video or voice message that it is called: to be saved, not shown. */
  | 'attachment-mistyped'
  /** A picture that would fill the memory if it were drawn: to be saved, not shown. */
  | 'attachment-too-many-pixels'
  /** The person paused it. */
  | 'attachment-paused'
  /** The relay has no space for it: tried again later by itself. */
  | 'relay-full';

/** An error as data: what happened and what to do. */
export interface Problem {
  readonly code: ProblemCode;
  readonly detail: string;
}

export class EngineError extends Error {
  readonly problem: Problem;
  constructor(code: ProblemCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'EngineError';
    this.problem = { code, detail };
  }
}
