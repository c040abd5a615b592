import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { DeviceHome } from '../controllers/device-watch.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields, rows } from '../elements/styles.ts';
import { fileSize } from '../words/amounts.ts';

const words = {
  get title() { return msg('This device'); },
  get install() { return msg('Put Sotto on your home screen'); },
  get installText() { return msg('It opens like any other app, without a browser around it, and is kept with what is in it.'); },
  get installed() { return msg('Sotto is installed here'); },
  get installButton() { return msg('Install'); },
  get how() { return msg('On this device you do it by hand:'); },
  get share() { return msg('Tap the share button of the browser.'); },
  get add() { return msg('Choose “Add to Home Screen”.'); },
  get open() { return msg('Open Sotto from there. What you have here in the browser stays here: start the app with a new invite.'); },
  get first() { return msg('Best before you join your rooms: the app on the home screen keeps its own messages.'); },
  get kept() { return msg('Your messages are kept here'); },
  get keptText() { return msg('The browser has promised not to remove them by itself.'); },
  get loose() { return msg('The browser may remove your messages'); },
  get looseText() { return msg('When space runs out it may clear what sites have stored. Ask it to keep Sotto’s, or install the app.'); },
  get unvisited() { return msg('Safari removes what a site stored when it was not opened for seven days. On the home screen it does not.'); },
  get keep() { return msg('Ask the browser to keep them'); },
  get refused() { return msg('The browser said no for now. It often agrees once Sotto is installed or used for a while.'); },
  used: (used: string) => msg(str`${used} used`),
  free: (used: string, free: string) => msg(str`${used} used, ${free} free for Sotto`),
} as const;

/** The app on this device: installed or not, kept or not. Fires `close`. */
@customElement('sotto-device')
export class SottoDevice extends LitElement {
  @property({ attribute: false }) device: DeviceHome | null = null;
  @state() private kept: Awaited<ReturnType<DeviceHome['kept']>> | null = null;
  @state() private refused = false;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, css`
    :host { --card: var(--surface); }
    .all { display: grid; gap: 16px; }
    section.card { display: grid; gap: 12px; padding: 16px; }
    h3 { display: flex; align-items: center; gap: 10px; font-size: var(--text-l); font-weight: 600; line-height: 1.35; }
    h3 .good { color: var(--good); }
    h3 .caution { color: var(--caution); }
    p, li { font-size: var(--text-m); color: var(--ink-2); }
    ol { display: grid; gap: 10px; counter-reset: step; }
    li { display: grid; grid-template-columns: 28px 1fr; align-items: start; gap: 10px; counter-increment: step; }
    li::before { content: counter(step); display: grid; place-items: center; inline-size: 28px; block-size: 28px; border-radius: 50%; background: var(--accent-tint); color: var(--accent-ink); font-weight: 650; font-size: var(--text-s); }
    li span { display: inline-flex; flex-wrap: wrap; align-items: center; gap: 6px; padding-block-start: 3px; }
    .amount { font-size: var(--text-s); color: var(--ink-3); }
  `];

  override firstUpdated(): void {
    void this.#look();
  }

  async #look(): Promise<void> {
    this.kept = (await this.device?.kept()) ?? null;
  }

  protected override render() {
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <div class="all">${this.#install()}${this.#storage()}${problemLine(this.#doing.problem)}</div>
      </sotto-sheet>`;
  }

  #install() {
    const { device } = this;
    switch (device?.offer) {
      case undefined:
      case 'none':
        return nothing;
      case 'installed':
        return html`<section class="card"><h3><span class="good">${icon('done')}</span>${words.installed}</h3></section>`;
      case 'prompt':
        return html`<section class="card"><h3>${icon('plus')}${words.install}</h3><p>${words.installText}</p>
          <button class="button filled" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#doing.run(() => device.install()).then(() => this.#look()); }}>${words.installButton}</button></section>`;
      case 'by-hand':
        return html`<section class="card"><h3>${icon('plus')}${words.install}</h3><p>${words.installText}</p><p>${words.how}</p>
          <ol><li><span>${words.share} ${icon('share', 18)}</span></li><li><span>${words.add}</span></li><li><span>${words.open}</span></li></ol><p class="amount">${words.first}</p></section>`;
    }
  }

  #storage() {
    const { kept, device } = this;
    if (kept === null || device === null) return nothing;
    const amount = kept.used === null ? nothing : html`<p class="amount">${kept.free === null ? words.used(fileSize(kept.used)) : words.free(fileSize(kept.used), fileSize(kept.free))}</p>`;
    if (kept.persisted) return html`<section class="card"><h3><span class="good">${icon('done')}</span>${words.kept}</h3><p>${words.keptText}</p>${amount}</section>`;
    return html`
      <section class="card"><h3><span class="caution">${icon('warning')}</span>${words.loose}</h3><p>${kept.endsUnvisited ? words.unvisited : words.looseText}</p>${amount}
        ${this.refused ? html`<p role="status">${words.refused}</p>` : html`<button class="button" type="button" ?disabled=${this.#doing.busy} @click=${this.#keep}>${words.keep}</button>`}</section>`;
  }

  readonly #keep = async (): Promise<void> => {
    const { device } = this;
    if (device === null) return;
    await this.#doing.run(async () => { this.refused = !(await device.keep()); });
    await this.#look();
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-device': SottoDevice }
}
