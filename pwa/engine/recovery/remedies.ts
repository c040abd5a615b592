/** What is done about each failure: one table, and nobody writes "unable to decrypt". */
import type { BrokenReason } from '../api.ts';
import type { Failure } from './failures.ts';

export type Remedy =
  /** Passed over, and said in one quiet line. */
  | { readonly kind: 'pass-over'; readonly notice: 'unreadable' | 'invalid-commit' }
  /** Nothing is lost: the log is read on from where we are, and what was wanted is made anew. */
  | { readonly kind: 'refetch'; readonly anew: boolean }
  /** The same again, by itself, when the relay says so or the connection is back. */
  | { readonly kind: 'wait' }
  /** Its person is offered to come back under a new leaf of the same identity; never without asking. */
  | { readonly kind: 'offer-rejoin'; readonly reason: BrokenReason; readonly alarm: 'log-withheld' | null }
  /** Only somebody in the room can help: by an invite, or by saying what happened. */
  | { readonly kind: 'ask-members'; readonly alarm: 'relay-reset' | null }
  /** Tried no more, and said why. */
  | { readonly kind: 'give-up' };

export const REMEDIES: { readonly [F in Failure]: Remedy } = {
  'unreadable-message': { kind: 'pass-over', notice: 'unreadable' },
  'invalid-commit': { kind: 'pass-over', notice: 'invalid-commit' },
  'state-lost': { kind: 'offer-rejoin', reason: 'state-lost', alarm: null },
  'state-corrupt': { kind: 'offer-rejoin', reason: 'state-corrupt', alarm: null },
  'away-too-long': { kind: 'offer-rejoin', reason: 'away-too-long', alarm: null },
  'commit-withheld': { kind: 'offer-rejoin', reason: 'diverged', alarm: 'log-withheld' },
  'left-behind': { kind: 'offer-rejoin', reason: 'diverged', alarm: null },
  'unknown-there': { kind: 'ask-members', alarm: 'relay-reset' },
  behind: { kind: 'refetch', anew: false },
  outdated: { kind: 'refetch', anew: true },
  'not-now': { kind: 'wait' },
  'no-connection': { kind: 'wait' },
  unacceptable: { kind: 'give-up' },
  'no-way-in': { kind: 'ask-members', alarm: null },
};
