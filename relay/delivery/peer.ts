/** The far end of a connection, as delivery sees it: a WebSocket, or a simulation's stand-in. */
export interface Peer {
  /** Hands over one frame. */
  send(frame: Uint8Array): void;
  /** Hands over many frames at once, which other peers get too. */
  sendBatch(batch: Batch): void;
  /** Whatever is sent within `work` may leave as one write. */
  together(work: () => void): void;
  /** Bytes that were handed over and have not left. */
  readonly buffered: number;
  close(code: number, reason: string): void;
}

/** Frames that go to many peers alike. An adapter may keep their wire form here, so that it is built once for all. */
export class Batch {
  readonly frames: readonly Uint8Array[];
  wire: Uint8Array | undefined;

  constructor(frames: readonly Uint8Array[]) {
    this.frames = frames;
  }
}
