import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { live } from 'lit/directives/live.js';
import { icon } from './icon.ts';
import { base } from './styles.ts';

const words = {
  placeholder: 'Message',
  label: (room: string) => `Message to ${room}`,
  send: 'Send',
} as const;

export type WriteEvent = CustomEvent<{ readonly text: string }>;

/** A mouse and a real keyboard: there Enter sends. On a phone it breaks a line, and the button sends. */
const hasKeyboard = (): boolean => matchMedia('(hover: hover) and (pointer: fine)').matches;

/**
 * Draws what is being written. Fires `write` with the new text, `send` when it should go, `leave` when the field is left.
 * What it shows is for its owner to change: it never clears itself.
 */
@customElement('sotto-composer')
export class SottoComposer extends LitElement {
  @property() text = '';
  @property() room = '';
  @property({ type: Boolean }) sending = false;
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
    textarea::placeholder { color: var(--ink-3); opacity: 1; }
    textarea:focus, textarea:focus-visible { outline: none; }
    button { flex: none; display: grid; place-items: center; inline-size: 46px; block-size: 46px; border-radius: 50%; }
    button span { display: grid; place-items: center; inline-size: 36px; block-size: 36px; border-radius: 50%; background: var(--accent-fill); color: var(--on-accent);
      transition: background-color var(--fast) var(--ease), transform var(--fast) var(--ease), opacity var(--fast) var(--ease); @starting-style { transform: scale(0.6); opacity: 0; } }
    button:hover span { background: var(--accent-fill-pressed); }
    button:active span { transform: scale(0.92); }
    button:focus-visible { outline-offset: -3px; }
    .problem { display: flex; gap: 8px; max-inline-size: 920px; margin: 0 auto 8px; padding: 8px 14px; border-radius: var(--radius-m); background: var(--danger-tint); color: var(--danger); font-size: var(--text-m); }
    .problem .icon { margin-block-start: 1px; }
  `];

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
      <form @submit=${(event: Event) => { event.preventDefault(); this.#send(); }}>
        <textarea rows="1" dir=${this.text === '' ? nothing : 'auto'} enterkeyhint=${this.enterSends ? 'send' : 'enter'} autocapitalize="sentences" placeholder=${words.placeholder} aria-label=${words.label(this.room)}
          .value=${live(this.text)} ?readonly=${this.sending}
          @input=${this.#write} @keydown=${this.#key} @blur=${() => { this.dispatchEvent(new CustomEvent('leave')); }}></textarea>
        ${this.text.trim() === '' ? nothing : html`<button type="submit" aria-label=${words.send} title=${words.send}><span>${icon('send')}</span></button>`}
      </form>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('text') && !SIZES_ITSELF) this.#grow();
  }

  readonly #write = (): void => {
    this.dispatchEvent(new CustomEvent('write', { detail: { text: this.field.value } }) satisfies WriteEvent);
  };

  readonly #key = (event: KeyboardEvent): void => {
    // While letters are being composed, Enter belongs to the input method.
    if (event.key !== 'Enter' || event.isComposing || event.shiftKey || event.altKey) return;
    if (!this.enterSends && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.#send();
  };

  #send(): void {
    if (this.sending || this.text.trim() === '') return;
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
