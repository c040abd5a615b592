/**
 * Blobs on their way between this device and relays: two at a time in each direction, the smallest first; tried again by themselves where that
 * may help, told of at most five times a second.
 */
import { EngineError, type AttachmentAt, type AttachmentProblem, type Problem, type Transfer } from '../api.ts';
import type { Room } from '../actor/room.ts';
import { BlobTransportError, type BlobFailure, type BlobPlace, type BlobTransport } from '../ports/blob-transport.ts';
import type { Clock } from '../ports/clock.ts';
import type { Randomness } from '../ports/randomness.ts';
import { backoff } from '../sync/backoff.ts';
import { Disconnected, RelayRefusal } from '../sync/refusal.ts';
import type { WireAttachment } from '../wire/bodies.ts';
import { BlobCipherError, blobLength } from './cipher.ts';
import { download } from './download.ts';
import type { HoldKey, Holdings } from './holdings.ts';
import { upload } from './upload.ts';

const SLOTS = 2;
/** Milliseconds between two that are told. */
const TELL_EVERY = 200;
/** Until a relay is asked again that has no space. */
const WHEN_FULL = 5 * 60_000;

export interface Cargo {
  readonly room: Room;
  readonly at: AttachmentAt;
  readonly hold: HoldKey;
  readonly wire: WireAttachment;
  readonly direction: Transfer['direction'];
}

interface Job extends Cargo {
  transfer: Transfer;
  /** While it moves. */
  running: AbortController | undefined;
  /** Until it may be tried again. */
  rest: (() => void) | undefined;
  failures: number;
  /** The one that was shown last. */
  grant: string;
  toldAt: number;
  telling: (() => void) | undefined;
  readonly waiting: { readonly resolve: () => void; readonly reject: (problem: EngineError) => void }[];
}

export interface TransfersHost {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly transport: BlobTransport | undefined;
  readonly holdings: Holdings;
  keep(cargo: Cargo, n: number, piece: Uint8Array, held: number): Promise<void>;
  /** What is here of it is not what it should be. */
  discard(cargo: Cargo): Promise<void>;
  moved(cargo: Cargo, transfer: Transfer | null): void;
  /** It is where it was to be, or will not get there. */
  ended(cargo: Cargo): Promise<void>;
  /** Something unforeseen. */
  halt(cause: unknown): void;
}

const placeOf = (room: string, hold: HoldKey): string => `${room} ${hold}`;
const keyOf = ({ room, hold }: Pick<Cargo, 'room' | 'hold'>): string => placeOf(room.key, hold);

export class Transfers {
  readonly #host: TransfersHost;
  readonly #jobs = new Map<string, Job>();
  #stopped = false;

  constructor(host: TransfersHost) {
    this.#host = host;
  }

  of(room: string, hold: HoldKey): Transfer | undefined {
    return this.#jobs.get(placeOf(room, hold))?.transfer;
  }

