/**
 * A way to a relay. Guarantees: frames arrive in the order they were sent, each whole or not at all;
 * after `closed` nothing more arrives; `closed` comes exactly once for every connection, also one that
 * never opened.
 */
export interface TransportEvents {
  opened(): void;
  frame(bytes: Uint8Array): void;
  closed(reason: { readonly code: number }): void;
}

export interface TransportConnection {
  /** Hands over one frame. Dropped in silence once the connection is closed: resending is the outbox's work. */
  send(frame: Uint8Array): void;
  close(): void;
}

export interface Transport {
  /** `relay`: an origin such as https://chat.example. Never throws: failure is `closed`. */
  connect(relay: string, events: TransportEvents): TransportConnection;
}
