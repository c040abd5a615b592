import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Engine, EngineEvent, EngineState, Problem, TimelineItem } from '../../engine/api.ts';
import { problemOf } from '../words/problems.ts';
import { steadied } from './steady-state.ts';
import { assertNever } from '../../../shared/never.ts';

/** The engine's state as the host draws it: null until it is known. */
export class EngineWatch implements ReactiveController {
  state: EngineState | null = null;
  halted: Problem | null = null;
  readonly #host: ReactiveControllerHost;
  readonly #onItems: (event: Extract<EngineEvent, { kind: 'timeline' }>) => void;
  #engine: Engine | null = null;
  #stop: (() => void) | null = null;

  constructor(host: ReactiveControllerHost, onItems: (event: { readonly room: string; readonly items: readonly TimelineItem[] }) => void) {
    this.#host = host;
    this.#onItems = onItems;
    host.addController(this);
  }

  hostConnected(): void {
    this.#start();
  }

  hostDisconnected(): void {
    this.#stop?.();
    this.#stop = null;
  }

  follow(engine: Engine): void {
    if (engine === this.#engine) return;
    this.hostDisconnected();
    this.#engine = engine;
    this.#start();
  }

  /** Lets go of what it knows, and asks anew: the answer comes when there is an engine again. */
  forget(): void {
    this.hostDisconnected();
    this.state = null;
    this.#start();
    this.#host.requestUpdate();
  }

  #start(): void {
    const engine = this.#engine;
    if (engine === null || this.#stop !== null) return;
    let heard = false;
    this.#stop = engine.subscribe((event) => {
      heard ||= event.kind === 'state';
      this.#take(event);
    });
    engine.state().then(
      // An event that overtook this answer is newer than it.
      (state) => { if (!heard && engine === this.#engine) this.#take({ kind: 'state', state }); },
      (reason: unknown) => { this.#take({ kind: 'halted', problem: problemOf(reason) }); },
    );
  }

  #take(event: EngineEvent): void {
    switch (event.kind) {
      case 'state':
        this.state = steadied(event.state, this.state);
        break;
      case 'halted':
        this.halted = event.problem;
        break;
      case 'lock':
      case 'wiped':
      case 'gone':
      case 'transfer':
        return;
      case 'timeline':
        this.#onItems(event);
        return;
      default:
        assertNever(event);
    }
    this.#host.requestUpdate();
  }
}
