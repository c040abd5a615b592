import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { Engine, RoomLook, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { roomPicture } from '../controllers/room-picture.ts';
import { HUE_CHOICES, hueOf } from '../elements/hue.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-avatar.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import { number } from '../words/counts.ts';

const words = {
  get title() { return msg('Name and picture'); },
  get name() { return msg('Name of the room'); },
  get hint() { return msg('Everyone here sees it; the relay does not.'); },
  get empty() { return msg('A room needs a name.'); },
  get choose() { return msg('Choose a picture'); },
  get other() { return msg('Another picture'); },
  get without() { return msg('No picture'); },
  get unreadable() { return msg('This browser cannot read that picture. Choose another one.'); },
  get colour() { return msg('Colour'); },
  colours: (at: number) => msg(str`Colour ${number(at)}`),
  get save() { return msg('Save'); },
  get saving() { return msg('Saving…'); },
} as const;

/** Changes how a room is called and how it looks, for everybody in it. Fires `close`. */
@customElement('sotto-room-edit')
export class SottoRoomEdit extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @state() private look: RoomLook = { hue: null, picture: null };
  @state() private name = '';
  @state() private hint = '';
  @query('#name') private readonly field!: HTMLInputElement;
  readonly #doing = new Doing(this);
  /** What stood when the sheet was opened: each state of the engine brings the same picture anew. */
  #before: RoomLook | null = null;

  static override styles = [base, buttons, fields, css`
    form { display: grid; gap: 20px; }
    .look { display: grid; justify-items: center; gap: 14px; }
    .look > sotto-avatar { --avatar: 112px; }
    .choices { display: flex; flex-wrap: wrap; justify-content: center; gap: 8px; }
    .file { position: relative; }
    .file input { position: absolute; inset: 0; opacity: 0; cursor: pointer; font-size: 0; }
    .file:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
    fieldset { border: 0; margin: 0; padding: 0; min-inline-size: 0; }
    legend { font-size: var(--text-s); font-weight: 600; color: var(--ink-2); padding: 0 2px 4px; }
    .hues { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); justify-items: center; }
    .hues label { position: relative; display: grid; place-items: center; inline-size: 48px; block-size: 48px; border-radius: 50%; cursor: pointer; }
    .hues input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; }
    .hues sotto-avatar { --avatar: 36px; }
    .hues label:has(:checked) sotto-avatar { box-shadow: 0 0 0 3px var(--raised), 0 0 0 5px var(--accent); }
    .hues label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: -1px; }
  `];

  protected override willUpdate(_changed: PropertyValues<this>): void {
    if (this.#before !== null || this.room === null) return;
    this.#before = this.room.look;
    this.look = this.room.look;
    this.name = this.room.name;
  }

  protected override render() {
    const { room, look } = this;
    if (room === null) return nothing;
    const hue = look.hue ?? hueOf(room.room);
    return html`
      <sotto-sheet .label=${words.title} @close=${this.#close}>
        <form @submit=${this.#save} novalidate>
          <div class="look">
            <sotto-avatar .name=${this.name} .key=${room.room} .hue=${look.hue} .picture=${look.picture} kind="room"></sotto-avatar>
            <div class="choices">
              <label class="button small file">${icon('image', 18)}${look.picture === null ? words.choose : words.other}<input type="file" accept="image/*" @change=${this.#picture} /></label>
              ${look.picture === null ? nothing : html`<button class="button small" type="button" @click=${() => { this.look = { ...look, picture: null }; }}>${words.without}</button>`}
            </div>
          </div>
          ${look.picture === null ? html`<fieldset><legend>${words.colour}</legend><div class="hues">${HUE_CHOICES.map((choice, at) => html`
            <label><input type="radio" name="hue" aria-label=${words.colours(at + 1)} .checked=${choice === hue} @change=${() => { this.look = { ...look, hue: choice }; }} /><sotto-avatar .hue=${choice}></sotto-avatar></label>`)}</div></fieldset>` : nothing}
          <div class="field">
            <label for="name">${words.name}</label>
            <input class="input" id="name" autocomplete="off" autocapitalize="sentences" dir="auto" maxlength="64" .value=${this.name} enterkeyhint="done" aria-describedby="hint" @input=${() => { this.name = this.field.value; this.hint = ''; }} />
            <p class="hint" id="hint" role="status">${this.hint === '' ? words.hint : this.hint}</p>
          </div>
          ${problemLine(this.#doing.problem)}
          <button class="button filled wide" type="submit" ?disabled=${this.#doing.busy}>${this.#doing.busy ? words.saving : words.save}</button>
        </form>
      </sotto-sheet>`;
  }

  readonly #picture = async (event: Event): Promise<void> => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    if (file === undefined) return;
    const picture = await roomPicture(file);
    field.value = '';
    this.hint = picture === null ? words.unreadable : '';
    if (picture !== null) this.look = { ...this.look, picture };
  };

  readonly #save = async (event: Event): Promise<void> => {
    event.preventDefault();
    const { engine, room, look } = this;
    if (engine === null || room === null) return;
    const name = this.name.trim();
    if (name === '') {
      this.hint = words.empty;
      this.field.focus();
      return;
    }
    const done = await this.#doing.run(async () => {
      if (name !== room.name) await engine.renameRoom(room.room, name);
      if (look.hue !== this.#before?.hue || look.picture !== this.#before.picture) await engine.setLook(room.room, look);
    });
    if (done) this.#close();
  };

  readonly #close = (): void => {
    this.dispatchEvent(new CustomEvent('close'));
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-room-edit': SottoRoomEdit }
}
