import type { Engine, RoomKey } from '../../engine/api.ts';

/** Milliseconds between two calls; how often the others are told is the engine's to say. */
const EVERY = 1000;

/** Tells the engine that one writes in a room, and when one stopped by taking it all back or going elsewhere. */
export class Typing {
  #at: { readonly engine: Engine; readonly room: RoomKey } | null = null;
  #saidAt = 0;

  open(engine: Engine, room: RoomKey): void {
    if (this.#at?.engine === engine && this.#at.room === room) return;
    this.stop();
    this.#at = { engine, room };
  }

  write(text: string): void {
    if (text.trim() === '') return this.stop();
    if (Date.now() - this.#saidAt < EVERY) return;
    this.#saidAt = Date.now();
    this.#say(true);
  }

  /** What was written is said: the message tells as much. */
  sent(): void {
    this.#saidAt = 0;
  }

  stop(): void {
    if (this.#saidAt !== 0) this.#say(false);
    this.#saidAt = 0;
  }

  #say(on: boolean): void {
    // Nothing is lost where this fails, and nobody waits for it.
    this.#at?.engine.typing(this.#at.room, on).catch(() => undefined);
  }
}
