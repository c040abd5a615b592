import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from './icon.ts';
import { base, buttons } from './styles.ts';

/** Something a person should know about a room, above its conversation. Fires `dismiss` where it can be put away. */
@customElement('sotto-banner')
export class SottoBanner extends LitElement {
  @property({ reflect: true }) tone: 'danger' | 'caution' = 'caution';
  @property() heading = '';
  @property() text = '';
  /** The words on the button that puts it away; empty for none. */
  @property() dismissal = '';

  static override styles = [base, buttons, css`
    section { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 12px; margin: 8px 12px 0; padding: 12px 16px; border-radius: 16px; background: var(--caution-tint); }
    .icon { color: var(--caution); margin-block-start: 1px; }
    h2 { font-size: var(--text-m); font-weight: 650; line-height: 1.4; color: var(--caution); }
    p, .action { grid-column: 2; }
    p { font-size: var(--text-s); line-height: 1.45; color: var(--ink-2); max-inline-size: 65ch; overflow-wrap: anywhere; }
    .action { margin: 4px 0 -6px -12px; justify-self: start; }
    :host([tone='danger']) section { background: var(--danger-tint); }
    :host([tone='danger']) .icon, :host([tone='danger']) h2, :host([tone='danger']) .action { color: var(--danger); }
    .action .button { min-block-size: 44px; padding: 8px 12px; color: inherit; font-size: var(--text-s); }
    .action .button:hover { background: color-mix(in oklch, currentColor 10%, transparent); }
  `];

  protected override render() {
    return html`
      <section aria-labelledby="heading">
        ${icon(this.tone === 'danger' ? 'warning' : 'lock')}
        <h2 id="heading">${this.heading}</h2>
        <p>${this.text}</p>
        ${this.dismissal === '' ? nothing : html`<div class="action"><button class="button plain small" type="button" @click=${() => { this.dispatchEvent(new CustomEvent('dismiss')); }}>${this.dismissal}</button></div>`}
      </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-banner': SottoBanner }
}
