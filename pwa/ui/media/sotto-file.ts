import { msg, str } from '@lit/localize';
import { LitElement, css, html, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Attachment, AttachmentAt, Engine, Problem } from '../../engine/api.ts';
import { icon } from '../elements/icon.ts';
import { base } from '../elements/styles.ts';
import { fileSize } from '../words/amounts.ts';
import { problemOf, problemSentence } from '../words/problems.ts';
import { deskOf } from './desk.ts';
import { OnScreen } from './on-screen.ts';
import { save } from './saving.ts';
import { ringStyles, transferRing } from './transfer-ring.ts';

const words = {
  save: (name: string) => msg(str`Save ${name}`),
  get unnamed() { return msg('File'); },
} as const;

/** A file: what it is called, how large it is, a way to save it. It is never drawn. */
@customElement('sotto-file')
export class SottoFile extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) at: AttachmentAt | null = null;
  @property({ attribute: false }) attachment: Attachment | null = null;
  @state() private problem: Problem | null = null;
  @state() private saving = false;
  readonly #one = new OnScreen(this);

  static override styles = [base, ringStyles, css`
    :host { display: block; inline-size: 300px; max-inline-size: 100%; }
    .file { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; align-items: center; gap: 10px; inline-size: 100%; min-block-size: 52px; padding: 4px 0; text-align: start; border-radius: 12px; }
    .mark { position: relative; display: grid; place-items: center; inline-size: 44px; block-size: 44px; border-radius: 12px; background: color-mix(in oklch, currentColor 12%, transparent); }
    .lines { display: grid; min-inline-size: 0; line-height: 1.35; }
    .name { font-weight: 550; overflow: hidden; text-overflow: ellipsis; display: -webkit-box; -webkit-line-clamp: 2; line-clamp: 2; -webkit-box-orient: vertical; overflow-wrap: anywhere; }
    .size { font-size: var(--text-s); font-variant-numeric: tabular-nums; }
    .ending { position: absolute; inset-block-end: 3px; max-inline-size: 40px; padding-inline: 2px; overflow: hidden; font-size: 0.5625rem; font-weight: 700; letter-spacing: 0.02em; text-transform: uppercase; }
    .mark.named .icon { translate: 0 -5px; }
    .wrong { display: flex; gap: 6px; font-size: var(--text-s); line-height: 1.35; padding-block: 2px 4px; }
    .ring { inline-size: 44px; block-size: 44px; background: color-mix(in oklch, currentColor 14%, transparent); color: inherit; }
    .ring svg:not(.icon) { inset: 1px; inline-size: 42px; block-size: 42px; }
    .ring .way { stroke: currentColor; opacity: 0.25; }
    .mover { display: flex; gap: 4px; align-items: center; }
    :focus-visible { outline-color: currentColor; }
  `];

  protected override willUpdate(): void {
    if (this.engine !== null && this.at !== null && this.attachment !== null) this.#one.use(deskOf(this.engine), this.at, this.attachment);
  }

  protected override render() {
    const { attachment } = this;
    if (attachment === null) return nothing;
    const name = attachment.name === '' ? words.unnamed : attachment.name;
    const ending = /\.([a-z0-9]{1,5})$/iu.exec(attachment.name)?.[1];
    const moving = this.#one.transfer !== null;
    const problem = this.problem ?? this.#one.problem ?? this.#one.transfer?.problem ?? null;
    const mark = html`<span class=${ending === undefined ? 'mark' : 'mark named'}>${icon('file', 22)}${ending === undefined ? nothing : html`<span class="ending" aria-hidden="true">${ending}</span>`}</span>`;
    const lines = html`<span class="lines"><span class="name"><bdi>${name}</bdi></span><span class="size">${fileSize(attachment.size)}</span></span>`;
    return html`
      ${moving ? html`<div class="file">${mark}${lines}<span class="mover">${transferRing(this.#one, attachment)}</span></div>`
        : html`<button class="file" type="button" title=${words.save(name)} ?disabled=${this.saving} @click=${this.#save}>${mark}${lines}${icon('download')}</button>`}
      ${problem === null ? nothing : html`<p class="wrong" role="status">${icon('warning', 16)}<span>${problemSentence(problem)}</span></p>`}`;
  }

  readonly #save = async (event: Event): Promise<void> => {
    event.stopPropagation();
    const { engine, at, attachment } = this;
    if (engine === null || at === null || attachment === null) return;
    this.problem = null;
    this.saving = true;
    try {
      await save(deskOf(engine), at, attachment.name);
    } catch (reason) {
      const problem = problemOf(reason);
      if (problem.code !== 'attachment-paused') this.problem = problem;
    } finally {
      this.saving = false;
    }
  };
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-file': SottoFile }
}
