/** The relay's WebSocket end of an HTTP server: who may come in, and all who are there. */
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { CLOSE_CODES } from '../../shared/codes.ts';
import { SUBPROTOCOL } from '../../shared/limits.ts';
import type { RelayCore } from '../core.ts';
import { handshake } from './handshake.ts';
import { Heartbeat } from './heartbeat.ts';
import { WebSocketPeer } from './websocket.ts';

export interface Entrance {
  /** Whether pages of that origin may use the relay. */
  readonly isOurs: (origin: string) => boolean;
  /** By which a connection is counted; empty where it cannot be told. */
  readonly addressOf: (request: IncomingMessage) => string;
}

/** One set of listeners for all sockets: a closure each would be most of what an idle one costs. */
const PEER = Symbol('peer');
interface Served extends Socket {
  [PEER]?: WebSocketPeer;
}
function onData(this: Served, chunk: Buffer): void { this[PEER]?.heard(chunk); }
function onDrain(this: Served): void { this[PEER]?.drained(); }
function onClose(this: Served): void { this[PEER]?.ended(); }
function onEnd(this: Served): void { this.end(); }
/** 'close' follows, and there is nobody to tell. */
function onError(this: Served): void { this.destroy(); }

export class Sockets {
  readonly #core: RelayCore;
  readonly #entrance: Entrance;
  readonly #heartbeat: Heartbeat;
  readonly #peers = new Set<WebSocketPeer>();

  constructor(server: Server, core: RelayCore, entrance: Entrance) {
    this.#core = core;
    this.#entrance = entrance;
    this.#heartbeat = new Heartbeat(core.limits.heartbeat * 1000);
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => this.#enter(request, socket, head));
  }

  /** Ends those who are still there, without a word. */
  cut(): void {
    for (const peer of this.#peers) peer.cut();
  }

  stop(): void {
    this.#heartbeat.stop();
  }

  #enter(request: IncomingMessage, socket: Served, head: Buffer): void {
    socket.on('error', onError);
    const asked = handshake(request);
    if (asked.type === 'refused') {
      socket.end(asked.answer);
      socket.destroySoon();
      return;
    }
    const peer = new WebSocketPeer(socket, asked.answer, this.#peers);
    socket[PEER] = peer;
    socket.setTimeout(0);
    socket.on('data', onData);
    socket.on('drain', onDrain);
    socket.on('end', onEnd);
    socket.on('close', onClose);
    const { origin } = request.headers;
    // A page of another origin must not act with this one's rooms. Other programs send no Origin, or any: it is no proof.
    if (origin !== undefined && !this.#entrance.isOurs(origin)) return peer.close(CLOSE_CODES.origin, 'this page may not use this relay');
    if (!asked.ours) return peer.close(CLOSE_CODES.badFrame, `subprotocol ${SUBPROTOCOL} is needed`);
    peer.begin(this.#core, this.#heartbeat, this.#entrance.addressOf(request), head);
  }
}
