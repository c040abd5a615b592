import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { RoomSummary } from '../../engine/api.ts';
import { icon, type IconName } from '../elements/icon.ts';
import { base } from '../elements/styles.ts';
import { isolated } from '../words/people.ts';

const words = {
  label: (name: string) => msg(str`What to do with ${isolated(name)}`),
  get pin() { return msg('Pin to the top'); },
  get unpin() { return msg('Unpin'); },
  get mute() { return msg('Mute…'); },
  get unmute() { return msg('Unmute'); },
  get archive() { return msg('Archive'); },
  get restore() { return msg('Take out of the archive'); },
  get details() { return msg('About this room'); },
} as const;

export type RoomChoice = 'pin' | 'unpin' | 'mute' | 'unmute' | 'archive' | 'restore' | 'details';

export type RoomChoiceEvent = CustomEvent<RoomChoice>;

const ICONS: Readonly<Record<RoomChoice, IconName>> = { pin: 'pin', unpin: 'unpin', mute: 'mute', unmute: 'bell', archive: 'archive', restore: 'restore', details: 'people' };

export function roomChoices({ place }: Pick<RoomSummary, 'place'>): readonly RoomChoice[] {
  return [place.pinned ? 'unpin' : 'pin', place.muted === null ? 'mute' : 'unmute', place.archived ? 'restore' : 'archive', 'details'];
}

/** Beside a room's row: what can be done with it. Fires `choose`, and `close` when it is done. */
@customElement('sotto-room-menu')
export class SottoRoomMenu extends LitElement {
  @property({ attribute: false }) room: RoomSummary | null = null;
  /** Where it was asked for, in pixels of the page; null: below the row. */
  @property({ attribute: false }) at: { readonly x: number; readonly y: number } | null = null;
  @property({ attribute: false }) anchor: HTMLElement | null = null;
  @query('[popover]') private readonly popup!: HTMLElement;

  static override styles = [base, css`
    [popover] {
      position: fixed; inset: auto; margin: 0; padding: 6px; border: 0; border-radius: 18px; background: var(--raised); color: var(--ink); box-shadow: var(--shadow), 0 0 0 1px var(--hairline);
      font: 400 var(--text-l) / var(--line) var(--font); inline-size: max-content; max-inline-size: calc(100vw - 16px); opacity: 1; transform: none; transition: opacity var(--fast) var(--ease), transform var(--fast) var(--ease);
    }
    @starting-style { [popover]:popover-open { opacity: 0; transform: translateY(6px) scale(0.97); } }
    button { display: flex; align-items: center; gap: 12px; inline-size: 100%; min-inline-size: 220px; min-block-size: 44px; padding: 8px 14px; border-radius: 12px; }
    button:hover, button:focus-visible { background: var(--well); }
    .icon { color: var(--ink-2); }
    @media (prefers-reduced-motion: reduce) { [popover] { transition: none; } }
  `];

  // The finger that opened it is lifted outside of it, which would close one that goes by itself.
  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('pointerdown', this.#outside, { capture: true });
    addEventListener('keydown', this.#leave, { capture: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('pointerdown', this.#outside, { capture: true });
    removeEventListener('keydown', this.#leave, { capture: true });
  }

  override firstUpdated(): void {
    this.popup.showPopover();
    this.#place();
    this.renderRoot.querySelector<HTMLElement>('button')?.focus({ preventScroll: true });
  }

  protected override render() {
    const { room } = this;
    if (room === null) return nothing;
    return html`
      <div popover="manual" role="menu" aria-label=${words.label(room.name)} @toggle=${this.#toggled} @keydown=${this.#keys}>
        ${roomChoices(room).map((choice) => html`<button type="button" role="menuitem" @click=${() => { this.#choose(choice); }}>${icon(ICONS[choice])}${words[choice]}</button>`)}
      </div>`;
  }

  #choose(choice: RoomChoice): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: choice }) satisfies RoomChoiceEvent);
    this.popup.hidePopover();
  }

  readonly #outside = (event: PointerEvent): void => {
    if (!event.composedPath().includes(this)) this.popup.hidePopover();
  };

  readonly #leave = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' && event.key !== 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    this.popup.hidePopover();
  };

  readonly #toggled = (event: ToggleEvent): void => {
    if (event.newState === 'closed') this.dispatchEvent(new CustomEvent('close'));
  };

  readonly #keys = (event: KeyboardEvent): void => {
    const items = [...this.renderRoot.querySelectorAll<HTMLElement>('button')];
    const at = items.findIndex((item) => item.matches(':focus'));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    items[(to + items.length) % items.length]?.focus();
  };

  #place(): void {
    const EDGE = 8;
    const { offsetWidth: width, offsetHeight: height } = this.popup;
    const box = this.anchor?.getBoundingClientRect();
    const rtl = this.matches(':dir(rtl)');
    const { x, y } = this.at ?? { x: rtl ? (box?.right ?? 0) : (box?.left ?? 0), y: box?.bottom ?? 0 };
    const within = (value: number, most: number): number => Math.min(Math.max(EDGE, value), Math.max(EDGE, most - EDGE));
    this.popup.style.left = `${within(rtl ? x - width : x, innerWidth - width)}px`;
    this.popup.style.top = `${within(y, innerHeight - height)}px`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-room-menu': SottoRoomMenu }
}
