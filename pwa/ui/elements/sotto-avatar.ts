import { LitElement, css, html } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { hueOf, initialsOf } from './hue.ts';
import { pictureUrl } from './picture-url.ts';

const same = (a: Uint8Array | null | undefined, b: Uint8Array | null | undefined): boolean =>
  a === b || (a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length && a.every((byte, at) => byte === b[at]));

/** A person (round) or a room (rounded square) by their picture, else by initials on a hue. Decorative: the name stands beside it. */
@customElement('sotto-avatar')
export class SottoAvatar extends LitElement {
  @property() name = '';
  /** The person's or the room's key. */
  @property({ attribute: false }) key = '';
  @property({ reflect: true }) kind: 'person' | 'room' = 'person';
  /** Degrees; null for the one that the key gives. */
  @property({ attribute: false }) hue: number | null = null;
  /** Each state of the engine brings the same bytes anew. */
  @property({ attribute: false, hasChanged: (value: Uint8Array | null, old: Uint8Array | null | undefined) => !same(value, old) }) picture: Uint8Array | null = null;
  #url: string | null = null;

  static override styles = css`
    :host {
      display: inline-grid; place-items: center; flex: none; inline-size: var(--avatar, 40px); block-size: var(--avatar, 40px); border-radius: 50%;
      font-size: calc(var(--avatar, 40px) * 0.37); font-weight: 600; letter-spacing: 0.01em; line-height: 1; user-select: none; overflow: hidden;
      background: linear-gradient(
        160deg,
        light-dark(oklch(92.5% 0.05 var(--hue)), oklch(40% 0.075 var(--hue))),
        light-dark(oklch(86.5% 0.075 calc(var(--hue) + 22)), oklch(32% 0.07 calc(var(--hue) + 22)))
      );
      color: light-dark(oklch(38% 0.1 var(--hue)), oklch(92% 0.05 var(--hue)));
    }
    :host([kind='room']) { border-radius: 30%; }
    img { display: block; inline-size: 100%; block-size: 100%; object-fit: cover; }
    @media (forced-colors: active) { :host { border: 1px solid; } }
  `;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('key') || changed.has('hue')) this.style.setProperty('--hue', String(this.hue ?? hueOf(this.key)));
    if (changed.has('picture')) this.#url = pictureUrl(this.picture);
  }

  protected override render() {
    return this.#url === null ? html`<span aria-hidden="true">${initialsOf(this.name)}</span>` : html`<img src=${this.#url} alt="" decoding="async" draggable="false" />`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-avatar': SottoAvatar }
}
