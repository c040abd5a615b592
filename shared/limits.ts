/** What the protocol itself allows. A relay may be stricter, and says so in `hello`. All sizes in bytes. */
export const LIMITS = {
  /** The opaque payload of one message or signal. */
  payload: 64 * 1024,
  /** The payload of a knock. */
  knock: 16 * 1024,
  /** A frame that carries a commit or a GroupInfo (about 150 KB each at 100 members with X-Wing). */
  frame: 2 * 1024 * 1024,
  /** Standing invites of a room. */
  invites: 64,
  /** Keys that one commit may register: of standing invites, of refused knocks, and by which its members come back. */
  registrations: 1200,
  /** Envelopes in the answer to one pull. */
  pull: 1000,
  /** Candidates that one epoch may gather in all before a commit is refused for good. */
  candidates: 256,
  /** Characters of a token by which a room may be made. */
  token: 256,
  /** Characters of the address at a push service. */
  endpoint: 1000,
  /** Seconds of silence after which either end takes a connection for dead. */
  silence: 60,
} as const;

/** The WebSocket subprotocol: one version, negotiated before any frame. */
export const SUBPROTOCOL = 'sotto.v1';
/** Where the relay takes WebSocket connections. */
export const SOCKET_PATH = '/v1/socket';
