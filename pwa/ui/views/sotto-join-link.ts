import { LitElement, css, html } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields } from '../elements/styles.ts';

const words = {
  title: 'Join with a link',
  label: 'Invite link',
  placeholder: 'https://…/#join/…',
  hint: 'Paste the whole link that somebody sent you. You see what it opens before you join.',
  notALink: 'This is not an invite link. It has “#join/” in it.',
  go: 'Look at the invite',
} as const;

/** Takes an invite link by pasting. Fires `link` with `{ link }`, `close`. */
@customElement('sotto-join-link')
export class SottoJoinLink extends LitElement {
  @state() private hint = '';
  @query('input') private readonly field!: HTMLInputElement;

  static override styles = [base, buttons, fields, css`form { display: grid; gap: 18px; }`];

  protected override render() {
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <form @submit=${this.#submit} novalidate>
          <div class="field">
            <label for="link">${words.label}</label>
            <input class="input" id="link" type="url" autofocus autocomplete="off" autocapitalize="off" spellcheck="false" dir="ltr" placeholder=${words.placeholder} enterkeyhint="go" aria-describedby="hint" @input=${() => { this.hint = ''; }} />
            <p class="hint" id="hint" role="status">${this.hint === '' ? words.hint : this.hint}</p>
          </div>
          <button class="button filled wide" type="submit">${words.go}</button>
        </form>
      </sotto-sheet>`;
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    const link = this.field.value.trim();
    if (!/#\/?join\/\S/u.test(link)) {
      this.hint = words.notALink;
      this.field.focus();
      return;
    }
    this.dispatchEvent(new CustomEvent('link', { detail: { link } }));
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-join-link': SottoJoinLink }
}
