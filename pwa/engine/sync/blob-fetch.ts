/** The blobs of a relay by `fetch`: the same in a worker, a service worker, and Node. */
import { blobPath, UPLOAD_LENGTH, UPLOAD_OFFSET } from '../../../shared/blobs.ts';
import { BlobTransportError, type BlobFailure, type BlobPiece, type BlobPlace, type BlobState, type BlobTransport } from '../ports/blob-transport.ts';
import type { Clock } from '../ports/clock.ts';

/** What it takes of `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface BlobFetchOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Milliseconds to wait for an answer to begin, and for each further part of it; 30,000 where not given. */
  readonly patience?: number;
}

/** Milliseconds beyond the patience that a piece may take: a relay gives a request a minute. */
const SENDING = 60_000;
/** Bytes of an answer that says no. */
const MOST_REFUSAL = 4096;

export const blobFetch = (options: BlobFetchOptions): BlobTransport => new BlobFetch(options);

class BlobFetch implements BlobTransport {
  readonly #options: BlobFetchOptions;

  constructor(options: BlobFetchOptions) {
    this.#options = options;
  }

  async head(at: BlobPlace, signal?: AbortSignal): Promise<BlobState | undefined> {
    return this.#during(signal, async (exchange) => {
      const { status, headers } = await exchange.ask(at, { method: 'HEAD' });
      if (status === 404) return undefined;
      if (status !== 200) throw refusal(status, headers);
      return stateOf(numberIn(headers, UPLOAD_LENGTH), numberIn(headers, UPLOAD_OFFSET));
    });
  }

  async append(at: BlobPlace, { size, offset, bytes }: BlobPiece, signal?: AbortSignal): Promise<BlobState> {
    return this.#during(signal, async (exchange) => {
      const headers = { 'content-type': 'application/octet-stream', [UPLOAD_OFFSET]: String(offset), [UPLOAD_LENGTH]: String(size) };
      const response = await exchange.ask(at, { method: 'PATCH', headers, body: bytes }, SENDING);
      const end = numberIn(response.headers, UPLOAD_OFFSET);
      if (response.status === 409) {
        if ((numberIn(response.headers, UPLOAD_LENGTH) ?? size) !== size) throw new BlobTransportError('wrong-size');
        throw new BlobTransportError('wrong-offset', { offset: stateOf(size, end).offset });
      }
      if (response.status !== 204) throw await exchange.refusal(response);
      if (end !== offset + bytes.length) throw new BlobTransportError('bad-answer');
      return stateOf(size, end);
    });
  }

  async *read(at: BlobPlace, { from, to }: { readonly from: number; readonly to: number }, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    if (to <= from) return;
    const exchange = new Exchange(this.#options, signal);
    try {
      const response = await exchange.ask(at, { method: 'GET', headers: { range: `bytes=${from}-${to - 1}` } });
      if (response.status !== 206) throw await exchange.refusal(response);
      const [, first, last, size] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(response.headers.get('content-range') ?? '') ?? [];
      if (Number(first) !== from || Number(last) !== Math.min(to, Number(size)) - 1) throw new BlobTransportError('bad-answer');
      let left = Number(last) + 1 - from;
      for await (const chunk of exchange.bytesOf(response)) {
        left -= chunk.length;
        if (left < 0) throw new BlobTransportError('bad-answer');
        yield chunk;
      }
      if (left > 0) throw new BlobTransportError('unreachable');
    } catch (error) {
      throw exchange.typed(error);
    } finally {
      exchange.end();
    }
  }

  async delete(at: BlobPlace, signal?: AbortSignal): Promise<void> {
    return this.#during(signal, async (exchange) => {
      const response = await exchange.ask(at, { method: 'DELETE' });
      if (response.status !== 204 && response.status !== 404) throw await exchange.refusal(response);
    });
  }

  async #during<T>(signal: AbortSignal | undefined, work: (exchange: Exchange) => Promise<T>): Promise<T> {
    const exchange = new Exchange(this.#options, signal);
    try {
      return await work(exchange);
    } catch (error) {
      throw exchange.typed(error);
    } finally {
      exchange.end();
    }
  }
}

