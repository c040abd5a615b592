/** The far end of a connection: a WebSocket, or a simulation's stand-in. */
import type { Batch } from '../delivery/batch.ts';

export interface Peer {
  /** Hands over one frame. */
  send(frame: Uint8Array): void;
  /** Hands over many frames at once, which other peers get too. They must not be changed. */
  sendBatch(batch: Batch): void;
  /** Whatever is sent within `work` may leave as one write. */
  together(work: () => void): void;
  /** Bytes that were handed over and have not left. */
  readonly buffered: number;
  /** Asks for no further frames until `resume`: more waits than may. */
  pause?(): void;
  resume?(): void;
  /** From now on, frames of so many bytes are read. */
  allow?(frame: number): void;
  /** Bytes of memory that it holds: what has not left, and what has begun to come. */
  readonly holding?: number;
  close(code: number, reason: string): void;
  /** Without a word, and at once: what was not read is let go of. */
  cut?(): void;
}
