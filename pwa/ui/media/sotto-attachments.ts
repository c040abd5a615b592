import { LitElement, css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { ref } from 'lit/directives/ref.js';
import type { Attachment, AttachmentAt, Engine, MessageItem, RoomKey } from '../../engine/api.ts';
import { base } from '../elements/styles.ts';
import { attachmentsOf } from './of-message.ts';
import './sotto-file.ts';
import './sotto-tile.ts';
import './sotto-voice.ts';

/** Pixels of a single picture, at most and at least, and how far from square it is drawn. */
const WIDEST = 320;
const HIGHEST = 380;
const NARROWEST = 140;
const TALL = 0.6;
const FLAT = 2.2;

/** Of an album, so many stand side by side; the last says how many follow. */
const ALBUM = 4;

const isVisual = ({ look }: Attachment): boolean => look === 'picture' || look === 'video';

/** The box of a single picture: known before anything of it is here, so that nothing moves when it comes. */
export function boxOf({ width = 4, height = 3 }: Attachment): { readonly width: number; readonly ratio: number } {
  const ratio = Math.min(FLAT, Math.max(TALL, width / Math.max(1, height)));
  const fits = Math.min(WIDEST, HIGHEST * ratio);
  return { width: Math.round(Math.max(NARROWEST, width < 64 ? fits : Math.min(fits, width))), ratio };
}

/** What is attached to one message: pictures and videos together, then what is heard, then files. */
@customElement('sotto-attachments')
export class SottoAttachments extends LitElement {
  @property({ attribute: false }) engine: Engine | null = null;
  @property({ attribute: false }) room: RoomKey | null = null;
  @property({ attribute: false }) message: MessageItem | null = null;

  static override styles = [base, css`
    :host { display: grid; grid-template-columns: minmax(0, 1fr); gap: 4px; justify-items: start; min-inline-size: 0; max-inline-size: calc(100% + 18px); }
    .album { display: grid; gap: 2px; overflow: hidden; border-radius: var(--media-radius, 14px); inline-size: var(--box-width); max-inline-size: 100%; aspect-ratio: var(--box-ratio); }
    .of-2 { grid-template-columns: 1fr 1fr; }
    .of-3 { grid-template-columns: 2fr 1fr; grid-template-rows: 1fr 1fr; }
    .of-3 > :first-child { grid-row: span 2; }
    .of-4 { grid-template-columns: 1fr 1fr; grid-template-rows: 1fr 1fr; }
  `];

  protected override render() {
    const { engine, room, message } = this;
    if (engine === null || room === null || message === null) return nothing;
    const all = attachmentsOf(message).map((attachment, index) => ({ attachment, at: { room, message: message.id, index } }));
    const visual = all.filter(({ attachment }) => isVisual(attachment));
    return html`
      ${visual.length === 0 ? nothing : this.#album(engine, visual)}
      ${all.filter(({ attachment }) => !isVisual(attachment)).map(({ attachment, at }) => (attachment.look === 'voice'
        ? html`<sotto-voice .engine=${engine} .at=${at} .attachment=${attachment}></sotto-voice>`
        : html`<sotto-file .engine=${engine} .at=${at} .attachment=${attachment}></sotto-file>`))}`;
  }

  #album(engine: Engine, visual: readonly { readonly attachment: Attachment; readonly at: AttachmentAt }[]) {
    const shown = visual.slice(0, ALBUM);
    const [only] = visual;
    const box = visual.length === 1 && only !== undefined ? boxOf(only.attachment) : { width: WIDEST, ratio: shown.length === 2 ? 2 : shown.length === 3 ? 1.5 : 1 };
    return html`
      <div class="album of-${shown.length}" ${ref((element) => {
        if (!(element instanceof HTMLElement)) return;
        element.style.setProperty('--box-width', `${box.width}px`);
        element.style.setProperty('--box-ratio', String(box.ratio));
      })}>
        ${shown.map(({ attachment, at }, place) => html`<sotto-tile .engine=${engine} .at=${at} .attachment=${attachment} .more=${place === ALBUM - 1 ? visual.length - ALBUM : 0}></sotto-tile>`)}
      </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-attachments': SottoAttachments }
}
