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
export const MAX_WEBSOCKET_PAYLOAD = LIMITS.frame + 1024;

/** What `ws` keeps to itself. */
interface WithSocket {
  readonly _socket: Socket | null;
}

class WebSocketPeer implements Peer {
  readonly #ws: WebSocket;
  /** Within `together`. */
  #gathered: (Uint8Array | Batch)[] | undefined;

  constructor(ws: WebSocket) {
    this.#ws = ws;
  }

  get socket(): Socket | null {
    return (this.#ws as unknown as WithSocket)._socket;
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
  }
}

/** Runs a connection until either end ends it. */
export function serve(ws: WebSocket, core: RelayCore): void {
  ws.binaryType = 'nodebuffer';
  const peer = new WebSocketPeer(ws);
  const link = core.connect(peer);
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
  ws.on('pong', heard);
  ws.on('ping', heard);
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
