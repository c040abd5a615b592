import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { codeHash, type AppCode } from '../elements/code-hash.ts';
import { icon } from '../elements/icon.ts';
import '../elements/sotto-mark.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, rows } from '../elements/styles.ts';

const words = {
  get title() { return msg('About Sotto'); },
  get waits() { return msg('A new version waits'); },
  get waitsText() { return msg('This is the code that an update brings. Nothing of it has run here yet.'); },
  get update() { return msg('Update'); },
  get running() { return msg('The code on this device'); },
  get nothing() { return msg('This browser keeps no code on the device: each start takes what the relay serves. Sotto needs the network to start here.'); },
  get runningText() { return msg('One hash over every file of the app. Whoever builds the same version from its sources gets the same; compare it with somebody you trust.'); },
  get copied() { return msg('Copied'); },
  get copy() { return msg('Copy'); },
  version: (version: string) => msg(str`Version ${version}`),
  altered: (files: string) => msg(str`These files are not what the list of hashes says. Ask whoever runs your relay: ${files}`),
} as const;

/** Which Sotto this is, so that somebody else can say whether it is the one they know. Fires `close`, and `update` to take the version that waits. */
@customElement('sotto-about')
export class SottoAbout extends LitElement {
  @property() version = '';
  /** Null where the browser keeps no code on the device. */
  @property({ attribute: false }) running: AppCode | null = null;
  /** Of the version that waits to be taken. */
  @property({ attribute: false }) next: AppCode | null = null;
  @state() private copied = false;

  static override styles = [base, buttons, rows, css`
    :host { --card: var(--surface); }
    .about { display: grid; gap: 16px; }
    .name { display: grid; justify-items: center; gap: 8px; color: var(--ink-2); font-size: var(--text-m); }
    .name sotto-mark { --mark: 56px; }
    .code { display: grid; gap: 10px; padding: 16px; }
    .code h3 { font-size: var(--text-l); font-weight: 600; }
    .code p { font-size: var(--text-m); color: var(--ink-2); }
    .exact { display: grid; grid-template-columns: repeat(auto-fill, minmax(9ch, 1fr)); gap: 2px 12px; padding: 12px 14px; border-radius: 12px; background: var(--well); font: 500 var(--text-m) / 1.6 var(--mono); }
    .altered { color: var(--danger); overflow-wrap: anywhere; }
  `];

  protected override render() {
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <div class="about">
          <div class="name"><sotto-mark></sotto-mark><p>${words.version(this.version)}</p></div>
          ${this.next === null ? nothing : html`
            <section class="card code"><h3>${words.waits}</h3><p>${words.waitsText}</p>${codeHash(this.next)}
              <button class="button filled" type="button" @click=${() => { this.dispatchEvent(new CustomEvent('update')); }}>${words.update}</button></section>`}
          <section class="card code"><h3>${words.running}</h3>${this.#running()}</section>
        </div>
      </sotto-sheet>`;
  }

  #running() {
    const { running } = this;
    if (running === null) return html`<p>${words.nothing}</p>`;
    return html`
      <p>${words.runningText}</p>
      ${codeHash(running)}
      ${running.altered.length === 0 ? nothing : html`<p class="altered" role="alert">${words.altered(running.altered.join(', '))}</p>`}
      <button class="button plain" type="button" @click=${this.#copy}>${icon(this.copied ? 'check' : 'copy', 18)}${this.copied ? words.copied : words.copy}</button>`;
  }

  readonly #copy = async (): Promise<void> => {
    if (this.running === null) return;
    await navigator.clipboard.writeText(this.running.root).then(() => { this.copied = true; }, () => undefined);
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-about': SottoAbout }
}
