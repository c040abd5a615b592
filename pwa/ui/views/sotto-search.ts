import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Engine, Found, MessageKey, PersonKey, RoomKey, RoomSummary } from '../../engine/api.ts';
import { Search } from '../controllers/search.ts';
import { icon } from '../elements/icon.ts';
import { problemLine } from '../elements/problem-line.ts';
import { roomFace } from '../elements/room-face.ts';
import '../elements/sotto-avatar.ts';
import '../elements/sotto-sheet.ts';
import { base, buttons, fields } from '../elements/styles.ts';
import { excerptOf } from '../text/excerpt.ts';
import { listTime } from '../words/times.ts';
import { plural } from '../words/counts.ts';
import { isolated } from '../words/people.ts';

const words = {
  get title() { return msg('Find'); },
  get label() { return msg('Find in messages'); },
  get placeholder() { return msg('A word, or part of one'); },
  here: (name: string) => msg(str`In ${isolated(name)}`),
  get everywhere() { return msg('In all rooms'); },
  get where() { return msg('Where'); },
  get anyone() { return msg('From anyone'); },
  get who() { return msg('From whom'); },
  get you() { return msg('You'); },
  get anyTime() { return msg('At any time'); },
  get when() { return msg('When'); },
  get day() { return msg('Today'); },
  get week() { return msg('The last 7 days'); },
  get month() { return msg('The last 30 days'); },
  get year() { return msg('The last year'); },
  get hint() { return msg('Everything on this device is searched, offline too. Put a phrase in "quotation marks".'); },
  none: (text: string) => msg(str`Nothing says “${isolated(text)}”.`),
  get noneHere() { return msg('Look in all rooms'); },
  found: (count: number, more: boolean) => plural(count, more ? msg('1 or more found|{n} or more found') : msg('1 found|{n} found')),
  get more() { return msg('Show more'); },
} as const;

const DAY = 86_400_000;
const SPANS = { any: null, day: DAY, week: 7 * DAY, month: 30 * DAY, year: 365 * DAY } as const;
type Span = keyof typeof SPANS;
const isSpan = (value: string): value is Span => value in SPANS;

export type FoundEvent = CustomEvent<{ readonly room: RoomKey; readonly message: MessageKey }>;

