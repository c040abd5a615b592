import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { assertNever } from '../../../shared/never.ts';
import type { Engine, EngineState, RoomKey, RoomPlace, RoomSummary } from '../../engine/api.ts';
import { onLongPress } from '../controllers/long-press.ts';
import { routeHash } from '../controllers/navigation.ts';
import { icon } from '../elements/icon.ts';
import '../elements/sotto-connection-line.ts';
import '../elements/sotto-avatar.ts';
import '../elements/sotto-mark.ts';
import '../elements/sotto-room-row.ts';
import { base, buttons } from '../elements/styles.ts';
import { startOfDay, timeOf } from '../timeline/layout.ts';
import { plural } from '../words/counts.ts';
import { isolated } from '../words/people.ts';
import { loadCare } from './sheets.ts';
import type { RoomChoice, RoomChoiceEvent } from './sotto-room-menu.ts';

const words = {
  title: 'Sotto',
  get rooms() { return msg('Rooms'); },
  get add() { return msg('New conversation'); },
  get start() { return msg('Start a room'); },
  get startHint() { return msg('You choose the name and invite people'); },
  get join() { return msg('Join a room'); },
  get joinHint() { return msg('Scan a code or paste a link'); },
  get find() { return msg('Find in messages'); },
  profile: (name: string) => msg(str`You: ${isolated(name)}`),
  archived: (count: number) => plural(count, msg('1 archived room|{n} archived rooms')),
  get archive() { return msg('Archived'); },
  get install() { return msg('Put Sotto on your home screen'); },
  get installText() { return msg('It opens like any other app, and your messages are kept with it.'); },
  get installHow() { return msg('Show me'); },
  get later() { return msg('Not now'); },
  get back() { return msg('Back to rooms'); },
  get noneArchived() { return msg('Nothing is archived any more.'); },
  get emptyTitle() { return msg('Quiet in here'); },
  get emptyLine() { return msg('Start a room and invite someone, or join one by a code or link.'); },
} as const;

