import { msg } from '@lit/localize';
import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Problem } from '../../engine/api.ts';
import '../elements/sotto-mark.ts';
import { base, buttons } from '../elements/styles.ts';
import { problemWords } from '../words/problems.ts';

const words = { get reload() { return msg('Reload'); }, get here() { return msg('Use Sotto here'); } } as const;

/** The engine cannot go on in this window: what happened and what to do. Fires `reload`. */
@customElement('sotto-halted')
export class SottoHalted extends LitElement {
  @property({ attribute: false }) problem: Problem = { code: 'internal', detail: '' };

  static override styles = [base, buttons, css`
    :host { display: grid; block-size: 100%; overflow-y: auto; padding: 24px; background: var(--paper); }
    main { display: grid; align-content: center; justify-items: center; gap: 8px; text-align: center; inline-size: 100%; max-inline-size: 380px; margin: auto; }
    sotto-mark { --mark: 72px; margin-block-end: 18px; opacity: 0.9; }
    h1 { font-size: var(--text-xl); font-weight: 650; line-height: var(--line-tight); letter-spacing: -0.012em; }
    p { color: var(--ink-2); text-wrap: balance; }
    .button { margin-block-start: 24px; min-inline-size: 200px; }
  `];

  protected override render() {
    const { title, text } = problemWords(this.problem);
    return html`
      <main role="main">
        <sotto-mark></sotto-mark>
        <h1>${title}</h1>
        <p role="alert">${text}</p>
        <button class="button filled" type="button" @click=${() => { this.dispatchEvent(new CustomEvent('reload')); }}>${this.problem.code === 'superseded' ? words.here : words.reload}</button>
      </main>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-halted': SottoHalted }
}
