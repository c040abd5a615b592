import { msg } from '@lit/localize';
import { LitElement, css, html } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { icon, type IconName } from './icon.ts';
import { base } from './styles.ts';

/** What can be put beside a text. */
export type AttachKind = 'photo' | 'camera' | 'file' | 'poll' | 'place';

export type AttachEvent = CustomEvent<{ readonly kind: AttachKind }>;

const words = {
  attach: () => msg('Attach'),
  photo: () => msg('Photo or video'),
  camera: () => msg('Camera'),
  file: () => msg('File'),
  poll: () => msg('Poll'),
  place: () => msg('Where I am now'),
} as const;

const ICONS: Readonly<Record<AttachKind, IconName>> = { photo: 'image', camera: 'camera', file: 'file', poll: 'poll', place: 'place' };

/** Between the button and its list. */
const GAP = 10;
const EDGE = 8;

/** A button that opens a list of what can be attached: above it where there is room, along the bottom of a phone. Fires `attach` in the same turn as the click. */
@customElement('sotto-attach-menu')
export class SottoAttachMenu extends LitElement {
  /** In the order in which they are offered. */
  @property({ attribute: false }) kinds: readonly AttachKind[] = [];
  @query('[popover]') private readonly popup!: HTMLElement;
  @query('.open') private readonly opener!: HTMLButtonElement;

  static override styles = [base, css`
    :host { display: block; }
    .open { display: grid; place-items: center; inline-size: 46px; block-size: 46px; border-radius: 50%; color: var(--ink-2); transition: color var(--fast) var(--ease), transform var(--calm) var(--ease); }
    .open:hover { color: var(--ink); }
    .open:focus-visible { outline-offset: -3px; }
    .open[aria-expanded='true'] { color: var(--accent-ink); transform: rotate(45deg); }
    [popover] {
      position: fixed; inset: auto; margin: 0; padding: 6px; border: 0; border-radius: 20px; background: var(--raised); color: var(--ink); box-shadow: var(--shadow), 0 0 0 1px var(--hairline);
      font: 400 var(--text-l) / var(--line) var(--font); inline-size: max-content; min-inline-size: 220px; max-inline-size: calc(100vw - 16px); max-block-size: calc(100dvh - 16px); overflow: auto;
      opacity: 1; transform: none; transition: opacity var(--fast) var(--ease), transform var(--fast) var(--ease);
    }
    @starting-style { [popover]:popover-open { opacity: 0; transform: translateY(8px) scale(0.98); } }
    [popover] button { display: flex; align-items: center; gap: 12px; inline-size: 100%; min-block-size: 48px; padding: 5px 16px 5px 6px; border-radius: 14px; font-weight: 500; line-height: 1.3; }
    [popover]:dir(rtl) button { padding: 5px 6px 5px 16px; }
    [popover] button:hover, [popover] button:focus-visible { background: var(--well); }
    [popover] button:focus-visible { outline-offset: -2px; }
    .dot { display: grid; place-items: center; flex: none; inline-size: 38px; block-size: 38px; border-radius: 50%; background: var(--accent-tint); color: var(--accent-ink); }
    @media (max-width: 599px) {
      [popover] { inset: auto 0 0; inline-size: 100%; max-inline-size: none; padding: 10px 12px calc(14px + var(--safe-bottom)); border-radius: 26px 26px 0 0; }
      [popover]::backdrop { background: var(--scrim); }
      [popover] button { min-block-size: 56px; }
      @starting-style { [popover]:popover-open { transform: translateY(40px); } }
    }
    @media (prefers-reduced-motion: reduce) { .open[aria-expanded='true'] { transition: none; } }
  `];

  override focus(options?: FocusOptions): void {
    this.opener.focus(options);
  }

  protected override render() {
    return html`
      <button class="open" type="button" aria-haspopup="menu" aria-expanded="false" aria-label=${words.attach()} title=${words.attach()} popovertarget="menu">${icon('plus', 22)}</button>
      <div id="menu" popover role="menu" aria-label=${words.attach()} @toggle=${this.#toggled} @keydown=${this.#keys}>
        ${this.kinds.map((kind) => html`<button type="button" role="menuitem" tabindex="-1" @click=${() => { this.#choose(kind); }}><span class="dot">${icon(ICONS[kind])}</span>${words[kind]()}</button>`)}
      </div>`;
  }

  #choose(kind: AttachKind): void {
    // First, so that what opens next gives the focus back to the button.
    this.popup.hidePopover();
    this.opener.focus({ preventScroll: true });
    this.dispatchEvent(new CustomEvent('attach', { detail: { kind }, bubbles: true, composed: true }) satisfies AttachEvent);
  }

  readonly #toggled = ({ newState }: ToggleEvent): void => {
    const open = newState === 'open';
    this.opener.setAttribute('aria-expanded', String(open));
    if (!open) return;
    this.#place();
    this.#items()[0]?.focus({ preventScroll: true });
  };

  #place(): void {
    const { style } = this.popup;
    const phone = matchMedia('(max-width: 599px)').matches;
    for (const side of ['bottom', 'left', 'right'] as const) style[side] = '';
    if (phone) return;
    const at = this.opener.getBoundingClientRect();
    style.bottom = `${Math.max(EDGE, innerHeight - at.top + GAP)}px`;
    if (this.matches(':dir(rtl)')) style.right = `${Math.max(EDGE, innerWidth - at.right)}px`;
    else style.left = `${Math.max(EDGE, at.left)}px`;
  }

  readonly #keys = (event: KeyboardEvent): void => {
    const items = this.#items();
    const at = items.findIndex((item) => item.matches(':focus'));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === 'Tab') this.popup.hidePopover();
    if (event.key === 'Escape') {
      // By itself it would close, and leave the focus nowhere.
      event.preventDefault();
      event.stopPropagation();
      this.popup.hidePopover();
      this.opener.focus({ preventScroll: true });
      return;
    }
    if (to === undefined) return;
    event.preventDefault();
    items[to % items.length]?.focus();
  };

  #items(): readonly HTMLElement[] {
    return [...this.popup.querySelectorAll<HTMLElement>('button')];
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-attach-menu': SottoAttachMenu }
}