interface Request {
  readonly method: 'HEAD' | 'PATCH' | 'GET' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** One request and its answer; whatever of it is under way ends with it, with the caller's signal, and when the relay says nothing for too long. */
class Exchange {
  readonly #options: BlobFetchOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = new AbortController();
  #stopTimer: () => void = () => undefined;

  constructor(options: BlobFetchOptions, signal: AbortSignal | undefined) {
    this.#options = options;
    this.#signal = signal;
    if (signal?.aborted === true) this.#abort.abort();
    else signal?.addEventListener('abort', this.#aborted);
  }

  readonly #aborted = (): void => { this.#abort.abort(); };

  #wait<T>(work: Promise<T>, longer = 0): Promise<T> {
    const { clock, patience = 30_000 } = this.#options;
    this.#stopTimer = clock.after(patience + longer, this.#aborted);
    return work.finally(() => { this.#stopTimer(); });
  }

  ask({ relay, id, token }: BlobPlace, { method, headers = {}, body }: Request, longer = 0): Promise<Response> {
    return this.#wait(this.#options.fetch(relay + blobPath(id), {
      method, headers: { ...headers, authorization: `Bearer ${token}` }, signal: this.#abort.signal, ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
      // The grant goes to that relay alone; and nothing is kept of what comes but by us.
      redirect: 'error', credentials: 'omit', cache: 'no-store', referrerPolicy: 'no-referrer',
    }), longer);
  }

  /** Asked for one by one, so that what nobody takes yet stays on its way. */
  async *bytesOf({ body }: Response): AsyncGenerator<Uint8Array> {
    const reader = body?.getReader();
    for (;;) {
      const next = await this.#wait(reader === undefined ? Promise.resolve({ done: true as const, value: undefined }) : reader.read());
      if (next.done) return;
      yield next.value;
    }
  }

  async refusal(response: Response): Promise<BlobTransportError> {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of this.bytesOf(response)) {
      text += decoder.decode(chunk, { stream: true });
      if (text.length > MOST_REFUSAL) break;
    }
    return refusal(response.status, response.headers, retryAfterIn(text));
  }

  typed(error: unknown): BlobTransportError {
    if (error instanceof BlobTransportError) return error;
    return new BlobTransportError(this.#signal?.aborted === true ? 'aborted' : 'unreachable', { cause: error });
  }

  end(): void {
    this.#stopTimer();
    this.#signal?.removeEventListener('abort', this.#aborted);
    this.#abort.abort();
  }
}

/** By the status alone: what stands between may answer in the relay's place. */
function refusal(status: number, headers: Headers, told?: number): BlobTransportError {
  const seconds = /^\d{1,6}$/.exec(headers.get('retry-after') ?? '')?.[0];
  return new BlobTransportError(failureOf(status), { retryAfter: told ?? (seconds === undefined ? 0 : Number(seconds) * 1000) });
}

function failureOf(status: number): BlobFailure {
  switch (status) {
    case 401:
    case 403: return 'no-access';
    case 404: return 'not-found';
    case 408: return 'unreachable';
    case 413: return 'too-large';
    case 429: return 'rate-limited';
    case 507: return 'relay-full';
    default: return status >= 500 ? 'unavailable' : 'bad-answer';
  }
}

/** Milliseconds, out of `{code, retryAfter}`. */
function retryAfterIn(text: string): number | undefined {
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch {
    return undefined; // from something that stands between
  }
  const retryAfter = typeof told === 'object' && told !== null && 'retryAfter' in told ? told.retryAfter : undefined;
  return Number.isSafeInteger(retryAfter) && (retryAfter as number) >= 0 ? (retryAfter as number) : undefined;
}

const numberIn = (headers: Headers, name: string): number | undefined => {
  const text = headers.get(name);
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
};

function stateOf(size: number | undefined, offset: number | undefined): BlobState {
  if (size === undefined || offset === undefined || offset > size) throw new BlobTransportError('bad-answer');
  return { size, offset };
}
