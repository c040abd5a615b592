/** What can go wrong, as data: the UI words it by its code. */
export type ProblemCode =
  | 'bad-link' | 'invite-expired' | 'invite-used-up' | 'invite-revoked' | 'invite-unknown' | 'relay-unreachable' | 'relay-refused'
  | 'not-a-member' | 'not-allowed' | 'banned' | 'knock-refused' | 'unacknowledged' | 'picture-too-large'
  | 'no-profile' | 'too-long' | 'no-such-message' | 'storage-full' | 'storage-failed' | 'superseded' | 'newer-schema' | 'internal';

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
