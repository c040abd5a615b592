import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { icon } from '../elements/icon.ts';
import { base } from '../elements/styles.ts';
import { fileSize } from '../words/amounts.ts';
import { isolated } from '../words/people.ts';
import { problemSentence, problemWords } from '../words/problems.ts';
import type { Laid } from './tray.ts';

const words = {
  get list() { return msg('To be sent'); },
  remove: (name: string) => msg(str`Remove ${isolated(name)}`),
  get voice() { return msg('Voice message'); },
  get original() { return msg('Original size'); },
  get preparing() { return msg('Getting ready…'); },
} as const;

export type TrayEvent = CustomEvent<{ readonly laid: Laid }>;
export type OriginalEvent = CustomEvent<{ readonly laid: Laid; readonly original: boolean }>;

/** Draws what is to be sent with the text. Fires `remove`, and `original` when somebody chooses between a picture as it was and a smaller one. */
@customElement('sotto-tray')
export class SottoTray extends LitElement {
  @property({ attribute: false }) items: readonly Laid[] = [];
  /** Items change in place: their owner counts. */
  @property({ type: Number }) version = 0;

  static override styles = [base, css`
    :host { display: block; }
    ul { display: flex; gap: 10px; overflow-x: auto; scrollbar-width: none; padding: 4px 4px 10px; scroll-snap-type: x proximity; }
    li { position: relative; flex: none; display: grid; gap: 4px; inline-size: 104px; scroll-snap-align: start; transition: opacity var(--fast) var(--ease), scale var(--fast) var(--ease); @starting-style { opacity: 0; scale: 0.9; } }
    .thing { position: relative; display: grid; place-items: center; inline-size: 104px; block-size: 104px; overflow: hidden; border-radius: 16px; background: var(--well); color: var(--ink-2); }
    .thing img { inline-size: 100%; block-size: 100%; object-fit: cover; }
    .name { padding: 0 8px; font-size: var(--text-xs); text-align: center; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; line-height: 1.25; }
    .file { display: grid; justify-items: center; gap: 6px; }
    small { font-size: var(--text-xs); color: var(--ink-3); text-align: center; font-variant-numeric: tabular-nums; }
    .remove { position: absolute; inset-block-start: -8px; inset-inline-end: -8px; display: grid; place-items: center; inline-size: 44px; block-size: 44px; }
    .remove span { display: grid; place-items: center; inline-size: 26px; block-size: 26px; border-radius: 50%; background: oklch(20% 0.02 280 / 0.72); color: oklch(99% 0.002 95); }
    .wrong .thing { background: var(--danger-tint); color: var(--danger); padding: 8px; text-align: center; font-size: var(--text-xs); line-height: 1.3; }
    .busy img { opacity: 0.55; }
    label { display: flex; align-items: center; justify-content: center; gap: 4px; min-block-size: 28px; font-size: var(--text-xs); color: var(--ink-2); cursor: pointer; }
    input { accent-color: var(--accent); margin: 0; inline-size: 16px; block-size: 16px; }
  `];

  protected override render() {
    if (this.items.length === 0) return nothing;
    return html`<ul aria-label=${words.list}>${repeat(this.items, ({ id }) => id, (laid) => this.#item(laid))}</ul>`;
  }

  #item(laid: Laid) {
    const name = laid.look === 'voice' ? words.voice : laid.name;
    const busy = laid.key === null && laid.problem === null;
    return html`
      <li class=${laid.problem !== null ? 'wrong' : busy ? 'busy' : ''} title=${laid.problem === null ? name : problemSentence(laid.problem)}>
        <div class="thing" aria-busy=${busy ? 'true' : 'false'}>${this.#thing(laid, name)}</div>
        <button class="remove" type="button" aria-label=${words.remove(name)} @click=${() => { this.dispatchEvent(new CustomEvent('remove', { detail: { laid } }) satisfies TrayEvent); }}><span>${icon('close', 16)}</span></button>
        <small role="status">${busy ? words.preparing : laid.size === null ? '' : fileSize(laid.size)}</small>
        ${laid.original === null || laid.problem !== null ? nothing : html`<label><input type="checkbox" .checked=${laid.original} ?disabled=${busy} @change=${(event: Event) => { this.dispatchEvent(new CustomEvent('original', { detail: { laid, original: (event.target as HTMLInputElement).checked } }) satisfies OriginalEvent); }}>${words.original}</label>`}
      </li>`;
  }

  #thing(laid: Laid, name: string) {
    if (laid.problem !== null) return html`<span role="alert">${problemWords(laid.problem).title}</span>`;
    if (laid.thumb !== null) return html`<img src=${laid.thumb} alt=${name}>`;
    return html`<span class="file">${icon(laid.look === 'voice' ? 'mic' : 'file', 28)}<span class="name" dir="auto">${name}</span></span>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-tray': SottoTray }
}
