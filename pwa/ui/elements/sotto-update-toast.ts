import { msg } from '@lit/localize';
import { LitElement, css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { base, buttons } from './styles.ts';

const words = { get ready() { return msg('A new version is ready'); }, get update() { return msg('Update'); }, get later() { return msg('Later'); } } as const;

/** Offers an update, never forces it. Fires `update` or `later`. */
@customElement('sotto-update-toast')
export class SottoUpdateToast extends LitElement {
  static override styles = [base, buttons, css`
    :host { display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 4px; padding: 6px 6px 6px 18px; border-radius: 18px; background: var(--raised); color: var(--ink); box-shadow: var(--shadow); font-size: var(--text-m);
      border: 1px solid var(--hairline); transition: transform var(--calm) var(--ease), opacity var(--calm) var(--ease); }
    :host(:dir(rtl)) { padding: 6px 18px 6px 6px; }
    @starting-style { :host { transform: translateY(12px); opacity: 0; } }
    p { flex: 1 1 8em; padding-inline-end: 8px; }
  `];

  protected override render() {
    return html`
      <p role="status">${words.ready}</p>
      <button class="button plain small" type="button" @click=${() => { this.dispatchEvent(new CustomEvent('later')); }}>${words.later}</button>
      <button class="button filled small" type="button" @click=${() => { this.dispatchEvent(new CustomEvent('update')); }}>${words.update}</button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-update-toast': SottoUpdateToast }
}
