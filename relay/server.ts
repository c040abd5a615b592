/** The relay as a server: HTTP for the app and for health, WebSocket for everything else. */
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { AddressInfo } from 'node:net';
import fastifyStatic from '@fastify/static';
import Fastify, { LogController, type FastifyInstance } from 'fastify';
import { clientAddress, Proxies } from './admission/address.ts';
import type { CreationPolicy } from './admission/creation.ts';
import { guardSockets, unnamedProxyNotice } from './admission/sockets.ts';
import { createRelayCore, type RelayCore } from './core.ts';
import { BLOB_FOLDER, DirectoryBlobStore } from './blobs/directory.ts';
import { MemoryBlobStore } from './blobs/memory.ts';
import type { BlobStore } from './blobs/store.ts';
import { blobRoutes } from './http/blobs.ts';
import { cacheControl, securityHeaders } from './http/headers.ts';
import { Status } from './http/health.ts';
import { logger, type LogLevel } from './http/logging.ts';
import type { RelayLimits } from './limits.ts';
import { openOperatorPort } from './metrics/operator-port.ts';
import { pushKeys } from './push/keys.ts';
import type { PushOptions } from './push/push.ts';
import { verifyOnThreadPool } from './socket/proof.ts';
import { Sockets, type Entrance } from './socket/sockets.ts';
import type { Store } from './store/store.ts';
import { threadedStore } from './store/threaded.ts';
import { ticketSecret } from './store/ticket-secret.ts';

/** Milliseconds between two looks at requests that take too long. */
const TIMEOUT_CHECK = 1000;
/** Milliseconds that a connection without a request is kept. */
const KEEP_ALIVE = 5000;
/** Bytes. */
const HEADERS = 8 * 1024;
/** Sockets beyond those of connections: what loads the app, and asks for health. */
const MORE_SOCKETS = 1000;
/** Milliseconds that a peer has to answer the goodbye before it is cut off. */
const FAREWELL = 2000;

export interface RelayOptions {
  /** 127.0.0.1 by default. */
  readonly host?: string;
  /** 8080 by default; 0 for any free one. */
  readonly port?: number;
  /** The folder of the database, made where it is missing; ./data by default. Not used where `store` is given. */
  readonly data?: string;
  readonly store?: Store;
  /** Where attachments lie: by default beside the database, or in memory where `store` is given. */
  readonly blobs?: BlobStore;
  /** By which browsers reach it; the loopback names of the port by default. */
  readonly origins?: readonly string[];
  readonly logLevel?: LogLevel;
  /** Takes log lines (JSON) instead of stderr. */
  readonly logTo?: { write(line: string): void };
  readonly limits?: Partial<RelayLimits>;
  /** The time of day in Unix milliseconds, for those who bring their own: they call `core.trim` by it. */
  readonly now?: () => number;
  /** Who may make rooms; everybody by default. */
  readonly creation?: CreationPolicy;
  /** Proxies that may say for whom they speak: as {@link Proxies} takes them. None by default. */
  readonly trustProxy?: readonly string[];
  /** Of pages that may use this relay though they come from elsewhere. */
  readonly appOrigins?: readonly string[];
  /** Of other relays that the app served here may talk to. */
  readonly connect?: readonly string[];
  /** Web Push; by default it is done where `data` is, by keys that lie there, and not where `store` is given. */
  readonly push?: PushOptions | 'off';
  /** The folder of the built app. Where it is absent, only the relay is served. */
  readonly app?: string;
  /** Of /metrics, on loopback alone; 0 for any free one. Not opened where it is absent. */
  readonly metricsPort?: number;
  /** Told by /metrics. */
  readonly version?: string;
}

export interface Relay {
  readonly core: RelayCore;
  /** Known once it listens. */
  readonly origins: readonly string[];
  readonly port: number;
  readonly metricsPort: number | undefined;
  /** Resolves where it can store nothing any more, for good: it should be ended and started anew. */
  readonly failed: Promise<Error>;
  /** Takes nothing further, answers and stores what it took, says goodbye, and ends. May be called again. */
  close(): Promise<void>;
}

/**
 * Opens the store and starts a relay; resolves when it listens.
 * @throws StoreError where the store cannot keep the relay's promise; the system's error where it cannot listen
 */
