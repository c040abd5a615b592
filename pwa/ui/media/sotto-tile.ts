import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Attachment, AttachmentAt, Engine, Problem } from '../../engine/api.ts';
import { icon } from '../elements/icon.ts';
import { pictureUrl } from '../elements/picture-url.ts';
import { base } from '../elements/styles.ts';
import { clockLength, fileSize, spokenLength } from '../words/amounts.ts';
import { problemOf, problemSentence, problemWords } from '../words/problems.ts';
import { deskOf } from './desk.ts';
import { OnScreen } from './on-screen.ts';
import { save } from './saving.ts';
import { ringStyles, transferRing } from './transfer-ring.ts';

const words = {
  picture: (name: string) => msg(str`Picture ${name}`),
  video: (name: string, length: string) => msg(str`Video ${name}, ${length}`),
  get save() { return msg('Save'); },
  get again() { return msg('Try again'); },
} as const;

/** A finger that rested on it asked for the menu. */
const RESTED = 400;

export type ViewEvent = CustomEvent<{ readonly at: AttachmentAt; readonly from: HTMLElement }>;

/** One picture or video, filling the space that it is given: a few pixels of it until it is here. Fires `view-media` when it is to be looked at. */
@customElement('sotto-tile')
export class SottoTile extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) at: AttachmentAt | null = null;
  @property({ attribute: false }) attachment: Attachment | null = null;
  /** How many more there are behind it. */
  @property({ type: Number }) more = 0;
  readonly #one = new OnScreen(this);
  #pressedAt = 0;

  static override styles = [base, ringStyles, css`
    :host { position: relative; display: block; min-inline-size: 0; min-block-size: 0; overflow: hidden; background: var(--well); color: var(--ink-2); }
    .look { display: block; inline-size: 100%; block-size: 100%; cursor: zoom-in; }
    .look:focus-visible { outline-offset: -4px; outline-color: oklch(99% 0.002 95); box-shadow: inset 0 0 0 6px var(--accent); }
    img, video { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover; pointer-events: none; }
    .preview { filter: blur(10px); scale: 1.12; }
    .real { animation: come var(--calm) var(--ease); }
    @keyframes come { from { opacity: 0; } }
    .middle { position: absolute; inset: 0; display: grid; place-items: center; pointer-events: none; }
    .middle > * { pointer-events: auto; }
    .play { display: grid; place-items: center; inline-size: 48px; block-size: 48px; border-radius: 50%; background: oklch(20% 0.02 280 / 0.62); color: oklch(99% 0.002 95); pointer-events: none; }
    .cancel { position: absolute; inset-block-start: 6px; inset-inline-end: 6px; }
    .badge { position: absolute; inset-block-start: 6px; inset-inline-start: 6px; padding: 1px 8px; border-radius: 10px; background: oklch(20% 0.02 280 / 0.62); color: oklch(99% 0.002 95); font-size: var(--text-xs); font-variant-numeric: tabular-nums; pointer-events: none; }
    .more { position: absolute; inset: 0; display: grid; place-items: center; background: oklch(20% 0.02 280 / 0.55); color: oklch(99% 0.002 95); font-size: var(--text-xxl); font-weight: 600; pointer-events: none; }
    .wrong { position: absolute; inset: 0; display: grid; align-content: center; justify-items: center; gap: 4px; padding: 10px; overflow: auto; background: var(--well); color: var(--ink-2); text-align: center; font-size: var(--text-s); line-height: 1.35; text-wrap: balance; }
    .wrong button { min-block-size: 36px; padding-inline: 12px; border-radius: 12px; color: var(--accent-ink); font-weight: 600; }
    @media (prefers-reduced-motion: reduce) { .real { animation: none; } }
  `];

  protected override willUpdate(): void {
    if (this.engine !== null && this.at !== null && this.attachment !== null) this.#one.use(deskOf(this.engine), this.at, this.attachment);
  }

  protected override render() {
    const { attachment } = this;
    if (attachment === null) return nothing;
    const problem = this.#problem(attachment);
    const video = attachment.look === 'video';
    const { shown } = this.#one;
    const isOpen = shown !== null && shown.url !== null;
    const ring = problem === null ? transferRing(this.#one, attachment, this.#comes(attachment)) : nothing;
    return html`
      ${this.#picture(attachment)}
      ${problem === null ? html`<button class="look" type="button" aria-label=${video ? words.video(attachment.name, spokenLength(attachment.duration ?? 0)) : words.picture(attachment.name)}
        @pointerdown=${() => { this.#pressedAt = performance.now(); }} @click=${this.#look}></button>` : this.#wrong(problem, shown !== null)}
      ${video && attachment.duration !== undefined && problem === null ? html`<span class="badge" aria-hidden="true">${clockLength(attachment.duration)}</span>` : nothing}
      ${!isOpen && !attachment.isHere && problem === null && !video && !this.#comes(attachment) ? html`<span class="badge" aria-hidden="true">${fileSize(attachment.size)}</span>` : nothing}
      ${this.more > 0 ? html`<span class="more" aria-hidden="true">+${this.more}</span>` : nothing}
      <div class="middle">${ring === nothing && video && isOpen && this.more === 0 ? html`<span class="play">${icon('play', 22)}</span>` : this.more > 0 ? nothing : ring}</div>`;
  }

  /** What stands in its place where it cannot be drawn. */
  #problem(attachment: Attachment): Problem | null {
    const { shown, problem, transfer } = this.#one;
    if (problem !== null) return problem;
    if (shown !== null && shown.shows !== attachment.look) return shown.problem ?? { code: 'attachment-mistyped', detail: '' };
    return transfer?.state === 'failed' && transfer.problem !== undefined ? transfer.problem : null;
  }

  #comes(attachment: Attachment): boolean {
    return this.engine !== null && deskOf(this.engine).comesByItself(attachment);
  }

  #picture(attachment: Attachment) {
    const { shown } = this.#one;
    const preview = pictureUrl(attachment.preview ?? null);
    const behind = preview === null ? nothing : html`<img class="preview" src=${preview} alt="" decoding="async">`;
    if (shown === null || shown.url === null || shown.shows !== attachment.look) return behind;
    return attachment.look === 'video'
      ? html`${behind}<video class="real" src=${shown.url} muted playsinline preload="metadata" tabindex="-1" aria-hidden="true"></video>`
      : html`${behind}<img class="real" src=${shown.url} alt="" decoding="async" draggable="false" @error=${() => { this.#one.problem = { code: 'attachment-unreadable', detail: 'it cannot be drawn' }; this.requestUpdate(); }}>`;
  }

  #wrong(problem: Problem, isHere: boolean) {
    return html`
      <div class="wrong" title=${problemSentence(problem)}>${icon('warning')}<span>${problemWords(problem).title}</span>
        ${isHere ? html`<button type="button" @click=${this.#save}>${words.save}</button>` : html`<button type="button" @click=${(event: Event) => { event.stopPropagation(); this.#one.fetch(); }}>${words.again}</button>`}</div>`;
  }

  readonly #save = (event: Event): void => {
    event.stopPropagation();
    const { engine, at, attachment } = this;
    if (engine === null || at === null || attachment === null) return;
    save(deskOf(engine), at, attachment.name).catch((reason: unknown) => {
      this.#one.problem = problemOf(reason);
      this.requestUpdate();
    });
  };

  readonly #look = (event: MouseEvent): void => {
    event.stopPropagation();
    const { at, attachment } = this;
    if (at === null || attachment === null) return;
    if (event.detail > 0 && matchMedia('(pointer: coarse)').matches && performance.now() - this.#pressedAt > RESTED) return;
    if (this.#one.shown === null && !attachment.isHere && this.more === 0) this.#one.fetch();
    else this.dispatchEvent(new CustomEvent('view-media', { detail: { at, from: this }, bubbles: true, composed: true }) satisfies ViewEvent);
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-tile': SottoTile }
}
