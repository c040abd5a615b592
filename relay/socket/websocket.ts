/**
 * Connections over WebSocket: the only module that knows `ws`, and how its frames look on the wire.
 *
 * `ws` writes header and payload of each frame to each socket by itself. Here all that one turn has for a socket leaves
 * in one write, and what it shares with others is the very same buffer. That goes past `ws` to its TCP socket, which is
 * safe because without compression `ws` never holds a frame back: whatever it was given before is in the socket already,
 * and only whole frames are written here.
 */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { CLOSE_CODES } from '../../shared/codes.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { RelayCore } from '../core.ts';
import { Batch, toWire } from '../delivery/batch.ts';
import type { Peer } from './peer.ts';

/** Frames a little over the limit are read whole, so that they can be answered `too-large`; beyond that `ws` closes with 1009. */
const OVER = 1024;
export const MAX_WEBSOCKET_PAYLOAD = LIMITS.frame + OVER;

/** In how many pieces a frame may come: honest clients send one, and each costs memory. */
export const MAX_FRAGMENTS = 256;
/** How many reads of the socket a frame may take: the largest comes in some 1,500 packets. */
export const MAX_CHUNKS = 8192;
/** Milliseconds that one who floods has to read why it is cut off. */
const LAST_WORDS = 1000;

/** What `ws` keeps to itself. */
interface Insides {
  readonly _socket: Socket | null;
  readonly _receiver: {
    /** Bytes of one frame. */
    _maxPayload: number;
    /** Bytes of the frame, or of a piece of one, that are here. */
    readonly _bufferedBytes: number;
    /** Bytes of the pieces before it. */
    readonly _totalPayloadLength: number;
  } | null;
}

class WebSocketPeer implements Peer {
  readonly #ws: WebSocket;
  /** Within `together`. */
  #gathered: (Uint8Array | Batch)[] | undefined;

  constructor(ws: WebSocket) {
    this.#ws = ws;
  }

  get #insides(): Insides {
    return this.#ws as unknown as Insides;
  }

  get socket(): Socket | null {
    return this.#insides._socket;
  }

  allow(frame: number): void {
    const { _receiver } = this.#insides;
    if (_receiver !== null) _receiver._maxPayload = frame + OVER;
  }

  get holding(): number {
    const { _receiver } = this.#insides;
    return this.#ws.bufferedAmount + (_receiver === null ? 0 : _receiver._bufferedBytes + _receiver._totalPayloadLength);
  }

  send(frame: Uint8Array): void {
    if (this.#gathered === undefined) this.#write([frame]);
    else this.#gathered.push(frame);
  }

  sendBatch(batch: Batch): void {
    if (this.#gathered === undefined) this.#write([batch]);
    else this.#gathered.push(batch);
  }

  together(work: () => void): void {
    this.#gathered = [];
    work();
    this.#write(this.#gathered);
    this.#gathered = undefined;
  }

  /** Neighbours of one's own become one buffer; corked, all of it is one system call. */
  #write(items: readonly (Uint8Array | Batch)[]): void {
    const { socket } = this;
    if (this.#ws.readyState !== WebSocket.OPEN || socket === null) return;
    const [only] = items;
    if (items.length === 1 && only instanceof Batch) {
      socket.write(only.wire);
      return;
    }
    socket.cork();
    let own: Uint8Array[] = [];
    for (const item of items) {
      if (!(item instanceof Batch)) {
        own.push(item);
        continue;
      }
      if (own.length > 0) socket.write(toWire(own));
      own = [];
      socket.write(item.wire);
    }
    if (own.length > 0) socket.write(toWire(own));
    socket.uncork();
  }

  get buffered(): number {
    return this.#ws.bufferedAmount;
  }

  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
    if (code !== CLOSE_CODES.flood && code !== CLOSE_CODES.full) return;
    // What it goes on sending is not read any more; nor is it waited for.
    this.#ws.pause();
    setTimeout(() => this.#ws.terminate(), LAST_WORDS).unref();
  }
}

/** Runs a connection until either end ends it. `address`: by which it is counted, as for `core.connect`. */
export function serve(ws: WebSocket, core: RelayCore, address: string): void {
  ws.binaryType = 'nodebuffer';
  const peer = new WebSocketPeer(ws);
  peer.allow(core.limits.frameBeforeOpen);
  const link = core.connect(peer, address);
  let silent = 0;
  let written = 0;
  const beat = setInterval(() => {
    const { socket } = peer;
    // A peer that still reads a long answer is alive, though its pong waits behind it.
    const reads = socket !== null && socket.bytesWritten - socket.writableLength > written;
    written = socket === null ? 0 : socket.bytesWritten - socket.writableLength;
    silent = reads && socket.writableLength > 0 ? 0 : silent + 1;
    if (silent > 2) ws.terminate();
    else ws.ping();
  }, core.limits.heartbeat * 1000);
  beat.unref();
  const heard = (): void => {
    silent = 0;
  };
  peer.socket?.on('drain', () => link.drained());
  const pinged = (): void => {
    heard();
    link.pinged();
  };
  ws.on('pong', pinged);
  ws.on('ping', pinged);
  ws.on('message', (data: Buffer, isBinary: boolean) => {
    heard();
    if (isBinary) link.receive(data);
    else ws.close(CLOSE_CODES.badFrame, 'binary frames only');
  });
  // An error ends the connection; 'close' follows, and there is nobody to tell.
  ws.on('error', () => ws.terminate());
  ws.on('close', () => {
    clearInterval(beat);
    link.end();
  });
}
