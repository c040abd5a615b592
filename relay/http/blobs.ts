/** Blobs over HTTP, as `shared/blobs.ts` has it. What is refused says so by a code of `shared/codes.ts`, and by nothing else. */
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BLOB_PATH, blobIdIn, UPLOAD_LENGTH, UPLOAD_OFFSET } from '../../shared/blobs.ts';
import type { ErrorCode } from '../../shared/codes.ts';
import type { AddressUse } from '../admission/addresses.ts';
import { BlobRefusal, type Blobs } from '../blobs/blobs.ts';
import { BlobError, type BlobAddress } from '../blobs/store.ts';
import type { Counters } from '../counters.ts';

export interface BlobRoutes {
  readonly blobs: Blobs;
  readonly counters: Counters;
  /** Milliseconds in which nothing of a transfer moves before its connection is cut. */
  readonly stalled: number;
  /** Pages of which origins may ask; others are not told anything by their browser. */
  readonly isOurs: (origin: string) => boolean;
  /** The account of whoever asks; undefined where none is kept. */
  readonly useOf: (request: IncomingMessage) => AddressUse | undefined;
}

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = { 'no-access': 403, 'bad-frame': 400, 'too-large': 413, 'rate-limited': 429, 'relay-full': 507, unavailable: 503 };
const METHODS = 'GET, HEAD, PATCH, DELETE';
const ASKED = `authorization, content-type, range, ${UPLOAD_OFFSET}, ${UPLOAD_LENGTH}`;
const TOLD = `content-length, content-range, retry-after, ${UPLOAD_OFFSET}, ${UPLOAD_LENGTH}`;
/** Milliseconds: a disk takes time to come back. */
const DISK_RETRY = 10_000;

/** Registers the routes in a context of its own: bodies are streams there. */
export async function blobRoutes(app: FastifyInstance, routes: BlobRoutes): Promise<void> {
  await app.register(async (scope) => {
    const { blobs, counters } = routes;
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => { done(null, payload); });
    scope.addHook('onRequest', async ({ headers: { origin } }, reply) => {
      reply.header('cache-control', 'no-store').header('vary', 'origin');
      if (origin === undefined) return;
      if (!routes.isOurs(origin)) return refuse(reply, 'no-access', 0, counters);
      reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': TOLD, 'cross-origin-resource-policy': 'cross-origin' });
    });
    scope.setErrorHandler(async (error, request, reply) => {
      // The rest of a piece that is refused half way is passed over, so that its sender hears the answer and can ask on by the same connection.
      request.raw.resume();
      if (error instanceof BlobRefusal) return refuse(reply, error.code, error.retryAfter, counters);
      // What Fastify itself takes for no request that can be served.
      if (error instanceof Error && 'statusCode' in error && Number(error.statusCode) < 500) return refuse(reply, 'bad-frame', 0, counters);
      if (!(error instanceof BlobError)) {
        // The body broke off, or something unforeseen: nothing of it is said.
        if (!request.raw.destroyed) request.log.error({ err: error }, 'a blob request failed');
        return refuse(reply, 'unavailable', DISK_RETRY, counters);
      }
      switch (error.code) {
        case 'wrong-offset':
        case 'wrong-size':
          return conflict(routes, request, reply);
        case 'too-long':
          return refuse(reply, 'bad-frame', 0, counters);
        case 'gone':
          return conflict(routes, request, reply);
        case 'disk-full':
          return refuse(reply, 'relay-full', DISK_RETRY, counters);
        case 'io-error':
          return refuse(reply, 'unavailable', DISK_RETRY, counters);
      }
    });
    const path = `${BLOB_PATH}:id`;
    scope.options(path, async (_request, reply) => reply.code(204).headers({ 'access-control-allow-methods': METHODS, 'access-control-allow-headers': ASKED, 'access-control-max-age': 86_400 }).send());
    scope.head(path, async (request, reply) => {
      const facts = await blobs.store.stat(addressOf(request, blobs));
      if (facts === undefined) return reply.code(404).send();
      return reply.headers({ [UPLOAD_OFFSET]: facts.offset, [UPLOAD_LENGTH]: facts.size }).send();
    });
    scope.get(path, { exposeHeadRoute: false }, (request, reply) => get(routes, request, reply));
    scope.patch(path, { bodyLimit: Number.MAX_SAFE_INTEGER }, (request, reply) => patch(routes, request, reply));
    scope.delete(path, async (request, reply) => {
      await blobs.store.delete(addressOf(request, blobs));
      return reply.code(204).send();
    });
  });
}

