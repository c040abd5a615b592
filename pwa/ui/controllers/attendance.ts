import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Engine, RoomKey } from '../../engine/api.ts';

/** Milliseconds between two calls of `attend`. */
const EVERY = 30_000;

/** While the page is in front, says so to the engine, with the room that is open: at once when that changes, then every half minute. */
export class Attendance implements ReactiveController {
  #engine: Engine | null = null;
  #room: RoomKey | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostConnected(): void {
    document.addEventListener('visibilitychange', this.#attend);
    this.#timer = setInterval(this.#attend, EVERY);
  }

  hostDisconnected(): void {
    document.removeEventListener('visibilitychange', this.#attend);
    clearInterval(this.#timer);
    this.#engine = null;
  }

  /** `engine` null: nobody is there yet. */
  follow(engine: Engine | null, room: RoomKey | null): void {
    if (engine === this.#engine && room === this.#room) return;
    this.#engine = engine;
    this.#room = room;
    this.#attend();
  }

  readonly #attend = (): void => {
    // Whoever is not heard of is not there: nothing is lost where this fails.
    if (document.visibilityState === 'visible') this.#engine?.attend(this.#room).catch(() => undefined);
  };
}
