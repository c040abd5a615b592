import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { newMessageKey } from '../../engine/api.ts';
import type { Engine, MessageKey, RoomKey, RoomSummary, StagedKey } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import { roomFace } from '../elements/room-face.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields, rows } from '../elements/styles.ts';
import { isolated } from '../words/people.ts';

const words = {
  get title() { return msg('Forward to'); },
  get find() { return msg('Find a room'); },
  get send() { return msg('Send'); },
  sendTo: (name: string) => msg(str`Send to ${isolated(name)}`),
  get sent() { return msg('Sent'); },
  get none() { return msg('No room has that in its name.'); },
} as const;

/** Sends a text, or what is attached, on to other rooms, one tap each. Fires `close`. */
@customElement('sotto-forward')
export class SottoForward extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @property({ attribute: false }) rooms: readonly RoomSummary[] = [];
  @property() message: MessageKey | null = null;
  @state() private sought = '';
  @state() private sent: ReadonlySet<RoomKey> = new Set();
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, css`
    :host { --card: var(--surface); }
    .all { display: grid; gap: 12px; }
    .row { grid-template-columns: 40px minmax(0, 1fr) auto; }
    .row sotto-avatar { --avatar: 40px; }
    .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
    .say { font-size: var(--text-m); color: var(--ink-2); }
    .done { display: inline-flex; align-items: center; gap: 6px; min-block-size: 44px; padding-inline: 12px; font-size: var(--text-m); color: var(--good); }
  `];

  protected override render() {
    const wanted = this.sought.trim().toLocaleLowerCase();
    const open = this.rooms.filter(({ standing, name }) => standing.kind === 'member' && name.toLocaleLowerCase().includes(wanted));
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <div class="all">
          ${this.rooms.length > 6 ? html`<input class="input" type="search" aria-label=${words.find} placeholder=${words.find} .value=${this.sought} @input=${(event: Event) => { this.sought = (event.target as HTMLInputElement).value; }}>` : nothing}
          ${problemLine(this.#doing.problem)}
          ${open.length === 0 ? html`<p class="say" role="status">${words.none}</p>` : html`<ul class="card">${repeat(open, (one) => one.room, (one) => this.#row(one))}</ul>`}
        </div>
      </sotto-sheet>`;
  }

  #row(one: RoomSummary) {
    return html`
      <li class="row">${roomFace(one)}<span class="name"><bdi>${one.name}</bdi></span>
        ${this.sent.has(one.room) ? html`<span class="done" role="status">${icon('check', 18)}${words.sent}</span>`
          : html`<button class="button small" type="button" aria-label=${words.sendTo(one.name)} ?disabled=${this.#doing.busy} @click=${() => { void this.#send(one.room); }}>${words.send}</button>`}
      </li>`;
  }

  async #send(to: RoomKey): Promise<void> {
    const { engine, room, message } = this;
    if (engine === null || room === null || message === null) return;
    const done = await this.#doing.run(async () => {
      const { content } = await engine.message(room.room, message);
      if (content.kind === 'text') return engine.send(to, newMessageKey(), { kind: 'text', text: content.text, forwarded: true });
      if (content.kind !== 'media') return;
      const staged: StagedKey[] = [];
      for (const index of content.attachments.keys()) staged.push(await engine.copyTo(to, { room: room.room, message, index }));
      await engine.send(to, newMessageKey(), { kind: 'media', text: content.text, staged, forwarded: true });
    });
    if (done) this.sent = new Set([...this.sent, to]);
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-forward': SottoForward }
}
