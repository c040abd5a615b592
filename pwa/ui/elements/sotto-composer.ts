import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { icon } from './icon.ts';
import type { AttachKind } from './sotto-attach-menu.ts';
import { base } from './styles.ts';
import { isolated } from '../words/people.ts';

const words = {
  get placeholder() { return msg('Message'); },
  label: (room: string) => msg(str`Message to ${isolated(room)}`),
  get send() { return msg('Send'); },
  replying: (name: string) => msg(str`Replying to ${isolated(name)}`),
  get editing() { return msg('Editing your message'); },
  get drop() { return msg('Cancel'); },
  get save() { return msg('Save'); },
} as const;

/** What the text is for, where it is not simply said. */
export interface Purpose {
  readonly kind: 'reply' | 'edit';
  readonly name: string;
  readonly text: string;
}

export type WriteEvent = CustomEvent<{ readonly text: string }>;

/** A mouse and a real keyboard: there Enter sends. On a phone it breaks a line, and the button sends. */
const hasKeyboard = (): boolean => matchMedia('(hover: hover) and (pointer: fine)').matches;

/**
 * Draws what is being written. Fires `write` with the new text, `send` when it should go, `leave` when the field is left, `drop` to give up its purpose, `last` to reword what one said last,
 * `attach` with what is to be attached. What it shows is for its owner to change: it never clears itself.
 *
 * Slots: `attachments`, above the text; `voice`, in the place of the button that sends while there is nothing to send.
 */
@customElement('sotto-composer')
export class SottoComposer extends LitElement {
  @property() text = '';
  @property() room = '';
  @property({ attribute: false }) purpose: Purpose | null = null;
  @property({ type: Boolean }) sending = false;
  /** What can be attached here, in the order in which it is offered. */
  @property({ attribute: false }) attachable: readonly AttachKind[] = [];
  /** There is something to send besides the text. */
  @property({ type: Boolean }) laden = false;
  /** A sentence about the last attempt, empty when there is none. */
  @property() problem = '';
  @property({ attribute: false }) enterSends: boolean = hasKeyboard();
  @query('textarea') private readonly field!: HTMLTextAreaElement;

  static override styles = [base, css`
    :host { display: block; padding: 8px 12px calc(10px + var(--safe-bottom)); }
    form { display: flex; align-items: flex-end; max-inline-size: 920px; margin-inline: auto; border-radius: 24px; background: var(--well);
      border: 1px solid transparent; transition: border-color var(--fast) var(--ease), background-color var(--fast) var(--ease); }
    form:focus-within { border-color: color-mix(in oklch, var(--accent) 55%, transparent); background: var(--raised); box-shadow: 0 0 0 3px color-mix(in oklch, var(--accent) 14%, transparent); }
    textarea {
      flex: 1; min-inline-size: 0; resize: none; border: 0; background: none; padding: 11px 6px 11px 18px; font-size: max(16px, var(--text-l)); line-height: 1.45;
      field-sizing: content; min-block-size: calc(1.45em + 22px); max-block-size: calc(6 * 1.45em + 22px); overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin;
    }
    :host(:dir(rtl)) textarea { padding: 11px 18px 11px 6px; }
    sotto-attach-menu + textarea, :host(:dir(rtl)) sotto-attach-menu + textarea { padding-inline: 2px 6px; }
    sotto-attach-menu:not(:defined) { inline-size: 46px; block-size: 46px; }
    slot[name='attachments'] { display: block; max-inline-size: 920px; margin-inline: auto; }
    textarea::placeholder { color: var(--ink-3); opacity: 1; }
    textarea:focus, textarea:focus-visible { outline: none; }
    .send, .purpose button { flex: none; display: grid; place-items: center; inline-size: 46px; block-size: 46px; border-radius: 50%; }
    .send span { display: grid; place-items: center; inline-size: 36px; block-size: 36px; border-radius: 50%; background: var(--accent-fill); color: var(--on-accent);
      transition: background-color var(--fast) var(--ease), transform var(--fast) var(--ease), opacity var(--fast) var(--ease); @starting-style { transform: scale(0.6); opacity: 0; } }
    .send:hover span { background: var(--accent-fill-pressed); }
    .send:active span { transform: scale(0.92); }
    button:focus-visible { outline-offset: -3px; }
    .purpose { display: flex; align-items: center; gap: 10px; max-inline-size: 920px; margin: 0 auto 6px; padding-inline: 14px 2px; }
    .purpose .icon { color: var(--accent-ink); }
    .purpose div { flex: 1; min-inline-size: 0; display: grid; padding-inline-start: 10px; border-inline-start: 3px solid var(--accent); font-size: var(--text-m); line-height: 1.35; }
    .purpose b { font-weight: 600; color: var(--accent-ink); }
    .purpose span { color: var(--ink-2); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .problem { display: flex; gap: 8px; max-inline-size: 920px; margin: 0 auto 8px; padding: 8px 14px; border-radius: var(--radius-m); background: var(--danger-tint); color: var(--danger); font-size: var(--text-m); }
    .problem .icon { margin-block-start: 1px; }
  `];

