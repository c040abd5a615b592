/** Sessions over WebSocket: the only module that knows `ws`, and how its frames look on the wire. */
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { CLOSE_CODES } from '../../shared/codes.ts';
import { LIMITS } from '../../shared/limits.ts';
import type { RelayCore } from '../core.ts';
import type { Batch, Peer } from '../delivery/peer.ts';

/** What `ws` keeps to itself: one write of a buffer that many sockets share needs the TCP socket. */
interface WithSocket {
  readonly _socket: Socket | null;
}

class WebSocketPeer implements Peer {
  readonly #ws: WebSocket;

  constructor(ws: WebSocket) {
    this.#ws = ws;
  }

  send(frame: Uint8Array): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.send(frame, { binary: true });
  }

  /**
   * The batch as server frames (RFC 6455 §5.2: unmasked, unfragmented, uncompressed) is built once and written to
   * each socket as it is. `ws` itself writes header and payload of each frame to each socket. Safe beside its own
   * writes because without compression `ws` never queues: what it sent before is in the socket already.
   */
  sendBatch(batch: Batch): void {
    const socket = (this.#ws as unknown as WithSocket)._socket;
    if (this.#ws.readyState !== WebSocket.OPEN || socket === null) return;
    batch.wire ??= serverFrames(batch.frames);
    socket.write(batch.wire);
  }

  together(work: () => void): void {
    const socket = (this.#ws as unknown as WithSocket)._socket;
    socket?.cork();
    work();
    socket?.uncork();
  }

  get buffered(): number {
    return this.#ws.bufferedAmount;
  }

  close(code: number, reason: string): void {
    this.#ws.close(code, reason);
  }
}

const FINAL_BINARY = 0x82;

/** Many binary messages, one behind the other. */
function serverFrames(frames: readonly Uint8Array[]): Buffer {
  const headerOf = (length: number): number => (length < 126 ? 2 : length < 65_536 ? 4 : 10);
  const wire = Buffer.allocUnsafe(frames.reduce((sum, { length }) => sum + headerOf(length) + length, 0));
  let at = 0;
  for (const frame of frames) {
    wire[at] = FINAL_BINARY;
    if (frame.length < 126) {
      wire[at + 1] = frame.length;
    } else if (frame.length < 65_536) {
      wire[at + 1] = 126;
      wire.writeUInt16BE(frame.length, at + 2);
    } else {
      wire[at + 1] = 127;
      wire.writeUInt32BE(0, at + 2);
      wire.writeUInt32BE(frame.length, at + 6);
    }
    at += headerOf(frame.length);
    wire.set(frame, at);
    at += frame.length;
  }
  return wire;
}

/** Runs a session on a connection until either ends. */
export function serve(ws: WebSocket, core: RelayCore): void {
  const { heartbeat, idle } = core.limits;
  ws.binaryType = 'nodebuffer';
  // Errors of a connection end it; 'close' follows each, and there is nobody to tell.
  ws.on('error', () => { ws.terminate(); });
  const session = core.connect(new WebSocketPeer(ws));
  let heard = true;
  const beat = setInterval(() => {
    if (!heard) return ws.terminate();
    heard = false;
    ws.ping();
  }, heartbeat * 1000);
  const opened = setTimeout(() => { if (session.subscriptions.size === 0) ws.close(CLOSE_CODES.idle, 'no room was opened'); }, idle);
  ws.on('pong', () => { heard = true; });
  ws.on('message', (data: Buffer, isBinary: boolean) => {
    heard = true;
    if (!isBinary) return ws.close(CLOSE_CODES.badFrame, 'binary frames only');
    // A copy of its own: ws hands out slices of a pool, and the frame is kept until it is stored.
    session.receive(new Uint8Array(data));
  });
  ws.on('close', () => {
    clearInterval(beat);
    clearTimeout(opened);
    session.end();
  });
}

export const MAX_WEBSOCKET_PAYLOAD = LIMITS.frame;