export async function buildRelay(options: RelayOptions = {}): Promise<Relay> {
  const log = logger(options.logLevel ?? 'info', options.logTo);
  const status = new Status();
  const operator = options.metricsPort === undefined ? undefined : await openOperatorPort(options.metricsPort, status);
  const store = options.store ?? await threadedStore(options.data ?? 'data').catch(async (error: unknown) => {
    await operator?.close();
    throw error;
  });
  // Behind the store's lock: nobody else is in that folder.
  const blobs = options.blobs ?? await (options.store === undefined ? DirectoryBlobStore.open(join(options.data ?? 'data', BLOB_FOLDER)) : Promise.resolve(new MemoryBlobStore())).catch(async (error: unknown) => {
    await operator?.close();
    await store.close();
    throw error;
  });
  const origins: string[] = [...(options.origins ?? [])];
  const appOrigins = options.appOrigins ?? [];
  const push = pushOf(options);
  const core = createRelayCore({ store, blobs, origins, log, verify: verifyOnThreadPool, ...(options.store === undefined ? { ticketSecret: ticketSecret(options.data ?? 'data') } : {}), ...(push === undefined ? {} : { push }), ...(options.creation === undefined ? {} : { creation: options.creation }), ...(options.now === undefined ? {} : { now: options.now }), ...(options.limits === undefined ? {} : { limits: options.limits }) });
  const app = Fastify({ loggerInstance: log, childLoggerFactory: (parent) => parent, genReqId: () => '', logController: new LogController({ disableRequestLogging: true }), forceCloseConnections: true, requestTimeout: core.limits.requestTime, keepAliveTimeout: KEEP_ALIVE,
    http: { headersTimeout: Math.min(core.limits.headersTime, core.limits.requestTime), connectionsCheckingInterval: TIMEOUT_CHECK, maxHeaderSize: HEADERS },
  });
  app.server.maxConnections = core.limits.connections + MORE_SOCKETS;
  const proxies = new Proxies(options.trustProxy ?? []);
  guardSockets(app.server, core.limits, proxies);
  const notice = unnamedProxyNotice(log, proxies);
  const entrance: Entrance = {
    isOurs: (origin) => origins.includes(origin) || appOrigins.includes(origin),
    addressOf({ socket, headers: { 'x-forwarded-for': header } }) {
      const forwarded = Array.isArray(header) ? header.join(',') : header;
      notice(socket.remoteAddress, forwarded);
      return clientAddress(socket.remoteAddress, forwarded, proxies) ?? '';
    },
  };
  const sockets = new Sockets(core, entrance);
  operator?.observe({ core, store, status, version: options.version ?? 'unknown' });
  status.facts = () => core.health;
  try {
    await sockets.open(app);
    app.addHook('onRequest', (request, reply, done) => {
      if (!request.ws) reply.headers(securityHeaders(origins, options.connect));
      done();
    });
    for (const [path, answer] of [['/healthz', () => status.health()], ['/readyz', () => status.readiness()]] as const) {
      app.get(path, async (_request, reply) => {
        const { status, body } = answer();
        reply.code(status).header('cache-control', 'no-store');
        return body;
      });
    }
    await blobRoutes(app, { blobs: core.blobs, counters: core.counters, stalled: core.limits.stalled, isOurs: entrance.isOurs, useOf: (request) => core.useOf(entrance.addressOf(request)) });
    if (options.app !== undefined && existsSync(options.app)) await appRoutes(app, options.app);
    await core.wake();
    if (options.now === undefined) await core.keepHouse();
    await app.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 8080, listenTextResolver: () => 'listening' });
  } catch (error) {
    await app.close();
    await core.close();
    await operator?.close();
    await blobs.close();
    await store.close();
    throw error;
  }
  const { port } = app.server.address() as AddressInfo;
  if (origins.length === 0) origins.push(`http://localhost:${port}`, `http://127.0.0.1:${port}`, `http://[::1]:${port}`);
  status.phase = 'serving';
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    status.phase = 'draining';
    app.server.close();
    await core.close();
    const cut = setTimeout(() => sockets.cut(), FAREWELL);
    await app.close();
    clearTimeout(cut);
    sockets.stop();
    await operator?.close();
    await blobs.close();
    await store.close();
  };
  return { core, origins, port, metricsPort: operator?.port, failed: store.gone ?? new Promise(() => undefined), close: () => (closing ??= close()) };
}

function pushOf({ push, store, data = 'data' }: RelayOptions): PushOptions | undefined {
  if (push === 'off') return undefined;
  if (store !== undefined) return push;
  return { keys: pushKeys(data), ...push };
}

async function appRoutes(app: FastifyInstance, folder: string): Promise<void> {
  await app.register(fastifyStatic, {
    root: folder, preCompressed: true, cacheControl: false, wildcard: true,
    setHeaders: (response, path) => {
      response.setHeader('cache-control', cacheControl(relative(folder, path)));
      response.setHeader('vary', 'accept-encoding');
    },
  });
  // The app finds its own way: every path that is no file is its first page.
  app.setNotFoundHandler((request, reply) => {
    const page = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (!page) return reply.code(404).send({ error: 'There is nothing here.' });
    return reply.header('cache-control', 'no-cache').sendFile('index.html');
  });
}
