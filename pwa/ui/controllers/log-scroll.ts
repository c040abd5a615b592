import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Closer to the end than this counts as being there. */
const NEAR_END = 40;
/** Within this many pixels of an edge, or this many screens where that is more, the next page is asked for. */
const NEAR_EDGE = 900;
const SCREENS = 1.5;

export interface LogScrollParts {
  /** The element that scrolls, and the one inside it whose height is the conversation's. */
  readonly scroller: HTMLElement;
  readonly content: HTMLElement;
}

/** Something in the conversation, known by its key: its element may be drawn anew. */
export interface Place {
  readonly key: string;
  readonly element: Element;
}

export interface LogScrollHost {
  readonly nearStart: () => void;
  readonly nearEnd: () => void;
  readonly seen: () => void;
  /** Whether the newest is here: else the lower edge is no end to stay at. */
  readonly endsHere: () => boolean;
  /** The first thing in the conversation at or below a height of the window, in pixels. */
  readonly placeAt: (height: number) => Place | null;
  readonly find: (key: string) => Element | null;
}

/** Where in the scroller what was gone to comes to stand. */
export type Stand = 'high' | 'middle';

/**
 * Keeps a conversation still while it changes: at its end it stays at the end; anywhere else, what one looks at
 * stays where it is, whatever is added or let go above, or turns out taller. Done by hand, since not every browser anchors.
 */
export class LogScroll implements ReactiveController {
  /** At the end, and meant to stay there. */
  atEnd = true;
  /** Far enough from the end for a way back to be offered. */
  farFromEnd = false;
  readonly #host: ReactiveControllerHost;
  readonly #on: LogScrollHost;
  readonly #sizes = new ResizeObserver(() => { this.#settle(); });
  #parts: LogScrollParts | null = null;
  /** What is held still, and how far down in the content it was: that changes only when the content does, however one scrolls. */
  #anchor: { readonly key: string; readonly offset: number } | null = null;
  #goal: { readonly find: () => Element | null; readonly stand: Stand } | null = null;
  #looking = false;
  #changed = false;
  /** How far down one could scroll when it was last settled. */
  #reach = 0;
  /** How far down one was when it was last looked. */
  #top = 0;

  constructor(host: ReactiveControllerHost, on: LogScrollHost) {
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
  begin(at: { readonly find: () => Element | null; readonly stand: Stand } | null): void {
    this.atEnd = at === null;
    this.farFromEnd = false;
    this.#anchor = null;
    this.#goal = at;
  }

  /** Something else stands in the conversation: settled before it is seen, also where it is just as high as what stood there. */
  changed(): void {
    if (this.#changed) return;
    this.#changed = true;
    requestAnimationFrame(() => {
      this.#changed = false;
      this.#settle();
    });
  }

  /** Goes to what {@link begin} named now, if it is there. */
  arrive(): void {
    this.#settle();
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
      this.#settle();
    }
  }

  readonly #scrolled = (): void => {
    const scroller = this.#parts?.scroller;
    if (scroller === undefined) return;
    const reach = scroller.scrollHeight - scroller.clientHeight;
    // Nobody has moved up from the end: something new stands below, or less has room, and settling follows.
    const stays = this.atEnd && scroller.scrollTop >= Math.min(this.#top, reach) - 1;
    if (stays && reach !== this.#reach) return;
    // What changed since the last frame is not laid out anew before this is told: it is settled first.
    if (!stays) this.#hold();
    this.atEnd = this.#isAtEnd(scroller);
    this.#remember();
    this.#look(scroller);
  };

  /** Runs after layout and before paint whenever a height changed. */
  #settle(): void {
    const scroller = this.#parts?.scroller;
    if (scroller === undefined) return;
    const goal = this.#goal?.find() ?? null;
    if (goal !== null) {
      const room = scroller.clientHeight - goal.getBoundingClientRect().height;
      const above = this.#goal?.stand === 'middle' ? Math.max(16, room / 2) : scroller.clientHeight / 4;
      this.#goal = null;
      scroller.scrollTop += goal.getBoundingClientRect().top - scroller.getBoundingClientRect().top - above;
      this.atEnd = this.#isAtEnd(scroller);
    } else if (this.atEnd) {
      scroller.scrollTop = scroller.scrollHeight;
    } else this.#hold();
    this.#reach = scroller.scrollHeight - scroller.clientHeight;
    this.#remember();
    this.#lookLater();
  }

  #isAtEnd(scroller: HTMLElement): boolean {
    return scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < NEAR_END && this.#on.endsHere();
  }

  /** Puts what one looks at back where it was, if what is above it changed. */
  #hold(): void {
    const parts = this.#parts;
    const element = this.#anchor === null ? null : this.#on.find(this.#anchor.key);
    if (parts === null || this.#anchor === null || element === null) return;
    const { scroller } = parts;
    const moved = offsetOf(element, parts) - this.#anchor.offset;
    // Where what is left is lower than where one was, the browser has moved up already, which nobody asked for.
    const cut = scroller.scrollTop < this.#top && scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < 1;
    if (Math.abs(moved) >= 1) scroller.scrollTop = (cut ? this.#top : scroller.scrollTop) + moved;
  }

  /** What follows from the new place may change heights again, which must not happen while sizes are being told. */
  #lookLater(): void {
    if (this.#looking) return;
    this.#looking = true;
    requestAnimationFrame(() => {
      this.#looking = false;
      if (this.#parts !== null) this.#look(this.#parts.scroller);
    });
  }

  #look(scroller: HTMLElement): void {
    const near = Math.max(NEAR_EDGE, scroller.clientHeight * SCREENS);
    const rest = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop;
    const far = rest > Math.max(320, scroller.clientHeight * 0.6);
    if (far !== this.farFromEnd) {
      this.farFromEnd = far;
      this.#host.requestUpdate();
    }
    if (scroller.scrollTop < near) this.#on.nearStart();
    if (rest < near) this.#on.nearEnd();
    this.#on.seen();
  }

  #remember(): void {
    const parts = this.#parts;
    if (parts === null) return;
    const place = this.#on.placeAt(parts.scroller.getBoundingClientRect().top);
    this.#top = parts.scroller.scrollTop;
    this.#anchor = place === null ? null : { key: place.key, offset: offsetOf(place.element, parts) };
  }
}

/** From the top of what scrolls, wherever it is scrolled to. */
const offsetOf = (element: Element, { scroller }: LogScrollParts): number => element.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
