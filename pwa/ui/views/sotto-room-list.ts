import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { EngineState, RoomKey, RoomSummary } from '../../engine/api.ts';
import { routeHash } from '../controllers/navigation.ts';
import { icon } from '../elements/icon.ts';
import '../elements/sotto-connection-line.ts';
import '../elements/sotto-avatar.ts';
import '../elements/sotto-mark.ts';
import '../elements/sotto-room-row.ts';
import { base, buttons } from '../elements/styles.ts';
import { timeOf } from '../timeline/layout.ts';
import { isolated } from '../words/people.ts';

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
  get emptyTitle() { return msg('Quiet in here'); },
  get emptyLine() { return msg('Start a room and invite someone, or join one by a code or link.'); },
} as const;

/** The rooms, the most recently active first. Fires `open-room`, `find`, `start-room`, `join-link`, `open-profile`. */
@customElement('sotto-room-list')
export class SottoRoomList extends LitElement {
  @property({ attribute: false }) engineState: EngineState | null = null;
  @property({ attribute: false }) current: RoomKey | null = null;
  /** A phone: the button for new rooms stands where the thumb is. */
  @property({ type: Boolean, reflect: true }) narrow = false;
  @state() private reached: RoomKey | null = null;
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
    a { display: block; text-decoration: none; border-radius: 16px; }
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
    const rows = this.#rows();
    (rows.find((row) => row.dataset.room === room) ?? rows[0] ?? this.renderRoot.querySelector<HTMLElement>('h1'))?.focus({ preventScroll: false });
  }

  protected override render() {
    const rooms = sorted(this.engineState?.rooms ?? []);
    const tabStop = this.reached ?? this.current ?? rooms[0]?.room ?? null;
    return html`
      <div class="head">
        <h1 tabindex="-1">${words.title}</h1>
        ${rooms.length === 0 ? nothing : html`<button class="round" type="button" aria-label=${words.find} title=${words.find} aria-haspopup="dialog" @click=${() => { this.dispatchEvent(new CustomEvent('find')); }}>${icon('search')}</button>`}
        ${this.#profile()}
        ${this.narrow || rooms.length === 0 ? nothing : html`<button class="round add" type="button" popovertarget="add" aria-label=${words.add} title=${words.add}>${icon('plus')}</button>`}
      </div>
      <sotto-connection-line .connection=${this.engineState?.connection ?? { kind: 'online' }}></sotto-connection-line>
      ${rooms.length === 0 ? this.#empty() : html`
        <ul class="list" aria-label=${words.rooms} @keydown=${this.#arrows}>
          ${repeat(rooms, (room) => room.room, (room) => html`<li><a href=${routeHash({ kind: 'room', room: room.room })} data-room=${room.room} tabindex=${room.room === tabStop ? 0 : -1}
            aria-current=${room.room === this.current ? 'page' : nothing} @click=${(event: MouseEvent) => { this.#open(event, room.room); }} @focus=${() => { this.reached = room.room; }}>
            <sotto-room-row .room=${room} .current=${room.room === this.current}></sotto-room-row></a></li>`)}
        </ul>
        ${this.narrow ? html`<button class="float" type="button" popovertarget="add" aria-label=${words.add} title=${words.add}>${icon('plus', 24)}</button>` : nothing}`}
      <div id="add" popover>
        <button type="button" @click=${() => { this.#choose('start-room'); }}><span class="dot">${icon('plus')}</span><span>${words.start}<small>${words.startHint}</small></span></button>
        <button type="button" @click=${() => { this.#choose('join-link'); }}><span class="dot">${icon('link')}</span><span>${words.join}<small>${words.joinHint}</small></span></button>
      </div>`;
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

  #choose(event: 'start-room' | 'join-link'): void {
    if (this.menu.matches(':popover-open')) this.menu.hidePopover();
    this.dispatchEvent(new CustomEvent(event));
  }

  #open(event: MouseEvent, room: RoomKey): void {
    // With a key held, the browser's own way: a new tab or window.
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

const activity = (room: RoomSummary): number => (room.latest === null ? room.createdAt : timeOf(room.latest));
const sorted = (rooms: readonly RoomSummary[]): readonly RoomSummary[] => [...rooms].sort((a, b) => activity(b) - activity(a));

declare global {
  interface HTMLElementTagNameMap { 'sotto-room-list': SottoRoomList }
}
