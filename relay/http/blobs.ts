/** Blobs over HTTP, as `shared/blobs.ts` has it. What is refused says so by a code of `shared/codes.ts`, and by nothing else. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BLOB_PATH, blobIdIn, UPLOAD_LENGTH, UPLOAD_OFFSET } from '../../shared/blobs.ts';
import type { ErrorCode } from '../../shared/codes.ts';
import type { Grants } from '../blobs/grants.ts';
import { BlobError, type BlobAddress, type BlobStore } from '../blobs/store.ts';

export interface BlobRoutes {
  readonly store: BlobStore;
  readonly grants: Grants;
  readonly limits: {
    /** Bytes of one blob, of a room's, and of all. */
    readonly blob: number;
    readonly blobsPerRoom: number;
    readonly blobsInAll: number;
  };
  /** Pages of which origins may ask; others are not told anything by their browser. */
  readonly isOurs: (origin: string) => boolean;
}

const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = { 'no-access': 403, 'bad-frame': 400, 'too-large': 413, 'relay-full': 507, unavailable: 503 };
const METHODS = 'GET, HEAD, PATCH, DELETE';
const ASKED = `authorization, content-type, range, ${UPLOAD_OFFSET}, ${UPLOAD_LENGTH}`;
const TOLD = `content-length, content-range, ${UPLOAD_OFFSET}, ${UPLOAD_LENGTH}`;

class Refusal extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode) {
    super(code);
    this.code = code;
  }
}

/** Registers the routes in a context of its own: bodies are streams there. */
export async function blobRoutes(app: FastifyInstance, routes: BlobRoutes): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => { done(null, payload); });
    scope.addHook('onRequest', async ({ headers: { origin } }, reply) => {
      reply.header('cache-control', 'no-store').header('vary', 'origin');
      if (origin === undefined) return;
      if (!routes.isOurs(origin)) return refuse(reply, 'no-access');
      reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': TOLD, 'cross-origin-resource-policy': 'cross-origin' });
    });
    scope.setErrorHandler(async (error, request, reply) => {
      if (error instanceof Refusal) return refuse(reply, error.code);
      if (!(error instanceof BlobError)) {
        // The body broke off, or something unforeseen: nothing of it is said.
        if (!request.raw.destroyed) request.log.error({ err: error }, 'a blob request failed');
        return refuse(reply, 'unavailable');
      }
      switch (error.code) {
        case 'wrong-offset':
        case 'wrong-size':
          return reply.code(409).header(UPLOAD_OFFSET, error.offset ?? 0).send();
        case 'too-long':
          return refuse(reply, 'bad-frame');
        case 'disk-full':
          return refuse(reply, 'relay-full');
        case 'io-error':
          return refuse(reply, 'unavailable');
      }
    });
    const path = `${BLOB_PATH}:id`;
    scope.options(path, async (_request, reply) => reply.code(204).headers({ 'access-control-allow-methods': METHODS, 'access-control-allow-headers': ASKED, 'access-control-max-age': 86_400 }).send());
    scope.head(path, async (request, reply) => {
      const facts = await routes.store.stat(addressOf(request, routes.grants));
      if (facts === undefined) return reply.code(404).send();
      return reply.headers({ [UPLOAD_OFFSET]: facts.offset, [UPLOAD_LENGTH]: facts.size }).send();
    });
    scope.get(path, { exposeHeadRoute: false }, (request, reply) => get(routes, request, reply));
    scope.patch(path, { bodyLimit: Number.MAX_SAFE_INTEGER }, (request, reply) => patch(routes, request, reply));
    scope.delete(path, async (request, reply) => {
      await routes.store.delete(addressOf(request, routes.grants));
      return reply.code(204).send();
    });
  });
}

const refuse = (reply: FastifyReply, code: ErrorCode): FastifyReply => reply.code(STATUS[code] ?? 500).header('content-type', 'application/json').send(JSON.stringify({ code }));

function addressOf({ params, headers: { authorization } }: FastifyRequest, grants: Grants): BlobAddress {
  const id = blobIdIn((params as { readonly id: string }).id);
  const room = authorization?.startsWith('Bearer ') === true ? grants.roomOf(authorization.slice(7)) : undefined;
  if (room === undefined) throw new Refusal('no-access');
  if (id === undefined) throw new Refusal('bad-frame');
  return { room, id };
}

async function get({ store, grants }: BlobRoutes, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const at = addressOf(request, grants);
  const facts = await store.stat(at);
  if (facts === undefined || facts.offset < facts.size) return reply.code(404).send();
  const range = rangeOf(request.headers.range, facts.size);
  if (range === 'unsatisfiable') return reply.code(416).header('content-range', `bytes */${facts.size}`).send();
  const [from, to] = range ?? [0, facts.size];
  const bytes = await store.read(at, from, to);
  if (bytes === undefined) return reply.code(404).send();
  if (range !== undefined) reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${facts.size}`);
  // Never what a page could run, whatever somebody made of it.
  return reply.headers({ 'content-type': 'application/octet-stream', 'content-disposition': 'attachment', 'accept-ranges': 'bytes', 'content-length': to - from }).send(Readable.from(bytes));
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

async function patch({ store, grants, limits }: BlobRoutes, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const at = addressOf(request, grants);
  const [offset, size] = [numberIn(request.headers[UPLOAD_OFFSET]), numberIn(request.headers[UPLOAD_LENGTH])];
  if (offset === undefined || size === undefined) throw new Refusal('bad-frame');
  if (size > limits.blob) throw new Refusal('too-large');
  if ((await store.stat(at)) === undefined && (store.bytes() + size > limits.blobsInAll || store.bytes(at.room) + size > limits.blobsPerRoom)) throw new Refusal('relay-full');
  const body = request.body instanceof Readable ? request.body : Readable.from([]);
  const facts = await store.append(at, size, offset, body as AsyncIterable<Uint8Array>);
  return reply.code(204).header(UPLOAD_OFFSET, facts.offset).send();
}

const numberIn = (header: string | readonly string[] | undefined): number | undefined => (typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined);
