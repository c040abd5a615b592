import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { RoomKey } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import { takeErrand, type Errand } from './errand.ts';

export type Route =
  | { readonly kind: 'list' }
  | { readonly kind: 'room'; readonly room: RoomKey }
  | { readonly kind: 'details'; readonly room: RoomKey };

/** How far one went: what is deeper comes in from the end of the line. */
export type Way = 'forward' | 'back' | 'across';

export function parseRoute(hash: string): Route {
  const match = /^#\/room\/([\w-]+)(\/details)?$/u.exec(hash);
  if (match?.[1] === undefined) return { kind: 'list' };
  return { kind: match[2] === undefined ? 'room' : 'details', room: match[1] as RoomKey };
}

export function routeHash(route: Route): string {
  switch (route.kind) {
    case 'list':
      return '#/';
    case 'room':
      return `#/room/${route.room}`;
    case 'details':
      return `#/room/${route.room}/details`;
    default:
      return assertNever(route);
  }
}

const DEPTH: Readonly<Record<Route['kind'], number>> = { list: 0, room: 1, details: 2 };

const stepsOf = (state: unknown): number =>
  typeof state === 'object' && state !== null && 'steps' in state && typeof state.steps === 'number' ? state.steps : 0;

/** Where in the app one is; the browser's own back works, and going back never leaves the app by surprise. */
export class Navigation implements ReactiveController {
  route: Route = { kind: 'list' };
  readonly #moved: (way: Way, from: Route) => void;
  readonly #sent: (errand: Errand) => void;

  constructor(host: ReactiveControllerHost, on: { readonly moved: (way: Way, from: Route) => void; readonly sent: (errand: Errand) => void }) {
    this.#moved = on.moved;
    this.#sent = on.sent;
    host.addController(this);
  }

  hostConnected(): void {
    this.route = parseRoute(location.hash);
    addEventListener('popstate', this.#follow);
    addEventListener('hashchange', this.#follow);
  }

  hostDisconnected(): void {
    removeEventListener('popstate', this.#follow);
    removeEventListener('hashchange', this.#follow);
  }

  go(route: Route): void {
    if (routeHash(route) === routeHash(this.route)) return;
    // Room beside room in the list is one step, not a path to walk back through.
    const replace = DEPTH[route.kind] === DEPTH[this.route.kind];
    const steps = stepsOf(history.state);
    if (replace) history.replaceState({ steps }, '', routeHash(route));
    else history.pushState({ steps: steps + 1 }, '', routeHash(route));
    this.#set(route);
  }

  /** One level up: through the history where it leads there, else in its place. */
  up(): void {
    const above: Route = this.route.kind === 'details' ? { kind: 'room', room: this.route.room } : { kind: 'list' };
    if (stepsOf(history.state) > 0) {
      history.back();
      return;
    }
    history.replaceState(history.state, '', routeHash(above));
    this.#set(above);
  }

  readonly #follow = (): void => {
    const errand = takeErrand();
    if (errand !== null) {
      this.#sent(errand);
      return;
    }
    this.#set(parseRoute(location.hash));
  };

  #set(route: Route): void {
    if (routeHash(route) === routeHash(this.route)) return;
    const from = this.route;
    const deeper = DEPTH[route.kind] - DEPTH[from.kind];
    this.route = route;
    this.#moved(deeper > 0 ? 'forward' : deeper < 0 ? 'back' : 'across', from);
  }
}
