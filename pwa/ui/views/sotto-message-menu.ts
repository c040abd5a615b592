import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { MessageItem, PersonKey, RoomSummary } from '../../engine/api.ts';
import { icon, type IconName } from '../elements/icon.ts';
import { base } from '../elements/styles.ts';

const words = {
  get label() { return msg('What to do with this message'); },
  get react() { return msg('React'); },
  get reply() { return msg('Reply'); },
  get thread() { return msg('Reply in a thread'); },
  get copy() { return msg('Copy text'); },
  get edit() { return msg('Edit'); },
  get forward() { return msg('Forward'); },
  get pin() { return msg('Pin'); },
  get unpin() { return msg('Unpin'); },
  get versions() { return msg('Earlier versions'); },
  get close() { return msg('Close the poll'); },
  get delete() { return msg('Delete…'); },
  get deleteForAll() { return msg('Delete for everyone'); },
  get deleteHere() { return msg('Delete on this device'); },
  get forAllNote() { return msg('Everyone who has it loses it, as far as their devices are told.'); },
  get keep() { return msg('Keep it'); },
} as const;

/** Those that people give most; every other one by the keyboard's own emoji. */
export const FACES = ['👍', '❤️', '😂', '😮', '😢', '🙏'] as const;

export type Choice = 'reply' | 'thread' | 'copy' | 'edit' | 'forward' | 'pin' | 'unpin' | 'versions' | 'close' | 'deleteForAll' | 'deleteHere';

export type ChooseEvent = CustomEvent<{ readonly choice: Choice } | { readonly emoji: string; readonly on: boolean }>;

const ICONS: Readonly<Record<Choice, IconName>> = {
  reply: 'reply', thread: 'thread', copy: 'copy', edit: 'edit', forward: 'forwardTo', pin: 'pin', unpin: 'unpin', versions: 'clock', close: 'check', deleteForAll: 'trash', deleteHere: 'trash',
};

/** What the person may do to it, in the order in which it is offered; deleting apart. */
export function choicesFor({ content, mine, pinned, thread, editedAt, position }: MessageItem): readonly Choice[] {
  if (content.kind === 'deleted') return [];
  const isMedia = content.kind === 'media';
  const isText = content.kind === 'text' || isMedia;
  const isSaid = isText && content.text !== '';
  const placed = position !== null;
  return [
    'reply', ...(thread === undefined && placed ? ['thread' as const] : []), ...(isSaid ? ['copy' as const] : []), ...(isText ? ['forward' as const] : []), ...(isText && mine ? ['edit' as const] : []),
    ...(placed ? [pinned === true ? 'unpin' as const : 'pin' as const] : []), ...(editedAt === undefined ? [] : ['versions' as const]), ...(content.kind === 'poll' && mine && !content.closed ? ['close' as const] : []),
  ];
}

const mayDeleteForAll = ({ content, mine }: MessageItem, { role }: Pick<RoomSummary, 'role'>): boolean => content.kind !== 'deleted' && (mine || role !== 'member');

/** Beside a message: faces to react with, and what can be done with it. Fires `choose`, and `close` when it is done. */
@customElement('sotto-message-menu')
export class SottoMessageMenu extends LitElement {
  @property({ attribute: false }) message: MessageItem | null = null;
  @property({ attribute: false }) room: Pick<RoomSummary, 'role'> = { role: 'member' };
  @property({ attribute: false }) me: PersonKey | null = null;
  @property({ attribute: false }) anchor: HTMLElement | null = null;
  @state() private deleting = false;
  @query('[popover]') private readonly popup!: HTMLElement;

  static override styles = [base, css`
    [popover] {
      position: fixed; inset: auto; margin: 0; padding: 6px; border: 0; border-radius: 18px; background: var(--raised); color: var(--ink); box-shadow: var(--shadow), 0 0 0 1px var(--hairline);
      font: 400 var(--text-l) / var(--line) var(--font); inline-size: max-content; max-inline-size: calc(100vw - 16px); max-block-size: calc(100dvh - 16px); overflow: auto;
      opacity: 1; transform: none; transition: opacity var(--fast) var(--ease), transform var(--fast) var(--ease);
    }
    @starting-style { [popover]:popover-open { opacity: 0; transform: translateY(6px) scale(0.97); } }
    .faces { display: flex; gap: 2px; padding-block-end: 6px; margin-block-end: 6px; border-block-end: 1px solid var(--hairline); }
    .face { display: grid; place-items: center; inline-size: 44px; block-size: 44px; border-radius: 50%; font-size: 1.5rem; line-height: 1; transition: background-color var(--fast) var(--ease), transform var(--fast) var(--ease); }
    .face:hover { background: var(--well); transform: scale(1.12); }
    .face[aria-checked='true'] { background: var(--accent-tint); }
    .choice { display: flex; align-items: center; gap: 12px; inline-size: 100%; min-inline-size: 200px; min-block-size: 44px; padding: 8px 14px; border-radius: 12px; }
    .choice:hover, .choice:focus-visible { background: var(--well); }
    .choice .icon { color: var(--ink-2); }
    .choice.danger, .choice.danger .icon { color: var(--danger); }
    .note { max-inline-size: 264px; padding: 2px 14px 6px; font-size: var(--text-s); line-height: 1.4; color: var(--ink-2); }
    @media (prefers-reduced-motion: reduce) { [popover], .face { transition: none; } .face:hover { transform: none; } }
  `];

