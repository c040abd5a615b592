import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Connection } from '../../engine/api.ts';
import { assertNever } from '../../../shared/never.ts';
import { icon } from './icon.ts';
import { base } from './styles.ts';

const words = {
  get offline() { return msg('Offline. Your messages are kept and will be sent.'); },
  get connecting() { return msg('Connecting…'); },
} as const;

export function connectionText(connection: Connection): string {
  switch (connection.kind) {
    case 'online':
      return '';
    case 'connecting':
      return words.connecting;
    case 'offline':
      return words.offline;
    default:
      return assertNever(connection);
  }
}

/** A thin line while there is no connection; nothing at all when there is. */
@customElement('sotto-connection-line')
export class SottoConnectionLine extends LitElement {
  @property({ attribute: false }) connection: Connection = { kind: 'online' };

  static override styles = [base, css`
    p { display: flex; align-items: center; justify-content: center; gap: 8px; padding: 7px 16px; font-size: var(--text-s); line-height: 1.35; color: var(--ink-2); background: var(--well); text-align: center; }
    /* Connecting takes a moment each time; it is worth a word only when it takes long. */
    .connecting { animation: appear var(--calm) var(--ease) 1.2s backwards; }
    @keyframes appear { from { opacity: 0; } }
  `];

  protected override render() {
    if (this.connection.kind === 'online') return nothing;
    return html`<p class=${this.connection.kind}>${this.connection.kind === 'offline' ? icon('offline', 16) : nothing}<span>${connectionText(this.connection)}</span></p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-connection-line': SottoConnectionLine }
}