/** The rooms: pinned ones first, then the most recently active; archived ones apart. Fires `open-room`, `open-details`, `open-sheet`, `find`, `install`, `not-install`, `start-room`, `join-link`, `open-profile`. */
@customElement('sotto-room-list')
export class SottoRoomList extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) engineState: EngineState | null = null;
  @property({ attribute: false }) current: RoomKey | null = null;
  /** A phone: the button for new rooms stands where the thumb is. */
  @property({ type: Boolean, reflect: true }) narrow = false;
  /** The home screen is offered. */
  @property({ type: Boolean }) installable = false;
  @state() private reached: RoomKey | null = null;
  /** Rows that are drawn: a screenful at first, the others when there is nothing better to do. */
  @state() private drawn = SCREENFUL;
  /** The archived rooms are shown in place of the others. */
  @state() private archive = false;
  @state() private choosing: { readonly room: RoomKey; readonly anchor: HTMLElement; readonly at: { readonly x: number; readonly y: number } | null } | null = null;
  /** A finger rested: lifting it opens nothing. */
  #pressed = false;
  @query('#add') private readonly menu!: HTMLElement;

  static override styles = [base, buttons, css`
    :host { position: relative; display: flex; flex-direction: column; block-size: 100%; min-block-size: 0; background: var(--surface); --hover: var(--well); }
    :host([narrow]) { background: var(--paper); --hover: var(--surface); }
    .head { display: flex; align-items: center; gap: 4px; padding: calc(12px + var(--safe-top)) 12px 8px 24px; min-block-size: 64px; }
    :host(:dir(rtl)) .head { padding-inline: 24px 12px; }
    h1 { flex: 1; font-size: var(--text-xl); font-weight: 700; letter-spacing: -0.02em; line-height: var(--line-tight); }
    :host([narrow]) h1 { font-size: var(--text-xxl); letter-spacing: -0.025em; }
    .list { flex: 1; min-block-size: 0; overflow-y: auto; overscroll-behavior: contain; padding: 4px 8px calc(16px + var(--safe-bottom)); scrollbar-width: thin; scrollbar-color: var(--pressed) transparent; }
    :host([narrow]) .list { padding-block-end: calc(96px + var(--safe-bottom)); }
    li { content-visibility: auto; contain-intrinsic-block-size: auto 74px; }
    li + li { margin-block-start: 2px; }
    a { display: block; text-decoration: none; border-radius: 16px; -webkit-touch-callout: none; user-select: none; --row-ground: var(--surface); }
    :host([narrow]) a { --row-ground: var(--paper); }
    a[aria-current] { --row-ground: var(--accent-tint); }
    h1:focus-visible { outline: none; }
    .back { margin-inline-start: -12px; }
    .apart { display: grid; grid-template-columns: 52px minmax(0, 1fr) auto; align-items: center; gap: 12px; inline-size: 100%; min-block-size: 52px; padding: 6px 12px; border-radius: 16px; color: var(--ink-2); font-size: var(--text-m); }
    .apart:hover { background: var(--hover); }
    .apart:focus-visible { outline-offset: -2px; }
    .apart .icon { justify-self: center; }
    .list sotto-banner { display: block; margin: 0 -4px 10px; }
    .none { padding: 32px; text-align: center; color: var(--ink-3); font-size: var(--text-m); }
    a:focus-visible { outline-offset: -2px; }
    .head sotto-avatar { --avatar: 34px; }
    .add { color: var(--accent-ink); }
    .float { position: absolute; inset-block-end: calc(20px + var(--safe-bottom)); inset-inline-end: calc(20px + var(--safe-right)); display: grid; place-items: center; inline-size: 58px; block-size: 58px; border-radius: 20px;
      background: var(--accent-fill); color: var(--on-accent); box-shadow: var(--shadow); transition: background-color var(--fast) var(--ease), transform var(--fast) var(--ease); }
    .float:hover { background: var(--accent-fill-pressed); }
    .float:active { transform: scale(0.95); }
    [popover] { position: fixed; inset: auto; margin: 0; padding: 6px; border: 1px solid var(--hairline); border-radius: 20px; background: var(--raised); color: var(--ink); box-shadow: var(--shadow); inline-size: min(300px, calc(100vw - 32px));
      inset-block-start: calc(64px + var(--safe-top)); inset-inline-start: 16px; transition: opacity var(--fast) var(--ease), transform var(--fast) var(--ease); }
    :host([narrow]) [popover] { inset-block: auto calc(88px + var(--safe-bottom)); inset-inline: auto calc(20px + var(--safe-right)); }
    @starting-style { [popover]:popover-open { opacity: 0; transform: scale(0.97) translateY(4px); } }
    [popover] button { display: grid; grid-template-columns: 40px 1fr; align-items: center; gap: 12px; inline-size: 100%; padding: 10px; border-radius: 14px; font-weight: 600; line-height: 1.35; }
    [popover] button:hover, [popover] button:focus-visible { background: var(--well); }
    [popover] .dot { display: grid; place-items: center; inline-size: 40px; block-size: 40px; border-radius: 50%; background: var(--accent-tint); color: var(--accent-ink); }
    [popover] small { display: block; font-size: var(--text-s); font-weight: 400; color: var(--ink-3); }
    .empty { flex: 1; display: grid; align-content: center; justify-items: center; gap: 8px; padding: 24px 32px 96px; text-align: center; }
    .empty sotto-mark { --mark: 72px; margin-block-end: 16px; }
    .empty h2 { font-size: var(--text-xl); font-weight: 650; letter-spacing: -0.012em; line-height: var(--line-tight); }
    .empty p { color: var(--ink-2); font-size: var(--text-m); max-inline-size: 32ch; text-wrap: balance; }
    .choices { display: grid; gap: 10px; inline-size: min(100%, 300px); margin-block-start: 24px; }
  `];

  /** Puts the focus on a room's row, or on the first. */
  focusRow(room: RoomKey | null): void {
    if (room !== null && this.drawn < Infinity && !this.#rows().some((row) => row.dataset.room === room)) {
      this.drawn = Infinity;
      void this.updateComplete.then(() => { this.focusRow(room); });
      return;
    }
    const rows = this.#rows();
    (rows.find((row) => row.dataset.room === room) ?? rows[0] ?? this.renderRoot.querySelector<HTMLElement>('h1'))?.focus({ preventScroll: false });
  }

  protected override updated(): void {
    const { drawn } = this;
    if (drawn < (this.engineState?.rooms.length ?? 0)) whenIdle(() => { this.drawn = Math.max(this.drawn, drawn + SCREENFUL); });
  }

  protected override render() {
    const all = this.engineState?.rooms ?? [];
    const archived = all.filter(({ place }) => place.archived).length;
    const inArchive = this.archive;
    const rooms = sorted(all.filter(({ place }) => place.archived === inArchive));
    const today = startOfDay(Date.now());
    const tabStop = this.reached ?? this.current ?? rooms[0]?.room ?? null;
    return html`
      <div class="head">
        ${inArchive ? html`<button class="round back" type="button" aria-label=${words.back} title=${words.back} @click=${() => { this.#showArchive(false); }}>${icon('back', 24)}</button>` : nothing}
        <h1 tabindex="-1">${inArchive ? words.archive : words.title}</h1>
        ${all.length === 0 || inArchive ? nothing : html`<button class="round" type="button" aria-label=${words.find} title=${words.find} aria-haspopup="dialog" @click=${() => { this.dispatchEvent(new CustomEvent('find')); }}>${icon('search')}</button>`}
        ${inArchive ? nothing : this.#profile()}
        ${this.narrow || all.length === 0 || inArchive ? nothing : html`<button class="round add" type="button" popovertarget="add" aria-label=${words.add} title=${words.add}>${icon('plus')}</button>`}
      </div>
      <sotto-connection-line .connection=${this.engineState?.connection ?? { kind: 'online' }}></sotto-connection-line>
      ${all.length === 0 ? this.#empty() : html`
        <div class="list">
        ${this.installable && !inArchive ? html`<sotto-banner tone="news" .heading=${words.install} .text=${words.installText} .action=${words.installHow} .dismissal=${words.later} @act=${() => { this.dispatchEvent(new CustomEvent('install')); }} @dismiss=${() => { this.dispatchEvent(new CustomEvent('not-install')); }}></sotto-banner>` : nothing}
        ${inArchive || archived === 0 ? nothing : html`<button class="apart" type="button" @click=${() => { this.#showArchive(true); }}>${icon('archive')}<span>${words.archived(archived)}</span>${icon('forward', 18)}</button>`}
        ${rooms.length === 0 && inArchive ? html`<p class="none" role="status">${words.noneArchived}</p>` : nothing}
        <ul aria-label=${inArchive ? words.archive : words.rooms} @keydown=${this.#arrows}>
          ${repeat(rooms.slice(0, this.drawn), (room) => room.room, (room) => html`<li><a href=${routeHash({ kind: 'room', room: room.room })} data-room=${room.room} tabindex=${room.room === tabStop ? 0 : -1}
            aria-current=${room.room === this.current ? 'page' : nothing} @click=${(event: MouseEvent) => { this.#open(event, room.room); }} @focus=${() => { this.reached = room.room; }}
            aria-haspopup="menu" @contextmenu=${(event: MouseEvent) => { this.#context(event, room.room); }} @pointerdown=${(event: PointerEvent) => { this.#press(event, room.room); }}>
            <sotto-room-row .room=${room} .day=${today} .current=${room.room === this.current}></sotto-room-row></a></li>`)}
        </ul></div>
        ${this.narrow && !inArchive ? html`<button class="float" type="button" popovertarget="add" aria-label=${words.add} title=${words.add}>${icon('plus', 24)}</button>` : nothing}`}
      <div id="add" popover>
        <button type="button" @click=${() => { this.#choose('start-room'); }}><span class="dot">${icon('plus')}</span><span>${words.start}<small>${words.startHint}</small></span></button>
        <button type="button" @click=${() => { this.#choose('join-link'); }}><span class="dot">${icon('link')}</span><span>${words.join}<small>${words.joinHint}</small></span></button>
      </div>
      ${this.#roomMenu(all)}`;
  }

  #empty() {
    return html`
      <div class="empty">
        <sotto-mark></sotto-mark>
        <h2>${words.emptyTitle}</h2>
        <p>${words.emptyLine}</p>
        <div class="choices">
          <button class="button filled" type="button" @click=${() => { this.#choose('start-room'); }}>${icon('plus')}${words.start}</button>
          <button class="button" type="button" @click=${() => { this.#choose('join-link'); }}>${icon('link')}${words.join}</button>
        </div>
      </div>`;
  }

  #profile() {
    const profile = this.engineState?.profile ?? null;
    return profile === null ? nothing : html`<button class="round" type="button" title=${words.profile(profile.name)} aria-haspopup="dialog"
      @click=${() => { this.dispatchEvent(new CustomEvent('open-profile')); }}><sotto-avatar .name=${profile.name} .key=${profile.person}></sotto-avatar><span class="unseen">${words.profile(profile.name)}</span></button>`;
  }

  #roomMenu(rooms: readonly RoomSummary[]) {
    const { choosing } = this;
    const room = rooms.find((one) => one.room === choosing?.room);
    return choosing === null || room === undefined ? nothing
      : html`<sotto-room-menu .room=${room} .anchor=${choosing.anchor} .at=${choosing.at} @choose=${(event: RoomChoiceEvent) => { this.#do(room.room, event.detail); }} @close=${this.#closeMenu}></sotto-room-menu>`;
  }

  #showArchive(archive: boolean): void {
    this.archive = archive;
    this.reached = null;
    void this.updateComplete.then(() => { this.renderRoot.querySelector<HTMLElement>('h1')?.focus(); });
  }

  #do(room: RoomKey, choice: RoomChoice): void {
    const set = (place: Partial<RoomPlace>): void => { this.engine?.setPlace(room, place).catch(() => undefined); };
    switch (choice) {
      case 'pin':
      case 'unpin':
        return set({ pinned: choice === 'pin' });
      case 'archive':
      case 'restore':
        return set({ archived: choice === 'archive' });
      case 'unmute':
        return set({ muted: null });
      case 'mute':
        this.dispatchEvent(new CustomEvent('open-sheet', { detail: { kind: 'mute', room } }));
        return;
      case 'details':
        this.dispatchEvent(new CustomEvent('open-details', { detail: { room } }));
        return;
      default:
        return assertNever(choice);
    }
  }

  readonly #closeMenu = (): void => {
    const anchor = this.choosing?.anchor;
    this.choosing = null;
    anchor?.focus({ preventScroll: true });
  };

  #ask(room: RoomKey, anchor: HTMLElement, at: { readonly x: number; readonly y: number } | null): void {
    this.choosing = { room, anchor, at };
    // Until it is there, the menu stands empty; where it cannot be fetched, the next try asks again.
    loadCare().catch(() => { this.choosing = null; });
  }

  /** By the mouse's other button, or by a key, which has no place of its own. */
  #context(event: MouseEvent, room: RoomKey): void {
    event.preventDefault();
    const anchor = event.currentTarget as HTMLElement;
    if (this.choosing === null) this.#ask(room, anchor, event.button === 2 ? { x: event.clientX, y: event.clientY } : null);
  }

  #press(event: PointerEvent, room: RoomKey): void {
    this.#pressed = false;
    const anchor = event.currentTarget as HTMLElement;
    onLongPress(event, () => {
      this.#pressed = true;
      this.#ask(room, anchor, { x: event.clientX, y: event.clientY });
    });
  }

  #choose(event: 'start-room' | 'join-link'): void {
    if (this.menu.matches(':popover-open')) this.menu.hidePopover();
    this.dispatchEvent(new CustomEvent(event));
  }

  #open(event: MouseEvent, room: RoomKey): void {
    // With a key held, the browser's own way: a new tab or window.
    if (this.#pressed) {
      this.#pressed = false;
      event.preventDefault();
      return;
    }
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent('open-room', { detail: { room } }));
  }

  readonly #arrows = (event: KeyboardEvent): void => {
    const rows = this.#rows();
    const at = rows.indexOf(this.shadowRoot?.activeElement as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    rows[Math.min(Math.max(to, 0), rows.length - 1)]?.focus();
  };

  #rows(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('a[data-room]')];
  }
}

/** Rows on a tall screen. */
const SCREENFUL = 24;

const whenIdle = (work: () => void): void => void ('requestIdleCallback' in globalThis ? requestIdleCallback(work, { timeout: 500 }) : setTimeout(work, 100));

const activity = (room: RoomSummary): number => (room.latest === null ? room.createdAt : timeOf(room.latest));
const sorted = (rooms: readonly RoomSummary[]): readonly RoomSummary[] => [...rooms].sort((a, b) => Number(b.place.pinned) - Number(a.place.pinned) || activity(b) - activity(a));

declare global {
  interface HTMLElementTagNameMap { 'sotto-room-list': SottoRoomList }
}
