/** Put into every page before anything else: looks into the app frame by frame, and keeps the times. */

export interface Frames {
  /** Frames of a sixtieth that there was time for, and those of them in which nothing was drawn. */
  readonly due: number;
  readonly missed: number;
  /** Milliseconds. */
  readonly longest: number;
  /** Messages in the document, at most. */
  readonly most: number;
}

export interface Probe {
  /** Milliseconds from when the page was asked for until messages were on screen; undefined before. */
  shownAt: number | undefined;
  /** From a call until `isSo`, and the frame in which it is so has been drawn: milliseconds, by the page's clock since it began. */
  since(begin: () => void, isSo: () => boolean): Promise<number>;
  messages(): readonly HTMLElement[];
  isAt(selector: string): boolean;
  inLog(selector: string): HTMLElement | null;
  inApp(...path: readonly string[]): HTMLElement | null;
  /** When a message that says so is on screen, by the machine's clock. */
  shows(text: string): Promise<number>;
  /** Position of the first message in sight. */
  place(): number;
  /** Into the field of the search. */
  type(text: string): void;
  startFrames(): void;
  stopFrames(): Frames;
}

const SIXTIETH = 1000 / 60;

function inApp(...path: readonly string[]): HTMLElement | null {
  let at: HTMLElement | null = document.querySelector('sotto-app');
  for (const selector of path) at = at?.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
  return at;
}

const inLog = (selector: string): HTMLElement | null => inApp('sotto-room', 'sotto-log', selector);

function messages(): readonly HTMLElement[] {
  const groups = inApp('sotto-room', 'sotto-log')?.shadowRoot?.querySelectorAll('sotto-message-group') ?? [];
  return [...groups].flatMap((group) => [...(group.shadowRoot?.querySelectorAll<HTMLElement>('.bubble') ?? [])]);
}

const isInSight = (element: Element): boolean => {
  const { top, bottom, height } = element.getBoundingClientRect();
  return height > 0 && bottom > 0 && top < innerHeight;
};

const drawn = (then: () => void): void => { requestAnimationFrame(() => { setTimeout(then); }); };

interface Log extends HTMLElement {
  readonly items: readonly { readonly id: string; readonly position: number | null }[];
}
const items = (): Log['items'] => (inApp('sotto-room', 'sotto-log') as Log | null)?.items ?? [];

let times: number[] = [];
let most = 0;
let counting = false;
const count = (now: number): void => {
  if (!counting) return;
  times.push(now);
  most = Math.max(most, items().length);
  requestAnimationFrame(count);
};

const probe: Probe = {
  shownAt: undefined,
  messages,
  inLog,
  inApp,
  isAt: (selector) => {
    const element = inLog(selector);
    return element !== null && isInSight(element);
  },
  since: (begin, isSo) => new Promise((resolve) => {
    const from = performance.now();
    begin();
    const look = (): void => {
      if (isSo()) drawn(() => { resolve(performance.now() - from); });
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }),
  shows: (text) => new Promise((resolve) => {
    const look = (): void => {
      if (messages().some((message) => message.textContent.includes(text))) drawn(() => { resolve(Date.now()); });
      else requestAnimationFrame(look);
    };
    look();
  }),
  place: () => {
    const first = messages().find(isInSight)?.dataset['key'];
    return items().find(({ id }) => id === first)?.position ?? 0;
  },
  type: (text) => {
    const field = inApp('sotto-search', 'input') as HTMLInputElement | null;
    if (field === null) throw new Error('There is no field to search in.');
    field.value = text;
    field.dispatchEvent(new Event('input'));
  },
  startFrames: () => {
    times = [];
    most = 0;
    counting = true;
    requestAnimationFrame(count);
  },
  stopFrames: () => {
    counting = false;
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? time));
    const due = gaps.reduce((sum, gap) => sum + Math.max(1, Math.round(gap / SIXTIETH)), 0);
    return { due, missed: due - gaps.length, longest: Math.max(0, ...gaps), most };
  },
};

declare global {
  var sottoProbe: Probe;
}
globalThis.sottoProbe = probe;

const watch = (): void => {
  if (messages().some(isInSight)) drawn(() => { probe.shownAt = performance.now(); });
  else requestAnimationFrame(watch);
};
requestAnimationFrame(watch);
