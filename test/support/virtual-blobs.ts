/** The blobs of relays on a network that a test owns: the relay's own rules over its store in memory, without HTTP. */
import { BlobTransportError, type BlobFailure, type BlobPiece, type BlobPlace, type BlobState, type BlobTransport } from '../../pwa/engine/ports/blob-transport.ts';
import type { ErrorCode } from '../../shared/codes.ts';
import type { RelayCore } from '../../relay/index.ts';
import { BlobRefusal } from '../../relay/blobs/blobs.ts';
import { BlobError, type BlobAddress } from '../../relay/blobs/store.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Bytes that travel at once. */
const CHUNK = 64 * 1024;

export interface VirtualBlobsOptions {
  readonly clock: VirtualClock;
  /** Undefined while it cannot be reached. */
  readonly coreAt: (relay: string) => RelayCore | undefined;
  /** Milliseconds that a request, or the next 64 KiB, takes. */
  readonly delay: () => number;
  /** Whether the connection breaks before the next 64 KiB. */
  readonly breaks?: (direction: 'up' | 'down') => boolean;
}

const FAILURES: Readonly<Partial<Record<ErrorCode, BlobFailure>>> = { 'no-access': 'no-access', 'too-large': 'too-large', 'rate-limited': 'rate-limited', 'relay-full': 'relay-full', unavailable: 'unavailable' };

export class VirtualBlobs implements BlobTransport {
  readonly #options: VirtualBlobsOptions;
  /** Of every request, in order: for those who count them. */
  readonly asked: { readonly method: 'head' | 'append' | 'read' | 'delete'; readonly offset: number }[] = [];
  readonly #underWay = new Set<() => void>();

  constructor(options: VirtualBlobsOptions) {
    this.#options = options;
  }

  /** Breaks every connection that is under way. */
  cut(): void {
    for (const cut of this.#underWay) cut();
  }

  async head(at: BlobPlace, signal?: AbortSignal): Promise<BlobState | undefined> {
    this.asked.push({ method: 'head', offset: 0 });
    return this.#during(at, signal, async (core, address) => core.blobs.store.stat(address));
  }

  async append(at: BlobPlace, { size, offset, bytes }: BlobPiece, signal?: AbortSignal): Promise<BlobState> {
    this.asked.push({ method: 'append', offset });
    return this.#during(at, signal, async (core, address, travel) => {
      let cut = false;
      const coming = async function* coming(): AsyncGenerator<Uint8Array> {
        for (let i = 0; i < bytes.length; i += CHUNK) {
          await travel('up');
          if (cut) throw new BlobTransportError('unreachable');
          yield bytes.slice(i, i + CHUNK);
        }
      };
      try {
        return await core.blobs.append(address, { size, offset, length: bytes.length, bytes: coming(), cut: () => { cut = true; } }, undefined);
      } catch (error) {
        if (!(error instanceof BlobError) || (error.code !== 'wrong-offset' && error.code !== 'wrong-size')) throw error;
        throw new BlobTransportError(error.code, error.code === 'wrong-offset' ? { offset: error.offset ?? 0 } : {});
      }
    });
  }

  async *read(at: BlobPlace, { from, to }: { readonly from: number; readonly to: number }, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    if (to <= from) return;
    this.asked.push({ method: 'read', offset: from });
    for (let next = from; next < to; next += CHUNK) {
      const end = Math.min(to, next + CHUNK);
      const chunk = await this.#during(at, signal, async (core, address, travel) => {
        const facts = await core.blobs.store.stat(address);
        if (facts === undefined || facts.offset < facts.size) throw new BlobTransportError('not-found');
        await travel('down');
        const bytes = await core.blobs.store.read(address, next, Math.min(end, facts.size));
        if (bytes === undefined) throw new BlobTransportError('not-found');
        return Buffer.concat(await bytes.toArray() as Uint8Array[]);
      });
      if (chunk.length > 0) yield new Uint8Array(chunk);
    }
  }

  async delete(at: BlobPlace, signal?: AbortSignal): Promise<void> {
    this.asked.push({ method: 'delete', offset: 0 });
    await this.#during(at, signal, (core, address) => core.blobs.store.delete(address));
  }

  async #during<T>(at: BlobPlace, signal: AbortSignal | undefined, work: (core: RelayCore, address: BlobAddress, travel: (direction: 'up' | 'down') => Promise<void>) => Promise<T>): Promise<T> {
    const { clock, coreAt, delay, breaks = () => false } = this.#options;
    const first = coreAt(at.relay);
    let broken: BlobFailure | undefined;
    const breakOff = (code: BlobFailure) => (): void => { broken ??= code; };
    const [cut, abort] = [breakOff('unreachable'), breakOff('aborted')];
    this.#underWay.add(cut);
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort);
    const pass = async (): Promise<void> => {
      await new Promise<void>((resolve) => { clock.after(delay(), resolve); });
      if (coreAt(at.relay) !== first) cut();
      if (broken !== undefined) throw new BlobTransportError(broken);
    };
    try {
      await pass();
      if (first === undefined) throw new BlobTransportError('unreachable');
      const room = first.blobs.grants.roomOf(at.token);
      if (room === undefined) throw new BlobTransportError('no-access');
      const answer = await work(first, { room, id: at.id }, async (direction) => {
        if (breaks(direction)) cut();
        await pass();
      });
      await pass();
      return answer;
    } catch (error) {
      if (error instanceof BlobTransportError) throw error;
      if (error instanceof BlobRefusal) throw new BlobTransportError(FAILURES[error.code] ?? 'bad-answer', { retryAfter: error.retryAfter });
      throw new BlobTransportError('unavailable', { cause: error });
    } finally {
      this.#underWay.delete(cut);
      signal?.removeEventListener('abort', abort);
    }
  }
}