/** `retryAfter`: milliseconds; whole seconds in the header (RFC 9110 §10.2.3), where HEAD finds it. */
function refuse(reply: FastifyReply, code: ErrorCode, retryAfter: number, counters: Counters): FastifyReply {
  counters.refused[code]++;
  if (retryAfter > 0) reply.header('retry-after', Math.ceil(retryAfter / 1000));
  return reply.code(STATUS[code] ?? 500).header('content-type', 'application/json').send(JSON.stringify({ code, retryAfter }));
}

/** How the blob is instead: where to go on, or that it has another length. */
async function conflict({ blobs }: BlobRoutes, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const facts = await blobs.store.stat(addressOf(request, blobs));
  if (facts !== undefined) reply.header(UPLOAD_LENGTH, facts.size);
  return reply.code(409).header(UPLOAD_OFFSET, facts?.offset ?? 0).send();
}

function addressOf({ params, headers: { authorization } }: FastifyRequest, { grants }: Blobs): BlobAddress {
  const id = blobIdIn((params as { readonly id: string }).id);
  const room = authorization?.startsWith('Bearer ') === true ? grants.roomOf(authorization.slice(7)) : undefined;
  if (room === undefined) throw new BlobRefusal('no-access');
  if (id === undefined) throw new BlobRefusal('bad-frame');
  return { room, id };
}

/** Whoever does not take, or bring, anything for so long is cut off. It holds a place among the transfers until its answer has gone, or it has. */
function beginTransfer({ blobs, stalled, useOf }: BlobRoutes, request: FastifyRequest, reply: FastifyReply): void {
  const end = blobs.begin(useOf(request.raw));
  reply.raw.once('close', end);
  request.raw.socket.setTimeout(stalled);
}

async function get(routes: BlobRoutes, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { blobs, counters } = routes;
  const at = addressOf(request, blobs);
  const facts = await blobs.store.stat(at);
  if (facts === undefined || facts.offset < facts.size) return reply.code(404).send();
  const range = rangeOf(request.headers.range, facts.size);
  if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${facts.size}`).send();
  const [from, to] = range ?? [0, facts.size];
  beginTransfer(routes, request, reply);
  const bytes = await blobs.store.read(at, from, to);
  if (bytes === undefined) return reply.code(404).send();
  const { socket } = request.raw;
  const before = socket.bytesWritten;
  reply.raw.once('close', () => {
    bytes.destroy();
    counters.blobBytesOut += Math.min(to - from, socket.bytesWritten - before);
  });
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${facts.size}`);
  // Never what a page could run, whatever somebody made of it.
  return reply.headers({ 'content-type': 'application/octet-stream', 'content-disposition': 'attachment', 'accept-ranges': 'bytes', 'content-length': to - from }).send(bytes);
}

/** One range (RFC 9110 §14.1.2), as [from, to); undefined where none is asked for, or something that may be ignored. */
function rangeOf(header: string | undefined, size: number): readonly [number, number] | 'unsatisfiable' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') return last === '0' ? 'unsatisfiable' : [Math.max(0, size - Number(last)), size];
  if (Number(first) >= size) return 'unsatisfiable';
  if (last !== '' && Number(last) < Number(first)) return undefined;
  return [Number(first), last === '' ? size : Math.min(size, Number(last) + 1)];
}

async function patch(routes: BlobRoutes, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { blobs } = routes;
  const at = addressOf(request, blobs);
  const { headers, raw } = request;
  const [offset, size, length] = [numberIn(headers[UPLOAD_OFFSET]), numberIn(headers[UPLOAD_LENGTH]), numberIn(headers['content-length'])];
  if (offset === undefined || size === undefined || length === undefined) throw new BlobRefusal('bad-frame');
  beginTransfer(routes, request, reply);
  // Where it is refused half way, the connection stays: the sender is to be told why.
  const bytes = (request.body instanceof Readable ? request.body : Readable.from([])).iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  const facts = await blobs.append(at, { size, offset, length, bytes, cut: () => { raw.destroy(new Error('sent again')); } }, routes.useOf(raw));
  return reply.code(204).header(UPLOAD_OFFSET, facts.offset).send();
}

const numberIn = (header: string | readonly string[] | undefined): number | undefined => (typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined);