  // Not of the kind that goes by itself: the finger or button that opened it is lifted outside of it, which would close it again.
  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('pointerdown', this.#outside, { capture: true });
    addEventListener('keydown', this.#escape, { capture: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('pointerdown', this.#outside, { capture: true });
    removeEventListener('keydown', this.#escape, { capture: true });
  }

  readonly #outside = (event: PointerEvent): void => {
    if (!event.composedPath().includes(this)) this.popup.hidePopover();
  };

  readonly #escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' && event.key !== 'Tab') return;
    event.preventDefault();
    event.stopPropagation();
    this.popup.hidePopover();
  };

  override firstUpdated(): void {
    this.popup.showPopover();
    this.#place();
    this.renderRoot.querySelector<HTMLElement>('button')?.focus({ preventScroll: true });
  }

  protected override updated(): void {
    if (this.popup.matches(':popover-open')) this.#place();
  }

  protected override render() {
    const { message } = this;
    if (message === null) return nothing;
    return html`
      <div popover="manual" role="menu" aria-label=${words.label} @toggle=${this.#toggled} @keydown=${this.#keys}>
        ${this.deleting ? this.#deletion(message) : this.#choices(message)}
      </div>`;
  }

  #choices(message: MessageItem) {
    const given = message.reactions?.filter(({ by }) => by.some(({ person }) => person === this.me)).map(({ emoji }) => emoji) ?? [];
    const deleted = message.content.kind === 'deleted';
    return html`
      ${deleted ? nothing : html`<div class="faces" role="group" aria-label=${words.react}>${FACES.map((emoji) => html`
        <button class="face" type="button" role="menuitemcheckbox" aria-checked=${given.includes(emoji) ? 'true' : 'false'} @click=${() => { this.#choose({ emoji, on: !given.includes(emoji) }); }}>${emoji}</button>`)}</div>`}
      ${choicesFor(message).map((choice) => this.#choice(choice, words[choice]))}
      <button class="choice danger" type="button" role="menuitem" @click=${() => { this.deleting = true; }}>${icon('trash')}${words.delete}</button>`;
  }

  #deletion(message: MessageItem) {
    return html`
      ${mayDeleteForAll(message, this.room) ? html`${this.#choice('deleteForAll', words.deleteForAll, true)}<p class="note">${words.forAllNote}</p>` : nothing}
      ${message.position === null ? nothing : this.#choice('deleteHere', words.deleteHere, true)}
      <button class="choice" type="button" role="menuitem" @click=${() => { this.popup.hidePopover(); }}>${icon('close')}${words.keep}</button>`;
  }

  #choice(choice: Choice, label: string, danger = false) {
    return html`<button class=${danger ? 'choice danger' : 'choice'} type="button" role="menuitem" @click=${() => { this.#choose({ choice }); }}>${icon(ICONS[choice])}${label}</button>`;
  }

  #choose(detail: ChooseEvent['detail']): void {
    this.dispatchEvent(new CustomEvent('choose', { detail }) satisfies ChooseEvent);
    this.popup.hidePopover();
  }

  readonly #toggled = (event: ToggleEvent): void => {
    if (event.newState === 'closed') this.dispatchEvent(new CustomEvent('close'));
  };

  readonly #keys = (event: KeyboardEvent): void => {
    if (!['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return;
    event.preventDefault();
    const items = [...this.renderRoot.querySelectorAll<HTMLElement>('button')];
    const at = items.findIndex((item) => item.matches(':focus'));
    const back = event.key === 'ArrowUp' || event.key === (this.matches(':dir(rtl)') ? 'ArrowRight' : 'ArrowLeft');
    const to = event.key === 'Home' ? 0 : event.key === 'End' ? items.length - 1 : (at + (back ? -1 : 1) + items.length) % items.length;
    items[to]?.focus();
  };

  /** Below the message where that fits, else above it, else as low as it goes; on the message's own side. */
  #place(): void {
    const { anchor, popup } = this;
    if (anchor === null) return;
    const EDGE = 8;
    const at = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = popup;
    const below = at.bottom + EDGE;
    const above = at.top - EDGE - height;
    const top = below + height <= innerHeight - EDGE ? below : above >= EDGE ? above : innerHeight - EDGE - height;
    const atEnd = (this.message?.mine === true) !== this.matches(':dir(rtl)');
    const left = atEnd ? at.right - width : at.left;
    popup.style.top = `${Math.max(EDGE, top)}px`;
    popup.style.left = `${Math.min(Math.max(EDGE, left), innerWidth - EDGE - width)}px`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-message-menu': SottoMessageMenu }
}
