import { msg } from '@lit/localize';
import { LitElement, css, html } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { icon } from '../elements/icon.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import type { CodeEvent } from './sotto-scanner.ts';
import './sotto-scanner.ts';

const words = {
  get title() { return msg('Join a room'); },
  get scanTitle() { return msg('Scan a code'); },
  get scan() { return msg('Scan a code'); },
  get or() { return msg('or paste a link'); },
  get label() { return msg('Invite link'); },
  placeholder: 'https://…/#join/…',
  get hint() { return msg('You see what it opens before you join.'); },
  get notALink() { return msg('This is not an invite link. It has “#join/” in it.'); },
  get notACode() { return msg('That code is no invite. Ask for the one under “Invite people”.'); },
  get go() { return msg('Look at the invite'); },
  get paste() { return msg('Paste a link instead'); },
} as const;

const isInvite = (text: string): boolean => /#\/?join\/\S/u.test(text);

/** Takes an invite link by scanning or pasting. Fires `link` with `{ link }`, `close`. */
@customElement('sotto-join-link')
export class SottoJoinLink extends LitElement {
  /** It begins with the camera. */
  @property({ type: Boolean }) scanning = false;
  @state() private hint = '';
  @query('input') private readonly field!: HTMLInputElement;

  static override styles = [base, buttons, fields, css`
    form, .scan { display: grid; gap: 18px; }
    .scan .hint:empty { position: absolute; }
    .or { display: flex; align-items: center; gap: 12px; font-size: var(--text-s); color: var(--ink-3); }
    .or::before, .or::after { content: ''; flex: 1; block-size: 1px; background: var(--hairline); }
  `];

  protected override render() {
    return html`
      <sotto-sheet .label=${this.scanning ? words.scanTitle : words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        ${this.scanning ? this.#scanner() : this.#form()}
      </sotto-sheet>`;
  }

  #form() {
    return html`
      <form @submit=${this.#submit} novalidate>
        <button class="button wide" type="button" @click=${() => { this.hint = ''; this.scanning = true; }}>${icon('scan')}${words.scan}</button>
        <p class="or" aria-hidden="true">${words.or}</p>
        <div class="field">
          <label for="link">${words.label}</label>
          <input class="input" id="link" type="url" autofocus autocomplete="off" autocapitalize="off" spellcheck="false" dir="ltr" placeholder=${words.placeholder} enterkeyhint="go" aria-describedby="hint" @input=${() => { this.hint = ''; }} />
          <p class="hint" id="hint" role="status">${this.hint === '' ? words.hint : this.hint}</p>
        </div>
        <button class="button filled wide" type="submit">${words.go}</button>
      </form>`;
  }

  #scanner() {
    return html`
      <div class="scan">
        <sotto-scanner @code=${(event: CodeEvent) => { this.#take(event.detail.text, words.notACode); }}></sotto-scanner>
        <p class="hint" role="status">${this.hint}</p>
        <button class="button plain wide" type="button" @click=${() => { this.hint = ''; this.scanning = false; }}>${words.paste}</button>
      </div>`;
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    if (!this.#take(this.field.value.trim(), words.notALink)) this.field.focus();
  };

  #take(link: string, otherwise: string): boolean {
    if (!isInvite(link)) {
      this.hint = otherwise;
      return false;
    }
    this.dispatchEvent(new CustomEvent('link', { detail: { link } }));
    return true;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-join-link': SottoJoinLink }
}
