/**
 * The payload of a delivered commit envelope: what the relay registered with the commit, in the open,
 * so that every member can hold it against the group state, then the sealed commit.
 *
 *   0..32    access key     of the epoch that the commit begins
 *   32..64   invites        digest of the invite registrations (`statements.ts`)
 *   64       flags          bit 0: closing (a member is removed: older keys read no further)
 *   65..     sealed commit  opaque
 *
 * The relay builds it from the bundle, so that it cannot differ from what is in force.
 */
import { concat } from './bytes.ts';
import type { AccessKey, Digest } from './ids.ts';

export const COMMIT_HEADER_BYTES = 65;
const CLOSING = 0b1;

export interface CommitPayload {
  readonly access: AccessKey;
  readonly invites: Digest;
  readonly closing: boolean;
  readonly sealed: Uint8Array;
}

/** What stands before the sealed commit: all that the relay registers with it. */
export const commitHead = ({ access, invites, closing }: Omit<CommitPayload, 'sealed'>): Uint8Array => concat(access, invites, Uint8Array.of(closing ? CLOSING : 0));

export const encodeCommitPayload = (commit: CommitPayload): Uint8Array => concat(commitHead(commit), commit.sealed);

/** Undefined where it is shorter than its header or has unknown flags. */
export function decodeCommitPayload(payload: Uint8Array): CommitPayload | undefined {
  const flags = payload[64];
  if (payload.length < COMMIT_HEADER_BYTES || flags === undefined || flags > CLOSING) return undefined;
  return {
    access: payload.subarray(0, 32) as AccessKey,
    invites: payload.subarray(32, 64) as Digest,
    closing: flags === CLOSING,
    sealed: payload.subarray(COMMIT_HEADER_BYTES),
  };
}
