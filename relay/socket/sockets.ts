/**
 * The relay's WebSocket end of an HTTP server: who may come in, and all who are there. Fastify and ws answer the opening
 * handshake; from then on the connection's bytes are {@link WebSocketPeer}'s.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import fastifyWebsocket, { type WebsocketPluginOptions } from '@fastify/websocket';
import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { WebSocket } from 'ws';
import { CLOSE_CODES } from '../../shared/codes.ts';
import { SOCKET_PATH, SUBPROTOCOL } from '../../shared/limits.ts';
import type { RelayCore } from '../core.ts';
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

/**
 * What ws makes of a handshake that it has answered (its server's option `WebSocket`): here it keeps what it was given, and
 * none of ws's own reading and writing begins.
 */
class Opened extends WebSocket {
  given: { readonly socket: Served; readonly head: Buffer } | undefined;

  setSocket(socket: Served, head: Buffer): void {
    this.given = { socket, head };
  }
}

export class Sockets {
  readonly #core: RelayCore;
  readonly #entrance: Entrance;
  readonly #heartbeat: Heartbeat;
  readonly #peers = new Set<WebSocketPeer>();

  constructor(core: RelayCore, entrance: Entrance) {
    this.#core = core;
    this.#entrance = entrance;
    this.#heartbeat = new Heartbeat(core.limits.heartbeat * 1000);
  }

  /** Registers the route. */
  async open(app: FastifyInstance): Promise<void> {
    await app.register(fastifyWebsocket, {
      // The types want what hangs on ws's module besides the class.
      options: { WebSocket: Opened as unknown as NonNullable<WebsocketPluginOptions['options']>['WebSocket'] & object, clientTracking: false, perMessageDeflate: false, handleProtocols: (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false) },
    });
    // The answer to the handshake waits for the first frame, and leaves with it.
    const onRequest: onRequestHookHandler = ({ ws, raw }, _reply, done) => {
      if (ws) raw.socket.cork();
      done();
    };
    app.get(SOCKET_PATH, { websocket: true, onRequest }, (opened: WebSocket, { raw }) => {
      if (opened instanceof Opened && opened.given !== undefined) this.#enter(raw, opened.protocol, opened.given.socket, opened.given.head);
    });
  }

  /** Ends those who are still there, without a word. */
  cut(): void {
    for (const peer of this.#peers) peer.cut();
  }

  stop(): void {
    this.#heartbeat.stop();
  }

  #enter(request: IncomingMessage, protocol: string, socket: Served, head: Buffer): void {
    // What HTTP still held of it, the answer's object and through that the request, would be most of an idle connection.
    socket.removeAllListeners();
    const peer = new WebSocketPeer(socket, this.#peers);
    socket[PEER] = peer;
    socket.setTimeout(0);
    socket.on('error', onError);
    socket.on('data', onData);
    socket.on('drain', onDrain);
    socket.on('end', onEnd);
    socket.on('close', onClose);
    const { origin } = request.headers;
    // A page of another origin must not act with this one's rooms. Other programs send no Origin, or any: it is no proof.
    if (origin !== undefined && !this.#entrance.isOurs(origin)) return peer.close(CLOSE_CODES.origin, 'this page may not use this relay');
    if (protocol !== SUBPROTOCOL) return peer.close(CLOSE_CODES.badFrame, `subprotocol ${SUBPROTOCOL} is needed`);
    peer.begin(this.#core, this.#heartbeat, this.#entrance.addressOf(request), head);
  }
}
