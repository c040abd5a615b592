import { msg } from '@lit/localize';
import { LitElement, css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { AppLock } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-sheet.ts';
import { answers, base, buttons, fields } from '../elements/styles.ts';

const words = {
  get title() { return msg('Erase everything?'); },
  get forgottenTitle() { return msg('Start anew?'); },
  get forgotten() { return msg('Nobody can open this device without its passphrase or passkey: not the relay, not whoever made Sotto. What you can do is start anew.'); },
  get what() { return msg('Your keys, rooms, messages and attachments are erased from this device, for good. Other people keep theirs.'); },
  get others() { return msg('You stay listed in your rooms until somebody there removes you. Ask them to, and for a new invite.'); },
  get erase() { return msg('Erase everything'); },
  get keep() { return msg('Keep everything'); },
} as const;

/** Asks before everything is erased from this device. Fires `close` where it is not. */
@customElement('sotto-erase')
export class SottoErase extends LitElement {
  @property({ attribute: false }) lock: AppLock | null = null;
  /** It is asked of somebody who cannot unlock. */
  @property({ type: Boolean }) forgotten = false;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, answers, css`.ask + .ask { margin-block-start: 10px; }`];

  protected override render() {
    return html`
      <sotto-sheet .label=${this.forgotten ? words.forgottenTitle : words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        ${this.forgotten ? html`<p class="ask">${words.forgotten}</p>` : ''}
        <p class="ask">${words.what}</p>
        <p class="ask">${words.others}</p>
        ${problemLine(this.#doing.problem)}
        <div class="actions stacked">
          <button class="button danger" type="button" ?disabled=${this.#doing.busy} @click=${this.#erase}>${words.erase}</button>
          <button class="button" type="button" autofocus ?disabled=${this.#doing.busy} @click=${() => { this.dispatchEvent(new CustomEvent('close')); }}>${words.keep}</button>
        </div>
      </sotto-sheet>`;
  }

  readonly #erase = async (): Promise<void> => {
    const { lock } = this;
    if (lock !== null) await this.#doing.run(() => lock.wipe());
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-erase': SottoErase }
}
