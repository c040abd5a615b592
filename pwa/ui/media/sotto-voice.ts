import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { ref } from 'lit/directives/ref.js';
import type { Attachment, AttachmentAt, Engine } from '../../engine/api.ts';
import { icon } from '../elements/icon.ts';
import { base } from '../elements/styles.ts';
import { clockLength, spokenLength } from '../words/amounts.ts';
import { spoken } from '../words/spoken.ts';
import { problemSentence, problemWords } from '../words/problems.ts';
import { deskOf } from './desk.ts';
import type { MediaDesk } from './desk.ts';
import { OnScreen } from './on-screen.ts';
import { bars, strokes } from './waveform.ts';
import { ringStyles, transferRing } from './transfer-ring.ts';

const words = {
  get play() { return msg('Play the voice message'); },
  get pause() { return msg('Pause'); },
  get where() { return msg('Where it plays'); },
  speed: (speed: string) => msg(str`Speed ${speed}`),
  at: (done: string, all: string) => msg(str`${done} of ${all}`),
} as const;

const COUNT = 46;
const STEP = 4;
const HEIGHT = 32;
/** Seconds that an arrow key goes. */
const LEAP = 3;

/** A voice message: heard, and how far it is. What plays is the player's, so that it goes on when this is scrolled away. */
@customElement('sotto-voice')
export class SottoVoice extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) at: AttachmentAt | null = null;
  @property({ attribute: false }) attachment: Attachment | null = null;
  readonly #one = new OnScreen(this);
  #desk: MediaDesk | null = null;

  static override styles = [base, ringStyles, css`
    :host { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; align-items: center; gap: 2px 10px; inline-size: 280px; max-inline-size: 100%; padding-block: 2px; }
    .play { display: grid; place-items: center; inline-size: 44px; block-size: 44px; border-radius: 50%; background: color-mix(in oklch, currentColor 14%, transparent); }
    .wave { position: relative; block-size: 44px; display: grid; align-items: center; cursor: pointer; touch-action: pan-y; border-radius: 8px; }
    .wave svg { grid-area: 1 / 1; display: block; inline-size: 100%; block-size: 32px; fill: none; stroke: currentColor; stroke-width: 2.4; stroke-linecap: round; }
    .wave .all { opacity: 0.38; }
    .wave .heard { clip-path: inset(0 calc(100% - var(--heard, 0) * 100%) 0 0); }
    :host(:dir(rtl)) .wave svg { scale: -1 1; }
    .line { grid-column: 2 / -1; display: flex; justify-content: space-between; gap: 8px; font-size: var(--text-xs); font-variant-numeric: tabular-nums; line-height: 1.3; margin-block-start: -8px; }
    .speed { min-inline-size: 44px; min-block-size: 32px; padding-inline: 8px; border-radius: 16px; text-align: center; font-size: var(--text-s); font-weight: 650; font-variant-numeric: tabular-nums; background: color-mix(in oklch, currentColor 12%, transparent); position: relative; }
    .speed::after { content: ''; position: absolute; inset: -6px 0; }
    .ring { inline-size: 44px; block-size: 44px; background: color-mix(in oklch, currentColor 14%, transparent); color: inherit; }
    .ring svg:not(.icon) { inset: 1px; inline-size: 42px; block-size: 42px; }
    .ring .way { stroke: currentColor; opacity: 0.25; }
    .ring:focus-visible, .cancel:focus-visible { outline-color: currentColor; }
    .mover { display: flex; gap: 4px; align-items: center; }
    :focus-visible { outline-color: currentColor; }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#desk?.player.addEventListener('change', this.#changed);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#desk?.player.removeEventListener('change', this.#changed);
  }

  protected override willUpdate(): void {
    if (this.engine === null || this.at === null || this.attachment === null) return;
    const desk = deskOf(this.engine);
    if (desk !== this.#desk) {
      this.#desk?.player.removeEventListener('change', this.#changed);
      desk.player.addEventListener('change', this.#changed);
      this.#desk = desk;
    }
    this.#one.use(desk, this.at, this.attachment);
  }

  readonly #changed = (): void => {
    this.requestUpdate();
  };

  protected override render() {
    const { attachment, at } = this;
    if (attachment === null || at === null || this.#desk === null) return nothing;
    const { player } = this.#desk;
    const duration = (attachment.duration ?? 0) / 1000;
    const position = Math.min(player.position(at), duration);
    const begun = player.isAt(at) || position > 0;
    const wrong = this.#wrong();
    const levels = strokes(bars(attachment.waveform ?? [], COUNT), STEP, HEIGHT);
    const speed = new Intl.NumberFormat(spoken()).format(player.speed);
    return html`
      ${this.#button(player.isPlaying(at))}
      <div class="wave" role="slider" tabindex="0" aria-label=${words.where} aria-valuemin="0" aria-valuemax=${Math.ceil(duration)} aria-valuenow=${Math.round(position)}
        aria-valuetext=${words.at(spokenLength(position * 1000), spokenLength(duration * 1000))} @keydown=${this.#key} @pointerdown=${this.#drag} @click=${(event: Event) => { event.stopPropagation(); }}
        ${ref((element) => { if (element instanceof HTMLElement) element.style.setProperty('--heard', String(duration === 0 ? 0 : position / duration)); })}>
        <svg class="all" viewBox="0 0 ${COUNT * STEP} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><path d=${levels} /></svg>
        <svg class="heard" viewBox="0 0 ${COUNT * STEP} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><path d=${levels} /></svg>
      </div>
      ${begun ? html`<button class="speed" type="button" aria-label=${words.speed(speed)} title=${words.speed(speed)} @click=${(event: Event) => { event.stopPropagation(); player.faster(); }}>${speed}×</button>` : html`<span></span>`}
      <div class="line">${wrong === null ? html`<span>${clockLength((begun ? position : duration) * 1000)}</span>` : html`<span role="status" title=${problemSentence(wrong)}>${problemWords(wrong).title}</span>`}</div>`;
  }

  #wrong() {
    if (this.at === null || this.#desk === null) return null;
    const { shown, problem, transfer } = this.#one;
    if (problem !== null) return problem;
    if (shown !== null && shown.shows !== 'audio' && shown.shows !== 'video') return shown.problem ?? ({ code: 'attachment-mistyped', detail: '' } as const);
    if (transfer?.state === 'failed' && transfer.problem !== undefined) return transfer.problem;
    return this.#desk.player.isAt(this.at) ? this.#desk.player.problem : null;
  }

  #button(playing: boolean) {
    const { attachment } = this;
    const moving = this.#one.transfer;
    if (attachment !== null && moving !== null) return html`<span class="mover">${transferRing(this.#one, attachment)}</span>`;
    const label = playing ? words.pause : words.play;
    return html`<button class="play" type="button" aria-label=${label} title=${label} @click=${this.#toggle}>${icon(playing ? 'pause' : 'play', 22)}</button>`;
  }

  readonly #toggle = (event: Event): void => {
    event.stopPropagation();
    const { at } = this;
    if (at === null || this.#desk === null) return;
    const { player } = this.#desk;
    if (player.isPlaying(at)) return player.pause();
    if (this.#one.problem !== null) this.#one.fetch();
    void player.play(at);
  };

  #seek(seconds: number): void {
    const duration = (this.attachment?.duration ?? 0) / 1000;
    if (this.at !== null) this.#desk?.player.seek(this.at, Math.min(Math.max(seconds, 0), duration));
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (this.at === null || this.#desk === null) return;
    const at = this.#desk.player.position(this.at);
    const rtl = this.matches(':dir(rtl)') ? -1 : 1;
    const to = { ArrowRight: at + LEAP * rtl, ArrowLeft: at - LEAP * rtl, ArrowUp: at + LEAP, ArrowDown: at - LEAP, Home: 0, End: (this.attachment?.duration ?? 0) / 1000 - 0.1 }[event.key];
    if (to === undefined) return;
    // The conversation has these keys too.
    event.preventDefault();
    event.stopPropagation();
    this.#seek(to);
  };

  readonly #drag = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const wave = event.currentTarget as HTMLElement;
    const go = ({ clientX }: PointerEvent): void => {
      const box = wave.getBoundingClientRect();
      const part = (clientX - box.left) / box.width;
      this.#seek(((this.attachment?.duration ?? 0) / 1000) * (this.matches(':dir(rtl)') ? 1 - part : part));
    };
    const over = new AbortController();
    const { signal } = over;
    wave.setPointerCapture(event.pointerId);
    wave.addEventListener('pointermove', go, { signal });
    for (const end of ['pointerup', 'pointercancel'] as const) wave.addEventListener(end, () => { over.abort(); }, { signal });
    go(event);
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-voice': SottoVoice }
}
