/** One connection as delivery sees it. */
import type { ErrorCode } from '../../shared/codes.ts';
import type { Batch } from './batch.ts';
import type { Membership } from './membership.ts';

export interface Subscriber {
  readonly memberships: Map<string, Membership>;
  readonly closed: boolean;
  /** Frames that came, and a goodbye: whoever sends something later than it was handed something is awake. */
  readonly heard: number;
  /** Bytes that wait to be read by the peer. */
  buffered(): number;
  /** Queues for the end of this turn: what is one's own, or one batch shared by many. */
  post(item: Uint8Array | Batch): void;
  /** Queues the ack of an envelope that is placed: it leaves in front of what is posted. */
  acknowledge(placed: Uint8Array): void;
  /** Counts an error that is being posted. */
  refused(code: ErrorCode): void;
  /** Hands over what was posted, in one write where the transport can. */
  flush(): void;
  close(code: number, reason: string): void;
}
