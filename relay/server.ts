/** The relay as a server: HTTP for the app and for health, WebSocket for everything else. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import fastifyWebsocket from '@fastify/websocket';
import Fastify, { LogController, type FastifyInstance } from 'fastify';
import { CLOSE_CODES } from '../shared/codes.ts';
import { encodeControl } from '../shared/control.ts';
import { SOCKET_PATH, SUBPROTOCOL } from '../shared/limits.ts';
import { createRelayCore, type RelayCore } from './core.ts';
import { cacheControl, securityHeaders } from './http/headers.ts';
import { logger, type LogLevel } from './http/logging.ts';
import type { RelayLimits } from './socket/limits.ts';
import { MAX_WEBSOCKET_PAYLOAD, serve } from './socket/websocket.ts';
import { SqliteStore } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

export interface RelayOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Where the database lies; created where it is missing. Ignored where `store` is given. */
  readonly data?: string;
  readonly store?: Store;
  /** Empty for the loopback names of the port. */
  readonly origins?: readonly string[];
  readonly logLevel?: LogLevel;
  /** Takes log lines (JSON) instead of stdout. */
  readonly logTo?: { write(line: string): void };
  readonly limits?: Partial<RelayLimits>;
  /** The built app; left out, only the relay is served. */
  readonly app?: string;
}

export interface Relay {
  readonly core: RelayCore;
  readonly origins: readonly string[];
  readonly port: number;
  /** Says goodbye, stores what is under way, and ends. Nothing acked is lost. */
  close(): Promise<void>;
}

/** How long a client is asked to wait before it returns after a restart. */
const RETURN_AFTER_MS = 500;

/** Builds and starts a relay; resolves when it listens. */
export async function buildRelay(options: RelayOptions): Promise<Relay> {
  const store = options.store ?? SqliteStore.open(join(options.data ?? '.', 'relay.sqlite'));
  const origins: string[] = [...(options.origins ?? [])];
  const core = createRelayCore({ store, origins, ...(options.limits === undefined ? {} : { limits: options.limits }) });
  const app = Fastify({ loggerInstance: logger(options.logLevel ?? 'info', options.logTo), logController: new LogController({ disableRequestLogging: true }), forceCloseConnections: true });
  await app.register(fastifyWebsocket, {
    options: { maxPayload: MAX_WEBSOCKET_PAYLOAD, perMessageDeflate: false, handleProtocols: (offered: Set<string>) => (offered.has(SUBPROTOCOL) ? SUBPROTOCOL : false) },
  });
  app.addHook('onRequest', async (_request, reply) => { reply.headers(securityHeaders(origins)); });
  socketRoute(app, core, origins);
  app.get('/healthz', async () => ({ status: 'ok' }));
  if (options.app !== undefined && existsSync(options.app)) await appRoutes(app, options.app);
  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as { port: number };
  if (origins.length === 0) origins.push(`http://localhost:${port}`, `http://127.0.0.1:${port}`, `http://[::1]:${port}`);
  return {
    core, origins, port,
    async close() {
      for (const client of app.websocketServer.clients) {
        client.send(encodeControl({ t: 'closing', retryAfter: RETURN_AFTER_MS }));
        client.close(CLOSE_CODES.draining, 'restarting');
      }
      await core.rooms.idle();
      await app.close();
      await store.close();
    },
  };
}

function socketRoute(app: FastifyInstance, core: RelayCore, origins: readonly string[]): void {
  app.get(SOCKET_PATH, { websocket: true }, (ws, request) => {
    const { origin } = request.headers;
    // A page of another origin must not act with this one's rooms. Other programs send no Origin, or any: it is no proof.
    if (origin !== undefined && !origins.includes(origin)) return ws.close(CLOSE_CODES.origin, 'this page may not use this relay');
    if (ws.protocol !== SUBPROTOCOL) return ws.close(CLOSE_CODES.badFrame, `subprotocol ${SUBPROTOCOL} is needed`);
    if (app.websocketServer.clients.size > core.limits.connections) {
      ws.send(encodeControl({ t: 'error', code: 'too-many-connections', ref: null, room: null, id: null, retryAfter: 5000 }));
      return ws.close(CLOSE_CODES.flood, 'too many connections');
    }
    serve(ws, core);
  });
}

async function appRoutes(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder, preCompressed: true, cacheControl: false, wildcard: true,
    setHeaders: (reply, path) => { reply.header('cache-control', cacheControl(path)); },
  });
  // The app finds its own way: every path that is no file is its first page.
  app.setNotFoundHandler((request, reply) => {
    const page = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (!page) return reply.code(404).send({ error: 'There is nothing here.' });
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
}
