import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { AttachmentAt, Engine, MessageItem, MessageKey, Problem, RoomMedia, RoomSummary } from '../../engine/api.ts';
import { formattedText } from '../elements/formatted-text.ts';
import { icon } from '../elements/icon.ts';
import { pictureUrl } from '../elements/picture-url.ts';
import { base, buttons } from '../elements/styles.ts';
import { isolated } from '../words/people.ts';
import { problemOf, problemWords } from '../words/problems.ts';
import { exactTime } from '../words/times.ts';
import { deskOf } from './desk.ts';
import { save } from './saving.ts';
import type { Shown, Taken } from './shown.ts';
import { Zooming } from './zooming.ts';

const words = {
  picture: (name: string) => msg(str`Picture ${name}`),
  by: (name: string, when: string) => msg(str`${isolated(name)}, ${when}`),
  place: (at: number, of: number) => msg(str`${at} of ${of}`),
  get close() { return msg('Close'); },
  get save() { return msg('Save'); },
  get share() { return msg('Share'); },
  get forward() { return msg('Forward'); },
  get goTo() { return msg('Show in the conversation'); },
  get previous() { return msg('Earlier'); },
  /** Not the “Later” that puts an update off: other languages have another word for that. */
  get next() { return msg('Later', { id: 'laterPicture' }); },
  get loading() { return msg('Fetching…'); },
} as const;

/** Messages that are asked about at a time. */
const PAGE = 60;