  /** Begins it, unless it is under way, paused, or has failed. */
  begin(cargo: Cargo): void {
    if (this.#jobs.has(keyOf(cargo))) return;
    const { room, hold, wire } = cargo;
    const record = this.#host.holdings.get(room.key, hold);
    const done = cargo.direction === 'down' ? (record?.held ?? 0) : 0;
    this.#jobs.set(keyOf(cargo), {
      ...cargo, transfer: { direction: cargo.direction, state: record?.paused === true ? 'paused' : 'waiting', done, total: blobLength(wire.size) },
      running: undefined, rest: undefined, failures: 0, grant: '', toldAt: 0, telling: undefined, waiting: [],
    });
    this.pump();
  }

  /** Resolves once it is where it is to be. Rejects with {@link EngineError}. */
  async finished(cargo: Cargo): Promise<void> {
    const failed = this.#jobs.get(keyOf(cargo));
    // What failed is asked for once more.
    if (failed?.transfer.state === 'failed') this.go(cargo);
    this.begin(cargo);
    const job = this.#jobs.get(keyOf(cargo));
    if (job?.transfer.state === 'paused') throw new EngineError('attachment-paused', 'It is paused.');
    await new Promise<void>((resolve, reject) => { job?.waiting.push({ resolve, reject }); });
  }

  pause(cargo: Pick<Cargo, 'room' | 'hold'>): void {
    const job = this.#jobs.get(keyOf(cargo));
    if (job === undefined) return;
    this.#halt(job);
    this.#become(job, { state: 'paused' });
    this.#reject(job, new EngineError('attachment-paused', 'It was paused.'));
    this.pump();
  }

  /** Paused, failed, or resting before the next try: now. */
  go(cargo: Pick<Cargo, 'room' | 'hold'>): void {
    const job = this.#jobs.get(keyOf(cargo));
    if (job === undefined || job.running !== undefined) return;
    job.rest?.();
    job.rest = undefined;
    job.failures = 0;
    this.#become(job, { state: 'waiting' });
    this.pump();
  }

  /** Nobody wants it any more. */
  drop(room: string, hold: HoldKey, why = new EngineError('no-such-message', 'The message was deleted.')): void {
    const job = this.#jobs.get(placeOf(room, hold));
    if (job === undefined) return;
    this.#halt(job);
    this.#jobs.delete(keyOf(job));
    job.telling?.();
    this.#reject(job, why);
    this.pump();
  }

  dropRoom(room: Room, why: EngineError): void {
    for (const job of [...this.#jobs.values()]) if (job.room.key === room.key) this.drop(job.room.key, job.hold, why);
  }

  /** The room can be reached again, or anew: what rests is tried now. */
  wake(room: Room): void {
    for (const job of this.#jobs.values()) if (job.room.key === room.key && job.rest !== undefined && job.transfer.problem?.code !== 'relay-full') this.go(job);
    this.pump();
  }

  stop(): void {
    this.#stopped = true;
    for (const job of this.#jobs.values()) {
      this.#halt(job);
      job.telling?.();
      this.#reject(job, new EngineError('superseded', 'The engine ended.'));
    }
    this.#jobs.clear();
  }

  #halt(job: Job): void {
    job.running?.abort();
    job.running = undefined;
    job.rest?.();
    job.rest = undefined;
  }

  #reject(job: Job, problem: EngineError): void {
    for (const { reject } of job.waiting.splice(0)) reject(problem);
  }

  /** What waits may go now, if it can. */
  pump(): void {
    if (this.#stopped) return;
    for (const direction of ['up', 'down'] as const) {
      const jobs = [...this.#jobs.values()].filter((job) => job.direction === direction);
      const free = SLOTS - jobs.filter(({ running }) => running !== undefined).length;
      const ready = jobs.filter(({ running, rest, transfer, room }) => running === undefined && rest === undefined && transfer.state === 'waiting' && room.isLive);
      ready.sort((a, b) => a.transfer.total - a.transfer.done - (b.transfer.total - b.transfer.done));
      for (const job of ready.slice(0, Math.max(0, free))) this.#run(job).catch((cause: unknown) => { if (!this.#stopped) this.#host.halt(cause); });
    }
  }

  async #run(job: Job): Promise<void> {
    const { transport } = this.#host;
    if (transport === undefined) return;
    const running = new AbortController();
    job.running = running;
    this.#become(job, { state: 'moving' });
    try {
      await this.#attempt(job, transport, running.signal);
    } catch (cause) {
      // Paused, dropped or closed meanwhile: it is said already.
      if (running.signal.aborted) return;
      job.running = undefined;
      await this.#failed(job, cause);
      return this.pump();
    }
    if (running.signal.aborted) return;
    job.running = undefined;
    this.#jobs.delete(keyOf(job));
    job.telling?.();
    this.#host.moved(job, null);
    for (const { resolve } of job.waiting.splice(0)) resolve();
    await this.#host.ended(job);
    this.pump();
  }

  async #attempt(job: Job, transport: BlobTransport, signal: AbortSignal): Promise<void> {
    const { holdings, clock } = this.#host;
    const { room, hold, wire } = job;
    const at = async (): Promise<BlobPlace> => ({ relay: room.link.relay, token: await this.#grant(job), id: wire.id });
    const progress = (done: number): void => { if (!signal.aborted) this.#progress(job, done); };
    if (job.direction === 'up') {
      const read = (from: number, to: number): AsyncIterable<Uint8Array> => holdings.read(room.key, hold, to, from);
      return upload({ transport, clock, signal, length: job.transfer.total, at, read, progress });
    }
    const held = holdings.get(room.key, hold)?.held ?? 0;
    await download({
      transport, signal, wire, held, at, progress, read: (to) => holdings.read(room.key, hold, to),
      keep: async (n, piece, now) => {
        if (signal.aborted) throw new BlobTransportError('aborted');
        await this.#host.keep(job, n, piece, now);
        job.failures = 0;
      },
    });
  }

  async #grant(job: Job): Promise<string> {
    const { room } = job;
    if (!room.isLive) throw new Disconnected();
    job.grant = await room.link.blobGrant(room.state.record.room);
    return job.grant;
  }

  /** What is said again later by itself rests; the others wait for the person. */
  async #failed(job: Job, cause: unknown): Promise<void> {
    job.failures++;
    const { clock, randomness } = this.#host;
    const problem = problemOf(cause, job);
    if (cause instanceof BlobCipherError) await this.#host.discard(job);
    // It ended early: somebody was removed since, or the relay started anew.
    if (cause instanceof BlobTransportError && cause.code === 'no-access') job.room.link.blobGrantEnded(job.room.state.record.room, job.grant);
    const held = job.direction === 'up' ? job.transfer.done : (this.#host.holdings.get(job.room.key, job.hold)?.held ?? 0);
    if (problem !== undefined) {
      this.#become(job, { state: 'failed', done: held, problem });
      this.#reject(job, new EngineError(problem.code, problem.detail, { cause }));
      if (problem.code !== 'relay-full') return this.#host.ended(job);
    } else this.#become(job, { state: 'waiting', done: held });
    const named = cause instanceof BlobTransportError || cause instanceof RelayRefusal ? cause.retryAfter : 0;
    const wait = problem === undefined ? Math.max(named, backoff(job.failures, randomness)) : WHEN_FULL;
    job.rest = clock.after(wait, () => {
      job.rest = undefined;
      if (job.transfer.state === 'failed') this.#become(job, { state: 'waiting' });
      this.pump();
    });
  }

  #progress(job: Job, done: number): void {
    job.transfer = { ...job.transfer, done };
    const { clock } = this.#host;
    const wait = job.toldAt + TELL_EVERY - clock.now();
    if (wait <= 0) return this.#tell(job);
    job.telling ??= clock.after(wait, () => this.#tell(job));
  }

  #become(job: Job, { problem, ...change }: Partial<Transfer>): void {
    const { direction, state, done, total } = { ...job.transfer, ...change };
    job.transfer = { direction, state, done, total, ...(problem === undefined ? {} : { problem }) };
    this.#tell(job);
  }

  #tell(job: Job): void {
    job.telling?.();
    job.telling = undefined;
    job.toldAt = this.#host.clock.now();
    this.#host.moved(job, job.transfer);
  }
}

