import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { newMessageKey } from '../../engine/api.ts';
import type { Engine, MessageKey, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { NowhereError, whereabouts } from '../controllers/whereabouts.ts';
import type { Nowhere, Whereabouts } from '../controllers/whereabouts.ts';
import { graticule, graticuleStyles } from '../elements/graticule.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import { coordinates, distance } from '../words/places.ts';

const words = {
  get title() { return msg('Where I am now'); },
  about: (room: string) => msg(str`Everyone in ${room} will see the place, once. It does not follow you, and no map service is asked.`),
  get find() { return msg('Find where I am'); },
  get finding() { return msg('Finding where you are…'); },
  get again() { return msg('Find again'); },
  within: (metres: string) => msg(str`Within about ${metres}`),
  get label() { return msg('What is there, if you wish'); },
  get example() { return msg('North shore, by the boats'); },
  get send() { return msg('Send this place'); },
} as const;

function whyNot(why: Nowhere): string {
  switch (why) {
    case 'denied':
      return msg('Your browser does not let Sotto know where you are. Allow the location for this site in the browser’s settings, then try again.');
    case 'unavailable':
      return msg('Your device does not know where it is. Turn its location on, or go nearer to a window, then try again.');
    case 'slow':
      return msg('It took too long to find out where you are. Go nearer to a window, then try again.');
    case 'unable':
      return msg('This browser cannot tell where you are. Write the place as a message instead.');
  }
}

/** Shows where the person is, once they ask for it, and sends it. Fires `close`. */
@customElement('sotto-place-sheet')
export class SottoPlaceSheet extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  /** Another way to know the place: a test's. */
  @property({ attribute: false }) locate: () => Promise<Whereabouts> = whereabouts;
  @state() private here: Whereabouts | null = null;
  @state() private why: Nowhere | null = null;
  @state() private finding = false;
  @query('input') private readonly field!: HTMLInputElement | null;
  readonly #sending = new Doing(this);
  /** The same place goes out under one id, however often it is tried. */
  #id: MessageKey | null = null;

  static override styles = [base, buttons, fields, graticuleStyles, css`
    .all, .there, form { display: grid; gap: 16px; }
    .say { color: var(--ink-2); font-size: var(--text-m); }
    .there p { display: flex; flex-wrap: wrap; gap: 2px 12px; justify-content: space-between; font-size: var(--text-m); font-variant-numeric: tabular-nums; }
    .there p span { color: var(--ink-2); }
    .there { gap: 8px; }
    .both { display: grid; gap: 8px; }
  `];

  protected override render() {
    const { room } = this;
    if (room === null) return nothing;
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <div class="all">
          ${this.here === null ? this.#ask(room) : this.#show(this.here)}
        </div>
      </sotto-sheet>`;
  }

  #ask(room: RoomSummary) {
    return html`
      <p class="say">${words.about(room.name)}</p>
      ${this.why === null ? nothing : html`<p class="problem" role="alert">${icon('warning')}<span>${whyNot(this.why)}</span></p>`}
      <button class="button filled wide" type="button" autofocus aria-disabled=${this.finding ? 'true' : 'false'} @click=${this.#find}>${icon('place')}<span role="status">${this.finding ? words.finding : words.find}</span></button>`;
  }

  #show({ latitude, longitude, accuracy }: Whereabouts) {
    return html`
      <div class="there">${graticule({ latitude, longitude, accuracy })}<p role="status"><bdi dir="ltr">${coordinates(latitude, longitude)}</bdi><span>${words.within(distance(accuracy))}</span></p></div>
      <form @submit=${this.#send}>
        <div class="field"><label for="label">${words.label}</label>
          <input class="input" id="label" dir="auto" autocomplete="off" maxlength="100" placeholder=${words.example} enterkeyhint="send" ?readonly=${this.#sending.busy} /></div>
        ${problemLine(this.#sending.problem)}
        <div class="both">
          <button class="button filled wide" type="submit" aria-disabled=${this.#sending.busy ? 'true' : 'false'}>${words.send}</button>
          <button class="button plain wide" type="button" @click=${this.#find}>${this.finding ? words.finding : words.again}</button>
        </div>
      </form>`;
  }

  readonly #find = async (): Promise<void> => {
    if (this.finding) return;
    this.finding = true;
    this.why = null;
    try {
      this.here = await this.locate();
      this.#id = newMessageKey();
      await this.updateComplete;
      this.field?.focus();
    } catch (reason) {
      this.here = null;
      this.why = reason instanceof NowhereError ? reason.why : 'unavailable';
    } finally {
      this.finding = false;
    }
  };

  readonly #send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { engine, room, here } = this;
    const id = this.#id;
    if (engine === null || room === null || here === null || id === null) return;
    const label = this.field?.value.trim() ?? '';
    const { latitude, longitude, accuracy } = here;
    if (await this.#sending.run(() => engine.send(room.room, id, { kind: 'place', latitude, longitude, accuracy, ...(label === '' ? {} : { label }) }))) this.renderRoot.querySelector('sotto-sheet')?.close();
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-place-sheet': SottoPlaceSheet }
}
