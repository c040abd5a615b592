/**
 * One engine per profile, however many tabs are open. Every tab has a worker with a host; one of them, the
 * leader, holds a Web Lock and runs the engine. The others pass their page's calls to it and its events
 * back, and wait for the lock: when the leader dies, the browser gives it to the next.
 *
 * Where the lock fails, the storage still refuses a second writer: then the engine halts, and its host
 * steps down to be a follower.
 */
import type { EngineEvent, Problem } from '../engine/api.ts';
import { callMethod, isRepeatable, type Answer, type Between, type Call, type LockableEngine } from './calls.ts';
import { leaderOf } from './names.ts';
import { problemOf } from './problem.ts';

export interface HostOptions {
  /** Names the lock and the channel. */
  readonly profile: string;
  readonly startEngine: () => Promise<LockableEngine>;
  /** To this worker's own page. */
  readonly toPage: (message: Answer | { readonly kind: 'news'; readonly event: EngineEvent }) => void;
  readonly locks?: LockManager;
}

/** A call that waits for its answer, and the leader that may have it. */
interface Open {
  readonly call: Call;
  readonly askedOf: string | undefined;
}

/** Calls are asked again within moments of a change of leader, if at all. */
const MOST_REMEMBERED = 1000;

const CUT_OFF: Problem = { code: 'internal', detail: 'The tab that did this was closed. Look whether it was done, else try again.' };

export class Host {
  readonly #options: HostOptions;
  readonly #channel: BroadcastChannel;
  #engine: LockableEngine | undefined;
  readonly #name = crypto.randomUUID();
  #leader: string | undefined;
  /** This page's calls that have not been answered. */
  readonly #open = new Map<string, Open>();
  /** Calls of others that were begun: asked again, they are not begun again. */
  readonly #begun = new Set<string>();
  /** Why this worker could not lead; until another does, nobody will answer. */
  #failure: Problem | undefined;
  #release: (() => void) | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#channel = new BroadcastChannel(leaderOf(options.profile));
    this.#channel.addEventListener('message', ({ data }: MessageEvent<Between>) => { this.#hear(data); });
    this.#compete();
    this.#channel.postMessage({ kind: 'who-leads' } satisfies Between);
  }

  /** A call of this worker's own page. */
  call(call: Call): void {
    this.#open.set(call.id, { call, askedOf: this.#leader });
    if (this.#failure !== undefined) return this.#answerPage({ kind: 'failure', id: call.id, problem: this.#failure });
    if (this.#engine !== undefined) void this.#run(call, this.#engine, (answer) => { this.#answerPage(answer); });
    else this.#channel.postMessage(call satisfies Between);
  }

  #answerPage(answer: Answer): void {
    if (this.#open.delete(answer.id)) this.#options.toPage(answer);
  }

  #compete(): void {
    const locks = this.#options.locks ?? navigator.locks;
    // Never resolves while this one leads: the lock goes when the worker does.
    void locks.request(leaderOf(this.#options.profile), () => this.#lead()).catch((error: unknown) => { this.#failed(error); });
  }

  async #lead(): Promise<void> {
    let engine: LockableEngine;
    try {
      engine = await this.#options.startEngine();
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#engine = engine;
    engine.subscribe((event) => {
      this.#options.toPage({ kind: 'news', event });
      this.#channel.postMessage({ kind: 'news', event } satisfies Between);
      if (event.kind === 'halted' && event.problem.code === 'superseded') this.#stepDown();
    });
    this.#channel.postMessage({ kind: 'leading', leader: this.#name } satisfies Between);
    this.#succeed(this.#name, (call) => { void this.#run(call, engine, (answer) => { this.#answerPage(answer); }); });
    await new Promise<void>((release) => { this.#release = release; });
  }

  #stepDown(): void {
    this.#engine = undefined;
    this.#release?.();
  }

  #failed(error: unknown): void {
    const problem = problemOf(error);
    this.#failure = problem;
    this.#options.toPage({ kind: 'news', event: { kind: 'halted', problem } });
    for (const id of this.#open.keys()) this.#answerPage({ kind: 'failure', id, problem });
  }

  async #run(call: Call, engine: LockableEngine, answer: (answer: Answer) => void): Promise<void> {
    try {
      answer({ kind: 'answer', id: call.id, value: await callMethod(engine, call) });
    } catch (error) {
      answer({ kind: 'failure', id: call.id, problem: problemOf(error) });
    }
  }

  #hear(message: Between): void {
    switch (message.kind) {
      case 'call':
        this.#serve(message);
        break;
      case 'answer':
      case 'failure':
        this.#answerPage(message);
        break;
      case 'news':
        if (this.#engine === undefined) this.#options.toPage(message);
        break;
      case 'who-leads':
        if (this.#engine !== undefined) this.#channel.postMessage({ kind: 'leading', leader: this.#name } satisfies Between);
        break;
      case 'leading':
        if (this.#engine === undefined) this.#succeed(message.leader, (call) => { this.#channel.postMessage(call satisfies Between); });
    }
  }

  /** Another tab's call. */
  #serve(call: Call): void {
    if (this.#engine === undefined || this.#begun.has(call.id)) return;
    this.#begun.add(call.id);
    const [oldest] = this.#begun;
    if (this.#begun.size > MOST_REMEMBERED && oldest !== undefined) this.#begun.delete(oldest);
    void this.#run(call, this.#engine, (answer) => { this.#channel.postMessage(answer satisfies Between); });
  }

  /** There is a new leader: what an earlier one may have been doing is asked again only where that changes nothing. */
  #succeed(leader: string, ask: (call: Call) => void): void {
    if (leader === this.#leader) return;
    this.#leader = leader;
    this.#failure = undefined;
    for (const { call, askedOf } of this.#open.values()) {
      this.#open.set(call.id, { call, askedOf: leader });
      if (askedOf === undefined || isRepeatable(call.method)) ask(call);
      else this.#answerPage({ kind: 'failure', id: call.id, problem: CUT_OFF });
    }
  }
}