  protected override firstUpdated(): void {
    import('./sotto-attach-menu.ts').catch(() => undefined); // one can write; the next room asks again
  }

  override focus(options?: FocusOptions): void {
    this.field.focus(options);
  }

  /** Characters typed elsewhere in the room begin a message. */
  get isFocused(): boolean {
    return this.shadowRoot?.activeElement === this.field;
  }

  protected override render() {
    return html`
      ${this.problem === '' ? nothing : html`<p class="problem" role="alert">${icon('warning', 18)}<span>${this.problem}</span></p>`}
      ${this.#purpose()}
      <slot name="attachments"></slot>
      <form @submit=${(event: Event) => { event.preventDefault(); this.#send(); }}>
        ${this.attachable.length === 0 || this.purpose?.kind === 'edit' ? nothing : html`<sotto-attach-menu .kinds=${this.attachable}></sotto-attach-menu>`}
        <textarea rows="1" dir=${this.text === '' ? nothing : 'auto'} enterkeyhint=${this.enterSends ? 'send' : 'enter'} autocapitalize="sentences" placeholder=${words.placeholder} aria-label=${words.label(this.room)}
          .value=${live(this.text)} ?readonly=${this.sending}
          @input=${this.#write} @keydown=${this.#key} @blur=${() => { this.#say('leave'); }}></textarea>
        ${this.#button()}
      </form>`;
  }

  #button() {
    if (!this.#sendable) return html`<slot name="voice"></slot>`;
    const saving = this.purpose?.kind === 'edit';
    const label = saving ? words.save : words.send;
    return html`<button class="send" type="submit" aria-label=${label} title=${label}><span>${icon(saving ? 'check' : 'send')}</span></button>`;
  }

  get #sendable(): boolean {
    return this.laden || this.text.trim() !== '';
  }

  #purpose() {
    const { purpose } = this;
    if (purpose === null) return nothing;
    return html`
      <div class="purpose">${icon(purpose.kind === 'edit' ? 'edit' : 'reply')}
        <div><b>${purpose.kind === 'edit' ? words.editing : words.replying(purpose.name)}</b><span dir="auto">${purpose.text}</span></div>
        <button type="button" aria-label=${words.drop} title=${words.drop} @click=${() => { this.#say('drop'); }}>${icon('close')}</button>
      </div>`;
  }

  #say(event: 'drop' | 'last' | 'leave'): void {
    this.dispatchEvent(new CustomEvent(event));
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('text') && !SIZES_ITSELF) this.#grow();
  }

  readonly #write = (): void => {
    this.dispatchEvent(new CustomEvent('write', { detail: { text: this.field.value } }) satisfies WriteEvent);
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape' && this.purpose !== null) {
      event.preventDefault();
      this.#say('drop');
      return;
    }
    if (event.key === 'ArrowUp' && this.text === '' && this.purpose === null && !event.shiftKey && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      this.#say('last');
      return;
    }
    // While letters are being composed, Enter belongs to the input method.
    if (event.key !== 'Enter' || event.isComposing || event.shiftKey || event.altKey) return;
    if (!this.enterSends && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.#send();
  };

  #send(): void {
    if (this.sending || !this.#sendable) return;
    this.dispatchEvent(new CustomEvent('send'));
    this.field.focus();
  }

  #grow(): void {
    this.field.style.blockSize = 'auto';
    this.field.style.blockSize = `${this.field.scrollHeight}px`;
  }
}

const SIZES_ITSELF = CSS.supports('field-sizing', 'content');

declare global {
  interface HTMLElementTagNameMap { 'sotto-composer': SottoComposer }
}
