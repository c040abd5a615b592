import { LitElement, css, svg } from 'lit';
import { customElement } from 'lit/decorators.js';

/** The mark: a voice that grows quiet inside a bubble. The same drawing as public/icon.svg. */
@customElement('sotto-mark')
export class SottoMark extends LitElement {
  static override styles = css`
    :host { display: inline-block; inline-size: var(--mark, 72px); block-size: var(--mark, 72px); }
    svg { display: block; inline-size: 100%; block-size: 100%; }
    .ground { fill: var(--accent-fill); }
    .bubble { fill: oklch(98.5% 0.004 95); }
    .voice { stroke: var(--accent-fill); }
    @media (forced-colors: active) { .ground { fill: Canvas; } .bubble { fill: CanvasText; } .voice { stroke: Canvas; } }
  `;

  protected override render() {
    return svg`<svg viewBox="0 0 512 512" aria-hidden="true">
      <rect class="ground" width="512" height="512" rx="132" />
      <path class="bubble" d="M256 112c-88 0-156 60-156 138 0 42 20 79 52 104 2 2 3 4 3 7l-6 44c-1 9 8 15 16 11l46-23c2-1 5-1 8-1 12 2 24 3 37 3 88 0 156-65 156-145S344 112 256 112Z" />
      <g class="voice" stroke-width="26" stroke-linecap="round"><path d="M184 206v92" /><path d="M232 224v56" /><path d="M280 238v28" /><path d="M328 252v.1" /></g>
    </svg>`;
  }
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-mark': SottoMark }
}