/** Search over everything on this device, in the room one is in first. Fires `found` with what was chosen, and `close`. */
@customElement('sotto-search')
export class SottoSearch extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) rooms: readonly RoomSummary[] = [];
  /** The room that one is in. */
  @property({ attribute: false }) room: RoomKey | null = null;
  @state() private text = '';
  @state() private everywhere = false;
  @state() private from: PersonKey | null = null;
  @state() private span: Span = 'any';
  readonly #search = new Search(this);

  static override styles = [base, buttons, fields, css`
    .all { display: grid; gap: 12px; align-content: start; min-block-size: min(70dvh, 560px); }
    .narrow { display: flex; flex-wrap: wrap; gap: 8px; }
    select { appearance: none; min-block-size: 44px; max-inline-size: 100%; padding: 8px 16px; border: 0; border-radius: 22px; background: var(--well); color: var(--ink); font: inherit; font-size: max(16px, var(--text-m)); text-overflow: ellipsis; cursor: pointer; }
    select.set { background: var(--accent-tint); color: var(--accent-ink); font-weight: 600; }
    .say { font-size: var(--text-m); color: var(--ink-2); text-wrap: pretty; }
    ul { display: grid; margin-inline: -12px; }
    li { content-visibility: auto; contain-intrinsic-block-size: auto 76px; }
    .hit { display: grid; grid-template-columns: 40px minmax(0, 1fr); gap: 12px; inline-size: 100%; padding: 10px 12px; border-radius: 16px; text-align: start; }
    .hit:hover, .hit:focus-visible { background: var(--well); }
    .hit sotto-avatar { --avatar: 40px; }
    .lines { display: grid; gap: 1px; min-inline-size: 0; }
    .top { display: flex; justify-content: space-between; gap: 12px; font-size: var(--text-s); color: var(--ink-3); }
    .top bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; color: var(--ink); }
    .top time { flex: none; font-variant-numeric: tabular-nums; }
    .words { display: -webkit-box; -webkit-line-clamp: 3; line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; overflow-wrap: anywhere; font-size: var(--text-m); line-height: 1.4; color: var(--ink-2); }
    mark { background: var(--accent-tint); color: var(--accent-ink); border-radius: 3px; font-weight: 600; }
  `];

  protected override render() {
    const { text } = this;
    const { answered, found, next, problem } = this.#search;
    const here = this.rooms.find(({ room }) => room === this.room);
    return html`
      <sotto-sheet .label=${words.title} @close=${() => { this.dispatchEvent(new CustomEvent('close')); }}>
        <div class="all">
          <input class="input" type="search" autofocus aria-label=${words.label} placeholder=${words.placeholder} enterkeyhint="search" dir="auto" autocomplete="off" .value=${text}
            @input=${(event: Event) => { this.text = (event.target as HTMLInputElement).value; this.#ask(); }}>
          ${this.#narrowing(here)}
          ${problemLine(problem)}
          <p class="say" role="status">${answered === '' ? words.hint : found.length === 0 ? words.none(answered) : words.found(found.length, next !== null)}</p>
          ${answered !== '' && found.length === 0 && here !== undefined && !this.everywhere ? html`<button class="button small" type="button" @click=${() => { this.everywhere = true; this.#ask(); }}>${icon('search', 18)}${words.noneHere}</button>` : nothing}
          <ul>${repeat(found, ({ item }) => item.id, (one) => html`<li>${this.#hit(one)}</li>`)}</ul>
          ${next === null ? nothing : html`<button class="button small" type="button" @click=${() => { if (this.engine !== null) void this.#search.more(this.engine); }}>${words.more}</button>`}
        </div>
      </sotto-sheet>`;
  }

  #narrowing(here: RoomSummary | undefined) {
    const rooms = here === undefined || this.everywhere ? this.rooms : [here];
    const people = new Map(rooms.flatMap(({ members }) => members.map(({ person, name }) => [person, name] as const)));
    const me = this.rooms[0]?.me;
    const changed = (set: (value: string) => void) => (event: Event): void => {
      set((event.target as HTMLSelectElement).value);
      this.#ask();
    };
    return html`
      <div class="narrow">
        ${here === undefined ? nothing : html`<select class=${this.everywhere ? '' : 'set'} aria-label=${words.where} @change=${changed((value) => { this.everywhere = value === 'all'; })}>
          <option value="here" ?selected=${!this.everywhere}>${words.here(here.name)}</option><option value="all" ?selected=${this.everywhere}>${words.everywhere}</option></select>`}
        <select class=${this.from === null ? '' : 'set'} aria-label=${words.who} @change=${changed((value) => { this.from = value === '' ? null : (value as PersonKey); })}>
          <option value="">${words.anyone}</option>${[...people].map(([person, name]) => html`<option value=${person} ?selected=${person === this.from}>${person === me ? words.you : name}</option>`)}</select>
        <select class=${this.span === 'any' ? '' : 'set'} aria-label=${words.when} @change=${changed((value) => { if (isSpan(value)) this.span = value; })}>
          ${(['any', 'day', 'week', 'month', 'year'] as const).map((span) => html`<option value=${span} ?selected=${span === this.span}>${span === 'any' ? words.anyTime : words[span]}</option>`)}</select>
      </div>`;
  }

  #hit({ room, item, places }: Found) {
    const where = this.rooms.find((one) => one.room === room);
    const text = item.content.kind === 'text' ? item.content.text : item.content.kind === 'poll' ? [item.content.question, ...item.content.options.map((option) => option.text)].join('\n') : item.content.kind === 'place' ? item.content.label ?? '' : '';
    return html`
      <button class="hit" type="button" @click=${() => { this.dispatchEvent(new CustomEvent('found', { detail: { room, message: item.id } }) satisfies FoundEvent); }}>
        ${where === undefined ? nothing : roomFace(where)}
        <span class="lines">
          <span class="top"><bdi>${item.mine ? words.you : item.sender.name}${where === undefined ? '' : ` · ${where.name}`}</bdi><time>${listTime(item.sentAt)}</time></span>
          <span class="words" dir="auto">${excerptOf(text, places).map((part) => (part.found ? html`<mark>${part.text}</mark>` : part.text))}</span>
        </span>
      </button>`;
  }

  #ask(): void {
    if (this.engine === null) return;
    const span = SPANS[this.span];
    void this.#search.ask(this.engine, { text: this.text, room: this.everywhere ? null : this.room, from: this.from, since: span === null ? null : Date.now() - span });
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-search': SottoSearch }
}
