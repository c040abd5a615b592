import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { shortHash, type AppCode } from './code-hash.ts';
import { base, buttons } from './styles.ts';

const words = {
  get ready() { return msg('A new version is ready'); },
  get update() { return msg('Update'); },
  get later() { return msg('Later'); },
  get about() { return msg('About the new version'); },
} as const;

/** Offers an update, never forces it. Fires `update`, `later`, or `about` to see the whole hash of its code. */
@customElement('sotto-update-toast')
export class SottoUpdateToast extends LitElement {
  @property({ attribute: false }) code: AppCode | null = null;

  static override styles = [base, buttons, css`
    :host { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 4px; padding: 6px 6px 6px 18px; border-radius: 18px; background: var(--raised); color: var(--ink); box-shadow: var(--shadow); font-size: var(--text-m);
      border: 1px solid var(--hairline); transition: transform var(--calm) var(--ease), opacity var(--calm) var(--ease); }
    :host(:dir(rtl)) { padding: 6px 18px 6px 6px; }
    @starting-style { :host { transform: translateY(12px); opacity: 0; } }
    p { flex: 1 1 8em; padding-inline-end: 8px; }
    .hash { border: 0; padding: 4px 0; background: none; font: 500 var(--text-xs) / 1.4 var(--mono); color: var(--ink-3); text-decoration: underline dotted; text-underline-offset: 3px; min-block-size: 28px; }
  `];

  protected override render() {
    return html`
      <p><span role="status">${words.ready}</span>${this.code === null ? nothing : html`<br><button class="hash" type="button" aria-label=${words.about} title=${words.about} @click=${() => { this.dispatchEvent(new CustomEvent('about')); }}>${shortHash(this.code)}…</button>`}</p>
      <button class="button plain small" type="button" @click=${() => { this.dispatchEvent(new CustomEvent('later')); }}>${words.later}</button>
      <button class="button filled small" type="button" @click=${() => { this.dispatchEvent(new CustomEvent('update')); }}>${words.update}</button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-update-toast': SottoUpdateToast }
}
