/** Keeps the index up with the conversation: builds it in the background, a slice at a time, so that nobody waits. */
import type { Clock } from '../ports/clock.ts';
import type { SearchIndex } from './index.ts';

/** Milliseconds: the start of the app is for other things; a burst of messages is one touch; between two slices others have their turn. */
const AT_FIRST = 3000;
const AFTER_NEWS = 2000;
const BETWEEN = 50;

export class IndexKeeper {
  readonly #index: SearchIndex;
  readonly #clock: Clock;
  readonly #failed: (cause: unknown) => void;
  #cancel: (() => void) | undefined;

  /** `failed`: what is stored could not be read or written. */
  constructor(index: SearchIndex, clock: Clock, failed: (cause: unknown) => void) {
    this.#index = index;
    this.#clock = clock;
    this.#failed = failed;
  }

  start(): void {
    this.#soon(AT_FIRST);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  touch(room: string): void {
    this.#index.touch(room);
    this.#soon(AFTER_NEWS);
  }

  #soon(ms: number): void {
    this.#cancel ??= this.#clock.after(ms, () => {
      this.#index.build().then((more) => {
        if (this.#cancel === undefined) return;
        this.#cancel = undefined;
        if (more) this.#soon(BETWEEN);
      }, this.#failed);
    });
  }
}