/** The pictures and videos of a room, one at a time and as near as one wants. Fires `close`, `go-to` and `forward` with a message. */
@customElement('sotto-viewer')
export class SottoViewer extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomSummary | null = null;
  @property({ attribute: false }) at: AttachmentAt | null = null;
  /** Of the room, oldest first; empty until they are known. */
  @state() private all: readonly RoomMedia[] = [];
  @state() private message: MessageItem | null = null;
  @state() private shown: Shown | null = null;
  @state() private problem: Problem | null = null;
  @query('dialog') private readonly dialog!: HTMLDialogElement;
  @query('.frame') private readonly frame!: HTMLElement;
  #taken: Taken | null = null;
  #zooming: Zooming | null = null;

  static override styles = [base, buttons, css`
    dialog { position: fixed; inset: 0; inline-size: 100%; block-size: 100%; max-inline-size: none; max-block-size: none; margin: 0; padding: 0; border: 0; overflow: hidden; background: oklch(13% 0.012 280); color: oklch(96% 0.006 95);
      display: grid; grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr); opacity: 1; transition: opacity var(--calm) var(--ease); font: 400 var(--text-l) / var(--line) var(--font); }
    dialog:not([open]) { display: none; }
    @starting-style { dialog[open] { opacity: 0; } }
    .head { display: flex; align-items: center; gap: 2px; padding: calc(6px + var(--safe-top)) 8px 6px 16px; }
    :host(:dir(rtl)) .head { padding-inline: 16px 8px; }
    .who { flex: 1; min-inline-size: 0; line-height: 1.3; }
    .who b, .who span { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .who span { font-size: var(--text-s); color: oklch(78% 0.01 280); }
    .round { color: inherit; }
    .round:hover { background: oklch(100% 0 0 / 0.12); color: inherit; }
    .frame { position: relative; min-block-size: 0; display: grid; place-items: center; overflow: hidden; touch-action: none; user-select: none; cursor: zoom-in; }
    .picture { max-inline-size: 100%; max-block-size: 100%; object-fit: contain; -webkit-user-drag: none; view-transition-name: viewed; }
    video.picture { inline-size: 100%; block-size: 100%; cursor: default; }
    .preview { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: contain; filter: blur(14px); opacity: 0.6; }
    .say { display: grid; justify-items: center; gap: 10px; max-inline-size: 34ch; padding: 24px; text-align: center; color: oklch(82% 0.01 280); position: relative; }
    .step { position: absolute; inset-block: 0; display: grid; place-items: center; inline-size: 64px; color: inherit; opacity: 0; transition: opacity var(--fast) var(--ease); }
    .step span { display: grid; place-items: center; inline-size: 44px; block-size: 44px; border-radius: 50%; background: oklch(20% 0.02 280 / 0.62); }
    .frame:hover .step, .step:focus-visible { opacity: 1; }
    .step.previous { inset-inline-start: 0; } .step.next { inset-inline-end: 0; }
    @media (hover: none) { .step:not(:focus-visible) { display: none; } }
    .foot { min-block-size: 20px; max-block-size: 30vh; overflow: auto; padding: 10px 20px calc(16px + var(--safe-bottom)); text-align: center; font-size: var(--text-m); }
    .foot small { display: block; font-size: var(--text-s); color: oklch(78% 0.01 280); font-variant-numeric: tabular-nums; }
  `];

  override firstUpdated(): void {
    this.dialog.showModal();
    this.#zooming = new Zooming(this.frame, { next: (step) => { this.#step(step); }, away: () => { this.dialog.close(); } });
    void this.#list();
    void this.#look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#taken?.release();
    this.#taken = null;
  }

  /** Everything that the room has, a page at a time, so that one can go on from wherever one began. */
  async #list(): Promise<void> {
    const { engine, room } = this;
    if (engine === null || room === null) return;
    let before: number | undefined;
    do {
      const { media, hasOlder } = await engine.roomMedia(room.room, 'media', { limit: PAGE, ...(before === undefined ? {} : { before }) }).catch((reason: unknown) => {
        this.problem ??= problemOf(reason);
        return { media: [] as readonly RoomMedia[], hasOlder: false };
      });
      this.all = [...media].reverse().sort((a, b) => a.position - b.position || a.index - b.index).concat(this.all);
      before = hasOlder && this.isConnected ? media.at(-1)?.position : undefined;
    } while (before !== undefined && this.#place() < 1);
  }

  #place(): number {
    const { at } = this;
    return at === null ? -1 : this.all.findIndex(({ message, index }) => message === at.message && index === at.index);
  }

  async #look(): Promise<void> {
    const { engine, at } = this;
    if (engine === null || at === null) return;
    this.#taken?.release();
    [this.shown, this.problem, this.message] = [null, null, null];
    this.#zooming?.reset();
    const taken = deskOf(engine).take(at);
    this.#taken = taken;
    const still = (): boolean => this.at === at && this.isConnected;
    engine.message(at.room, at.message).then((message) => { if (still()) this.message = message; }, (reason: unknown) => { if (still()) this.problem = problemOf(reason); });
    await taken.shown.then((shown) => { if (still()) this.shown = shown; }, (reason: unknown) => { if (still()) this.problem = problemOf(reason); });
  }

  #step(by: 1 | -1): void {
    const to = this.all[this.#place() + by];
    if (to === undefined || this.at === null) return;
    this.at = { room: this.at.room, message: to.message, index: to.index };
    void this.#look();
  }

  protected override render() {
    const { message, at } = this;
    const place = this.#place();
    const content = message?.content.kind === 'media' ? message.content : null;
    const attachment = at === null ? undefined : content?.attachments[at.index];
    return html`
      <dialog aria-label=${attachment === undefined ? words.loading : words.picture(attachment.name)} @close=${() => { if (this.isConnected) this.dispatchEvent(new CustomEvent('close')); }} @keydown=${this.#key}>
        <div class="head">
          <p class="who">${message === null ? nothing : html`<b><bdi>${message.sender.name}</bdi></b><span>${exactTime(message.sentAt)}</span>`}</p>
          ${this.#button('goTo', 'message', () => { this.#tell('go-to'); })}
          ${this.#button('forward', 'forwardTo', () => { this.#tell('forward'); })}
          ${'canShare' in navigator && this.shown !== null && attachment !== undefined ? this.#button('share', 'share', () => { void this.#share(attachment.name); }) : nothing}
          ${this.#button('save', 'download', () => { void this.#save(attachment?.name ?? ''); })}
          ${this.#button('close', 'close', () => { this.dialog.close(); })}
        </div>
        <div class="frame">
          ${this.#picture(pictureUrl(attachment?.preview ?? null), attachment?.name ?? '')}
          ${place > 0 ? html`<button class="step previous" type="button" aria-label=${words.previous} @click=${() => { this.#step(-1); }}><span>${icon('back', 24)}</span></button>` : nothing}
          ${place >= 0 && place < this.all.length - 1 ? html`<button class="step next" type="button" aria-label=${words.next} @click=${() => { this.#step(1); }}><span>${icon('forward', 24)}</span></button>` : nothing}
        </div>
        <div class="foot" aria-live="polite">${content === null || content.text === '' ? nothing : html`<div dir="auto">${formattedText(content.text, content.mentions)}</div>`}
          ${this.all.length > 1 && place >= 0 ? html`<small>${words.place(place + 1, this.all.length)}</small>` : nothing}</div>
      </dialog>`;
  }

  #button(name: 'goTo' | 'forward' | 'share' | 'save' | 'close', mark: Parameters<typeof icon>[0], then: () => void) {
    return html`<button class="round" type="button" aria-label=${words[name]} title=${words[name]} @click=${then}>${icon(mark)}</button>`;
  }

  #picture(preview: string | null, name: string) {
    const { shown, problem } = this;
    const wrong = problem ?? (shown !== null && shown.url === null ? shown.problem ?? { code: 'attachment-mistyped' as const, detail: '' } : null);
    if (wrong !== null) return html`<div class="say" role="alert">${icon('warning', 28)}<strong>${problemWords(wrong).title}</strong><span>${problemWords(wrong).text}</span></div>`;
    if (shown?.url == null) return html`${preview === null ? nothing : html`<img class="preview" src=${preview} alt="">`}<p class="say" role="status">${words.loading}</p>`;
    return shown.shows === 'video'
      ? html`<video class="picture" src=${shown.url} controls playsinline autoplay></video>`
      : html`<img class="picture" src=${shown.url} alt=${words.picture(name)} draggable="false" @error=${() => { this.problem = { code: 'attachment-unreadable', detail: 'it cannot be drawn' }; }}>`;
  }

  #tell(what: 'go-to' | 'forward'): void {
    const { at } = this;
    if (at !== null) this.dispatchEvent(new CustomEvent(what, { detail: { message: at.message } }) satisfies CustomEvent<{ message: MessageKey }>);
  }

  async #save(name: string): Promise<void> {
    const { engine, at } = this;
    if (engine !== null && at !== null) await save(deskOf(engine), at, name).catch((reason: unknown) => { this.problem = problemOf(reason); });
  }

  async #share(name: string): Promise<void> {
    const { shown } = this;
    if (shown === null) return;
    const files = [new File([shown.blob], name === '' ? 'sotto' : name, { type: shown.blob.type })];
    // Put away by the person, or not possible: there is the button that saves.
    if (navigator.canShare({ files })) await navigator.share({ files }).catch(() => undefined);
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLVideoElement) return;
    const onward = this.matches(':dir(rtl)') ? -1 : 1;
    switch (event.key) {
      case 'ArrowRight':
        return this.#step(onward);
      case 'ArrowLeft':
        return this.#step(onward === 1 ? -1 : 1);
      case '+':
      case '=':
        return this.#zooming?.by(1.4);
      case '-':
        return this.#zooming?.by(1 / 1.4);
      case '0':
        return this.#zooming?.reset();
    }
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-viewer': SottoViewer }
}
