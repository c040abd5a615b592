import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { Doing } from '../controllers/doing.ts';
import type { NoticeHome, NoticeState } from '../controllers/notice-home.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields, rows } from '../elements/styles.ts';

const words = {
  get title() { return msg('Notifications'); },
  get on() { return msg('Tell me of new messages'); },
  get onText() { return msg('When Sotto is not in front of you. Muted rooms stay quiet.'); },
  get text() { return msg('Show who wrote what'); },
  get textText() { return msg('Without it a notification only says that there is something new. What is shown is kept by your system as long as it stands there.'); },
  get wakes() { return msg('This device is woken while Sotto is closed. Your browser’s push service carries a wake-up that is always the same: no name, no room, no text.'); },
  get open() { return msg('Only while Sotto is open: nothing can wake this device for it, by what your browser or this relay offers.'); },
  get refused() { return msg('Your browser does not allow it for Sotto. Allow notifications in the browser’s settings for this site, then come back here.'); },
  get install() { return msg('On this device notifications are for apps on the home screen. Put Sotto there first, under “This device”.'); },
  get none() { return msg('This browser has no notifications.'); },
} as const;

/** Whether and what one is told while Sotto is not in view. Fires `close`. */
@customElement('sotto-notices')
export class SottoNotices extends LitElement {
  @property({ attribute: false }) notices: NoticeHome | null = null;
  @state() private now: NoticeState | null = null;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, css`
    :host { --card: var(--surface); }
    .all { display: grid; gap: 14px; }
    p.text { color: var(--ink-2); font-size: var(--text-m); }
    label.row { cursor: pointer; align-items: start; }
  `];

  override firstUpdated(): void {
    void this.#look();
  }

  async #look(): Promise<void> {
    this.now = (await this.notices?.state()) ?? null;
  }

  protected override render() {
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <div class="all">${this.#settings()}${problemLine(this.#doing.problem)}</div>
      </sotto-sheet>`;
  }

  #settings() {
    const { notices, now } = this;
    if (notices === null || now === null) return nothing;
    if (now.ability === 'none' || now.ability === 'install') return html`<p class="text">${now.ability === 'none' ? words.none : words.install}</p>`;
    const set = (what: () => Promise<void>): void => { void this.#doing.run(what).then(() => this.#look()); };
    return html`
      <div class="card">
        <label class="row"><span class="dot">${icon('bell')}</span><span class="lines"><strong>${words.on}</strong><span class="text">${words.onText}</span></span>
          <input type="checkbox" role="switch" .checked=${now.on} ?disabled=${this.#doing.busy || now.refused} @change=${(event: Event) => { const { checked } = event.target as HTMLInputElement; set(() => (checked ? notices.turnOn() : notices.turnOff())); }}></label>
        ${now.on ? html`<label class="row"><span class="dot">${icon('edit')}</span><span class="lines"><strong>${words.text}</strong><span class="text">${words.textText}</span></span>
          <input type="checkbox" role="switch" .checked=${now.text} ?disabled=${this.#doing.busy} @change=${(event: Event) => { const { checked } = event.target as HTMLInputElement; set(() => notices.showText(checked)); }}></label>` : nothing}
      </div>
      <p class="text" role="status">${now.refused ? words.refused : now.on ? (now.wakes ? words.wakes : words.open) : nothing}</p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-notices': SottoNotices }
}
