import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Problem } from '../../engine/api.ts';
import { problemOf } from '../words/problems.ts';

/** One thing being done at a time for a view: whether it is under way, and why the last one failed. */
export class Doing implements ReactiveController {
  busy = false;
  problem: Problem | null = null;
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.problem = null;
  }

  /** True where it was done; false where it failed, or where another is under way and this was not begun. */
  async run(what: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    this.#host.requestUpdate();
    try {
      await what();
      return true;
    } catch (reason) {
      this.problem = problemOf(reason);
      return false;
    } finally {
      this.busy = false;
      this.#host.requestUpdate();
    }
  }

  /** Puts the last failure away. */
  clear(): void {
    this.problem = null;
    this.#host.requestUpdate();
  }
}