const DAMAGE: Readonly<Record<BlobCipherError['code'], AttachmentProblem>> = { damaged: 'attachment-damaged', truncated: 'attachment-cut-short', 'wrong-size': 'attachment-wrong-size' };

/** Of an attachment that is not what its message says. */
export const damageOf = (cause: BlobCipherError): EngineError => new EngineError(DAMAGE[cause.code], cause.message, { cause });

/** What the person is told; undefined for what passes by itself. */
function problemOf(cause: unknown, { direction, failures }: Job): Problem | undefined {
  if (cause instanceof EngineError) return cause.problem;
  if (cause instanceof BlobCipherError) return { code: DAMAGE[cause.code], detail: cause.message };
  if (cause instanceof BlobTransportError) return refusalOf(cause.code, direction, failures);
  if (cause instanceof Disconnected || cause instanceof RelayRefusal) return undefined;
  return { code: 'internal', detail: cause instanceof Error ? cause.message : 'Something unforeseen happened.' };
}

function refusalOf(code: BlobFailure, direction: Transfer['direction'], failures: number): Problem | undefined {
  switch (code) {
    case 'not-found':
      // While one sends, it may be the relay's own way to begin anew.
      return direction === 'down' ? { code: 'attachment-gone', detail: 'The relay does not have it.' } : undefined;
    case 'too-large':
      return { code: 'attachment-too-large', detail: 'The relay does not take so much at once.' };
    case 'relay-full':
      return { code: 'relay-full', detail: 'The relay has no space for it.' };
    case 'wrong-size':
      return { code: 'attachment-wrong-size', detail: 'The relay has something else in its place.' };
    case 'bad-answer':
      return failures < MOST_NONSENSE ? undefined : { code: 'relay-refused', detail: 'The relay answers otherwise than it should.' };
    case 'no-access':
    case 'wrong-offset':
    case 'rate-limited':
    case 'unavailable':
    case 'unreachable':
    case 'aborted':
      return undefined;
  }
}

/** Answers in a row that make no sense: one may come from a proxy. */
const MOST_NONSENSE = 5;
