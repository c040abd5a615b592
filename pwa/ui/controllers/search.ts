import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Engine, Found, PersonKey, Problem, RoomKey, SearchCursor } from '../../engine/api.ts';
import { problemOf } from '../words/problems.ts';

export interface Wanted {
  readonly text: string;
  readonly room: RoomKey | null;
  readonly from: PersonKey | null;
  /** Unix milliseconds; null for any time. */
  readonly since: number | null;
}

const PAGE = 30;

/** What is found as one types: the answer to the last question is shown, whichever comes last. */
export class Search implements ReactiveController {
  found: readonly Found[] = [];
  problem: Problem | null = null;
  /** The question whose answer is shown; empty before the first. */
  answered = '';
  next: SearchCursor | null = null;
  readonly #host: ReactiveControllerHost;
  #asked = 0;
  #wanted: Wanted | null = null;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#asked++;
  }

  async ask(engine: Engine, wanted: Wanted): Promise<void> {
    this.#wanted = wanted;
    const asked = ++this.#asked;
    if (wanted.text.trim() === '') {
      this.#show({ found: [], next: null, answered: '' });
      return;
    }
    await this.#fetch(engine, asked, null);
  }

  async more(engine: Engine): Promise<void> {
    if (this.next !== null) await this.#fetch(engine, this.#asked, this.next);
  }

  async #fetch(engine: Engine, asked: number, before: SearchCursor | null): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === null) return;
    const { text, room, from, since } = wanted;
    try {
      const page = await engine.search({
        text, limit: PAGE, ...(room === null ? {} : { room }), ...(from === null ? {} : { from }), ...(since === null ? {} : { since }), ...(before === null ? {} : { before }),
      });
      if (asked !== this.#asked) return;
      this.#show({ found: before === null ? page.found : [...this.found, ...page.found], next: page.next, answered: text });
    } catch (reason) {
      if (asked !== this.#asked) return;
      this.problem = problemOf(reason);
      this.#host.requestUpdate();
    }
  }

  #show({ found, next, answered }: { readonly found: readonly Found[]; readonly next: SearchCursor | null; readonly answered: string }): void {
    this.found = found;
    this.next = next;
    this.answered = answered;
    this.problem = null;
    this.#host.requestUpdate();
  }
}
