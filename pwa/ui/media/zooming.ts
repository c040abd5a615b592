/** Two fingers, a wheel, a double tap: a picture as near as one wants it, and moved about within its frame. At its own size a stroke goes to the next, or puts it away. */

/** Times its fitting size. */
const NEAREST = 6;
const TAPPED = 2.5;
/** Pixels of a stroke that means something, and milliseconds between two taps of one. */
const STROKE = 56;
const TWICE = 280;

export interface Strokes {
  readonly next: (step: 1 | -1) => void;
  readonly away: () => void;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

export class Zooming {
  readonly #frame: HTMLElement;
  readonly #strokes: Strokes;
  readonly #fingers = new Map<number, Point>();
  #scale = 1;
  #offset: Point = { x: 0, y: 0 };
  /** Where the stroke began; null once it has become something else. */
  #began: Point | null = null;
  #tapped = 0;

  /** `frame` holds what is drawn as its only `.picture`. */
  constructor(frame: HTMLElement, strokes: Strokes) {
    this.#frame = frame;
    this.#strokes = strokes;
    frame.addEventListener('pointerdown', this.#down);
    frame.addEventListener('pointermove', this.#move);
    for (const end of ['pointerup', 'pointercancel'] as const) frame.addEventListener(end, this.#up);
    frame.addEventListener('wheel', this.#wheel, { passive: false });
  }

  /** At its fitting size, in the middle. */
  reset(): void {
    this.#to(1, { x: 0, y: 0 });
  }

  /** Nearer or farther, by keys. */
  by(factor: number): void {
    this.#around(this.#middle(), this.#scale * factor);
  }

  readonly #down = (event: PointerEvent): void => {
    if (event.pointerType === 'mouse' && event.button !== 0) return;
    this.#frame.setPointerCapture(event.pointerId);
    this.#fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.#began = this.#fingers.size === 1 ? { x: event.clientX, y: event.clientY } : null;
  };

  readonly #move = (event: PointerEvent): void => {
    const before = this.#fingers.get(event.pointerId);
    if (before === undefined) return;
    const now = { x: event.clientX, y: event.clientY };
    const [other] = [...this.#fingers].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
    this.#fingers.set(event.pointerId, now);
    if (other !== undefined) {
      const [was, is] = [distance(before, other), distance(now, other)];
      if (was > 0) this.#around({ x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 }, (this.#scale * is) / was);
    } else if (this.#scale > 1) this.#to(this.#scale, { x: this.#offset.x + now.x - before.x, y: this.#offset.y + now.y - before.y });
  };

  readonly #up = (event: PointerEvent): void => {
    const began = this.#began;
    this.#fingers.delete(event.pointerId);
    this.#began = null;
    if (began === null || event.type === 'pointercancel') return;
    const [x, y] = [event.clientX - began.x, event.clientY - began.y];
    if (Math.hypot(x, y) < 8) return this.#tap(event);
    if (this.#scale > 1) return;
    if (Math.abs(x) > STROKE && Math.abs(x) > Math.abs(y)) this.#strokes.next(x < 0 === (getComputedStyle(this.#frame).direction === 'ltr') ? 1 : -1);
    else if (y > STROKE * 1.5) this.#strokes.away();
  };

  #tap(event: PointerEvent): void {
    const twice = event.timeStamp - this.#tapped < TWICE;
    this.#tapped = twice ? 0 : event.timeStamp;
    if (twice) this.#around({ x: event.clientX, y: event.clientY }, this.#scale > 1 ? 1 : TAPPED);
  }

  readonly #wheel = (event: WheelEvent): void => {
    event.preventDefault();
    this.#around({ x: event.clientX, y: event.clientY }, this.#scale * Math.exp(-event.deltaY / 300));
  };

  /** What is under `point` stays there. */
  #around(point: Point, wanted: number): void {
    const scale = Math.min(NEAREST, Math.max(1, wanted));
    const middle = this.#middle();
    const [x, y] = [point.x - middle.x, point.y - middle.y];
    const grown = scale / this.#scale;
    this.#to(scale, { x: x - (x - this.#offset.x) * grown, y: y - (y - this.#offset.y) * grown });
  }

  #to(scale: number, { x, y }: Point): void {
    const picture = this.#frame.querySelector<HTMLElement>('.picture');
    const { clientWidth: width, clientHeight: height } = this.#frame;
    // No farther than its edge.
    const [most, mostDown] = [Math.max(0, ((picture?.clientWidth ?? width) * scale - width) / 2), Math.max(0, ((picture?.clientHeight ?? height) * scale - height) / 2)];
    this.#scale = scale;
    this.#offset = scale === 1 ? { x: 0, y: 0 } : { x: Math.min(most, Math.max(-most, x)), y: Math.min(mostDown, Math.max(-mostDown, y)) };
    if (picture !== null) picture.style.transform = scale === 1 ? '' : `translate(${this.#offset.x}px, ${this.#offset.y}px) scale(${scale})`;
  }

  #middle(): Point {
    const box = this.#frame.getBoundingClientRect();
    return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  }
}

const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);
