import { msg } from '@lit/localize';
import { LitElement, css, html } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Engine, RoomKey, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import { roomFace } from '../elements/room-face.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields, rows } from '../elements/styles.ts';
import { prepare } from '../media/preparing.ts';
import { plural } from '../words/counts.ts';
import type { Shared } from './sheets.ts';

const words = {
  get title() { return msg('Share to'); },
  get find() { return msg('Find a room'); },
  get none() { return msg('No room has that in its name.'); },
  get noRooms() { return msg('You are in no room yet. Start one first, then share again.'); },
  get kept() { return msg('It is put into the room’s draft. You send it there.'); },
  files: (count: number) => plural(count, msg('1 file|{n} files')),
} as const;

/** Puts what another app shared into the draft of a room of choice. Fires `chosen` with `{ room }` when it is there, `close`. */
@customElement('sotto-share')
export class SottoShare extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) rooms: readonly RoomSummary[] = [];
  @property({ attribute: false }) shared: Shared | null = null;
  @state() private sought = '';
  /** Where it was put: the room opens once its draft is known here, as whoever writes there begins with what is known. */
  #put: { readonly room: RoomKey; readonly draft: string } | null = null;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, css`
    :host { --card: var(--surface); }
    .all { display: grid; gap: 12px; }
    .what { display: flex; align-items: center; gap: 10px; padding: 10px 14px; border-radius: 14px; background: var(--well); font-size: var(--text-m); color: var(--ink-2); }
    .what span { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; overflow-wrap: anywhere; }
    .row { grid-template-columns: 40px minmax(0, 1fr) auto; }
    .row sotto-avatar { --avatar: 40px; }
    .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
    .say { font-size: var(--text-m); color: var(--ink-2); }
  `];

  protected override render() {
    const { shared } = this;
    const members = this.rooms.filter(({ standing }) => standing.kind === 'member');
    const wanted = this.sought.trim().toLocaleLowerCase();
    const open = members.filter(({ name }) => name.toLocaleLowerCase().includes(wanted));
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <div class="all">
          ${shared === null ? '' : html`<p class="what">${icon(shared.files.length === 0 ? 'message' : 'file', 18)}<span dir="auto">${[shared.text, shared.files.length === 0 ? '' : words.files(shared.files.length)].filter((part) => part !== '').join('\n')}</span></p>`}
          ${members.length > 6 ? html`<input class="input" type="search" aria-label=${words.find} placeholder=${words.find} .value=${this.sought} @input=${(event: Event) => { this.sought = (event.target as HTMLInputElement).value; }}>` : ''}
          ${problemLine(this.#doing.problem)}
          ${open.length === 0 ? html`<p class="say" role="status">${members.length === 0 ? words.noRooms : words.none}</p>` : html`
            <ul class="card">${repeat(open, (one) => one.room, (one) => html`<li><button class="row" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#take(one); }}>${roomFace(one)}<span class="name"><bdi>${one.name}</bdi></span>${icon('forward', 18)}</button></li>`)}</ul>
            <p class="say">${words.kept}</p>`}
        </div>
      </sotto-sheet>`;
  }

  /** Nothing that is in the draft already is lost. */
  async #take({ room, draft }: RoomSummary): Promise<void> {
    const { engine, shared } = this;
    if (engine === null || shared === null) return;
    const text = [draft, shared.text].filter((part) => part !== '').join('\n');
    const done = await this.#doing.run(async () => {
      for (const file of shared.files) {
        const { blob, facts } = await prepare(file, false);
        await engine.stage(room, blob, facts);
      }
      await engine.setDraft(room, text);
    });
    if (!done) return;
    this.#put = { room, draft: text };
    this.requestUpdate();
  }

  protected override updated(): void {
    const put = this.#put;
    if (put === null || this.rooms.find(({ room }) => room === put.room)?.draft !== put.draft) return;
    this.#put = null;
    this.dispatchEvent(new CustomEvent('chosen', { detail: { room: put.room } }));
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-share': SottoShare }
}
