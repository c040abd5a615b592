import { msg } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { AttachmentAt, Engine, MessageKey, RoomLink, RoomMedia, RoomMediaKind, RoomSummary } from '../../engine/api.ts';
import { Doing } from '../controllers/doing.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields, options, rows } from '../elements/styles.ts';
import '../media/sotto-file.ts';
import '../media/sotto-tile.ts';
import type { ViewEvent } from '../media/sotto-tile.ts';
import '../media/sotto-voice.ts';
import { spoken } from '../words/spoken.ts';
import { listTime } from '../words/times.ts';

const words = {
  get title() { return msg('Media, links and files'); },
  get media() { return msg('Media'); },
  get files() { return msg('Files'); },
  get links() { return msg('Links'); },
  get noMedia() { return msg('No pictures or videos here yet.'); },
  get noFiles() { return msg('No files or voice messages here yet.'); },
  get noLinks() { return msg('Nobody has sent a link yet.'); },
  get more() { return msg('Show earlier ones'); },
  get goTo() { return msg('Show in the conversation'); },
} as const;

const KINDS = ['media', 'files', 'links'] as const satisfies readonly RoomMediaKind[];
const PAGE = 60;

/** Everything that was attached or linked in a room, by month. Fires `close`, `view` with a place, `go-to` with a message. */
@customElement('sotto-room-media')
export class SottoRoomMedia extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @state() private kind: RoomMediaKind = 'media';
  @state() private media: readonly RoomMedia[] = [];
  @state() private links: readonly RoomLink[] = [];
  @state() private hasOlder = false;
  @state() private looked = false;
  readonly #doing = new Doing(this);

  static override styles = [base, buttons, fields, rows, options, css`
    :host { --card: var(--surface); }
    .all { display: grid; gap: 14px; }
    h3 { font-size: var(--text-s); font-weight: 600; color: var(--ink-2); padding: 4px 2px 8px; }
    .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(92px, 1fr)); gap: 3px; border-radius: 14px; overflow: hidden; }
    .grid sotto-tile { aspect-ratio: 1; }
    .list { display: grid; gap: 6px; }
    .thing { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; gap: 4px; padding: 8px 4px 8px 12px; border-radius: 14px; background: var(--surface); }
    .thing a { overflow-wrap: anywhere; font-size: var(--text-m); color: var(--accent-ink); text-underline-offset: 2px; }
    .thing small { display: block; font-size: var(--text-s); color: var(--ink-3); }
    .none { padding: 28px 12px; text-align: center; color: var(--ink-3); font-size: var(--text-m); }
  `];

  override firstUpdated(): void {
    void this.#look();
  }

  async #look(before?: number): Promise<void> {
    const { engine, room, kind } = this;
    if (engine === null || room === null) return;
    await this.#doing.run(async () => {
      const page = await engine.roomMedia(room.room, kind, { limit: PAGE, ...(before === undefined ? {} : { before }) });
      if (kind !== this.kind) return;
      this.media = before === undefined ? page.media : [...this.media, ...page.media];
      this.links = before === undefined ? page.links : [...this.links, ...page.links];
      this.hasOlder = page.hasOlder;
      this.looked = true;
    });
  }

  protected override render() {
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <div class="all">
          <fieldset class="options" aria-label=${words.title}>${KINDS.map((kind) => html`<label><input type="radio" name="kind" .checked=${kind === this.kind} @change=${() => { this.#turn(kind); }}>${words[kind]}</label>`)}</fieldset>
          ${problemLine(this.#doing.problem)}
          ${this.#months()}
          ${this.hasOlder ? html`<button class="button" type="button" ?disabled=${this.#doing.busy} @click=${() => { void this.#look(Math.min(...[...this.media, ...this.links].map(({ position }) => position))); }}>${words.more}</button>` : nothing}
        </div>
      </sotto-sheet>`;
  }

  #turn(kind: RoomMediaKind): void {
    this.kind = kind;
    [this.media, this.links, this.hasOlder, this.looked] = [[], [], false, false];
    // What is under way is of another kind: it is waited for, and thrown away.
    void this.#settled().then(() => this.#look());
  }

  async #settled(): Promise<void> {
    while (this.#doing.busy) await this.updateComplete.then(() => new Promise((next) => { requestAnimationFrame(next); }));
  }

  #months() {
    const { kind } = this;
    const things: readonly (RoomMedia | RoomLink)[] = kind === 'links' ? this.links : this.media;
    if (things.length === 0) return this.looked ? html`<p class="none" role="status">${{ media: words.noMedia, files: words.noFiles, links: words.noLinks }[kind]}</p>` : nothing;
    const months = grouped(things);
    return [...months].map(([month, within]) => html`<section><h3>${month}</h3>${kind === 'media' ? html`<div class="grid">${this.#tiles(within as readonly RoomMedia[])}</div>` : html`<div class="list">${kind === 'files' ? this.#files(within as readonly RoomMedia[]) : this.#links(within as readonly RoomLink[])}</div>`}</section>`);
  }

  #tiles(media: readonly RoomMedia[]) {
    return repeat(media, keyOf, (one) => html`<sotto-tile .engine=${this.engine} .at=${this.#at(one)} .attachment=${one.attachment} @view-media=${(event: ViewEvent) => { event.stopPropagation(); this.dispatchEvent(new CustomEvent('view', { detail: event.detail })); }}></sotto-tile>`);
  }

  #files(media: readonly RoomMedia[]) {
    return repeat(media, keyOf, (one) => html`<div class="thing"><div>${one.attachment.look === 'voice'
      ? html`<sotto-voice .engine=${this.engine} .at=${this.#at(one)} .attachment=${one.attachment}></sotto-voice>`
      : html`<sotto-file .engine=${this.engine} .at=${this.#at(one)} .attachment=${one.attachment}></sotto-file>`}<small>${listTime(one.sentAt)}</small></div>${this.#goTo(one.message)}</div>`);
  }

  #links(links: readonly RoomLink[]) {
    return links.map((one) => html`<div class="thing"><div><a href=${one.url} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">${one.url}</a><small>${listTime(one.sentAt)}</small></div>${this.#goTo(one.message)}</div>`);
  }

  #goTo(message: MessageKey) {
    return html`<button class="round" type="button" aria-label=${words.goTo} title=${words.goTo} @click=${() => { this.dispatchEvent(new CustomEvent('go-to', { detail: { message } })); }}>${icon('forward', 18)}</button>`;
  }

  #at({ message, index }: RoomMedia): AttachmentAt | null {
    return this.room === null ? null : { room: this.room.room, message, index };
  }
}

const keyOf = ({ message, index }: RoomMedia): string => `${message} ${index}`;
const monthOf = (at: number): string => new Intl.DateTimeFormat(spoken(), { month: 'long', year: 'numeric' }).format(at);

function grouped<T extends { readonly sentAt: number }>(things: readonly T[]): Map<string, T[]> {
  const months = new Map<string, T[]>();
  for (const thing of things) months.set(monthOf(thing.sentAt), [...(months.get(monthOf(thing.sentAt)) ?? []), thing]);
  return months;
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-room-media': SottoRoomMedia }
}
