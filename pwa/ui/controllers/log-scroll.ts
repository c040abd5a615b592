import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Closer to the end than this counts as being there. */
const NEAR_END = 40;
/** Within this many pixels of an edge, the next page is asked for. */
const NEAR_EDGE = 900;

export interface LogScrollParts {
  /** The element that scrolls, and the one inside it whose height is the conversation's. */
  readonly scroller: HTMLElement;
  readonly content: HTMLElement;
}

/**
 * Keeps a conversation still while it changes: at its end it stays at the end; anywhere else, what one looks at
 * stays where it is, whatever is added above or turns out taller. Done by hand, since not every browser anchors.
 */
export class LogScroll implements ReactiveController {
  /** At the end, and meant to stay there. */
  atEnd = true;
  /** Far enough from the end for a way back to be offered. */
  farFromEnd = false;
  readonly #host: ReactiveControllerHost;
  readonly #on: { readonly nearStart: () => void; readonly nearEnd: () => void; readonly seen: () => void };
  readonly #sizes = new ResizeObserver(() => { this.#settle(); });
  #parts: LogScrollParts | null = null;
  #anchor: { readonly element: Element; readonly top: number } | null = null;
  #goal: (() => Element | null) | null = null;
  #looking = false;
  /** How far down one could scroll when it was last settled. */
  #reach = 0;

  constructor(host: ReactiveControllerHost, on: { readonly nearStart: () => void; readonly nearEnd: () => void; readonly seen: () => void }) {
    this.#host = host;
    this.#on = on;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#sizes.disconnect();
    this.#parts?.scroller.removeEventListener('scroll', this.#scrolled);
    this.#parts = null;
  }

  watch(parts: LogScrollParts): void {
    if (this.#parts?.scroller === parts.scroller && this.#parts.content === parts.content) return;
    this.hostDisconnected();
    this.#parts = parts;
    parts.scroller.addEventListener('scroll', this.#scrolled, { passive: true });
    this.#sizes.observe(parts.scroller);
    this.#sizes.observe(parts.content);
  }

  /** Begins at the end, or at an element once it is laid out. */
  begin(at: (() => Element | null) | null): void {
    this.atEnd = at === null;
    this.farFromEnd = false;
    this.#anchor = null;
    this.#goal = at;
  }

  toEnd(smooth: boolean): void {
    const scroller = this.#parts?.scroller;
    if (scroller === undefined) return;
    this.#goal = null;
    this.#anchor = null;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    // A long way is not travelled past everything on it.
    const near = scroller.scrollHeight - scroller.scrollTop < scroller.clientHeight * 4;
    if (smooth && near && !still) scroller.scrollTo({ top: scroller.scrollHeight, behavior: 'smooth' });
    else {
      this.atEnd = true;
      scroller.scrollTop = scroller.scrollHeight;
    }
  }

  readonly #scrolled = (): void => {
    const scroller = this.#parts?.scroller;
    if (scroller === undefined) return;
    const reach = scroller.scrollHeight - scroller.clientHeight;
    // Told of a move that was made before something new stood below, or less had room: nobody has left the end, and settling follows.
    if (this.atEnd && reach > this.#reach) return;
    const rest = reach - scroller.scrollTop;
    const far = rest > Math.max(320, scroller.clientHeight * 0.6);
    this.atEnd = rest < NEAR_END;
    if (far !== this.farFromEnd) {
      this.farFromEnd = far;
      this.#host.requestUpdate();
    }
    this.#remember();
    if (scroller.scrollTop < NEAR_EDGE) this.#on.nearStart();
    if (rest < NEAR_EDGE) this.#on.nearEnd();
    this.#on.seen();
  };

  /** Runs after layout and before paint whenever a height changed. */
  #settle(): void {
    const scroller = this.#parts?.scroller;
    if (scroller === undefined) return;
    const goal = this.#goal?.() ?? null;
    if (goal !== null) {
      this.#goal = null;
      scroller.scrollTop += goal.getBoundingClientRect().top - scroller.getBoundingClientRect().top - scroller.clientHeight / 4;
      this.atEnd = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < NEAR_END;
    } else if (this.atEnd) {
      scroller.scrollTop = scroller.scrollHeight;
    } else if (this.#anchor?.element.isConnected === true) {
      const moved = this.#anchor.element.getBoundingClientRect().top - this.#anchor.top;
      if (Math.abs(moved) >= 1) scroller.scrollTop += moved;
    }
    this.#reach = scroller.scrollHeight - scroller.clientHeight;
    this.#remember();
    this.#lookLater();
  }

  /** What follows from the new place may change heights again, which must not happen while sizes are being told. */
  #lookLater(): void {
    if (this.#looking) return;
    this.#looking = true;
    requestAnimationFrame(() => {
      this.#looking = false;
      if (this.#parts === null) return;
      if (this.#parts.scroller.scrollTop < NEAR_EDGE) this.#on.nearStart();
      this.#on.seen();
    });
  }

  #remember(): void {
    const parts = this.#parts;
    if (parts === null) return;
    const edge = parts.scroller.getBoundingClientRect().top;
    const blocks = parts.content.querySelectorAll('[data-block]');
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const block = blocks[middle];
      if (block !== undefined && block.getBoundingClientRect().bottom <= edge) low = middle + 1;
      else high = middle;
    }
    const element = blocks[low];
    this.#anchor = element === undefined ? null : { element, top: element.getBoundingClientRect().top };
  }
}
