import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { icon } from './icon.ts';
import type { IconName } from './icon.ts';
import { base, buttons } from './styles.ts';

/** Something a person should know about a room, above its conversation. Fires `act`, and `dismiss` where it can be put away. */
@customElement('sotto-banner')
export class SottoBanner extends LitElement {
  @property({ reflect: true }) tone: 'danger' | 'caution' | 'news' = 'caution';
  @property() heading = '';
  @property() text = '';
  /** The words on the button that does something about it; empty for none. */
  @property() action = '';
  /** The words on the button that puts it away; empty for none. */
  @property() dismissal = '';

  static override styles = [base, buttons, css`
    section { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 12px; margin: 8px 12px 0; padding: 12px 16px; border-radius: 16px; background: var(--caution-tint); --tone: var(--caution); }
    .icon { color: var(--tone); margin-block-start: 1px; }
    h2 { font-size: var(--text-m); font-weight: 650; line-height: 1.4; color: var(--tone); overflow-wrap: anywhere; }
    p, .actions { grid-column: 2; }
    p { font-size: var(--text-s); line-height: 1.45; color: var(--ink-2); max-inline-size: 65ch; overflow-wrap: anywhere; }
    .actions { display: flex; flex-wrap: wrap; gap: 0 4px; margin: 4px -12px -6px; }
    :host([tone='danger']) section { background: var(--danger-tint); --tone: var(--danger); }
    :host([tone='news']) section { background: var(--accent-tint); --tone: var(--accent-ink); }
    .actions .button { min-block-size: 44px; padding: 8px 12px; color: var(--tone); font-size: var(--text-s); }
    .actions .button:hover { background: color-mix(in oklch, currentColor 10%, transparent); }
  `];

  protected override render() {
    const mark: IconName = this.tone === 'danger' ? 'warning' : this.tone === 'news' ? 'waiting' : 'lock';
    return html`
      <section aria-labelledby="heading">
        ${icon(mark)}
        <h2 id="heading">${this.heading}</h2>
        ${this.text === '' ? nothing : html`<p>${this.text}</p>`}
        ${this.action === '' && this.dismissal === '' ? nothing : html`<div class="actions">${this.#button('act', this.action)}${this.#button('dismiss', this.dismissal)}</div>`}
      </section>`;
  }

  #button(event: 'act' | 'dismiss', label: string) {
    return label === '' ? nothing : html`<button class="button plain small" type="button" @click=${() => { this.dispatchEvent(new CustomEvent(event)); }}>${label}</button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-banner': SottoBanner }
}
