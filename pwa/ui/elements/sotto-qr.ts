import { msg } from '@lit/localize';
import { LitElement, css, svg } from 'lit';
import type { PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { encode } from 'uqr';

const words = { get invite() { return msg('QR code of the invite link. Scan it with the other phone’s camera.'); } } as const;

/** A QR code of a text, dark on light in either theme: many cameras read nothing else. */
@customElement('sotto-qr')
export class SottoQr extends LitElement {
  @property() text = '';
  /** What it is, for who cannot see it. */
  @property() label = '';
  #path = '';
  #size = 0;

  static override styles = css`
    :host { display: block; inline-size: 100%; aspect-ratio: 1; padding: 6.5%; border-radius: 20px; background: oklch(99.4% 0.002 95); color: oklch(24% 0.05 285); }
    svg { display: block; inline-size: 100%; block-size: 100%; }
  `;

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('text')) return;
    const { data, size } = encode(this.text, { ecc: 'M', border: 0 });
    this.#size = size;
    // One run of dark modules is one rectangle of the path.
    this.#path = data.map((row, y) => runs(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`).join('')).join('');
  }

  protected override render() {
    return svg`<svg viewBox="0 0 ${this.#size} ${this.#size}" role="img" aria-label=${this.label === '' ? words.invite : this.label} shape-rendering="crispEdges"><path fill="currentColor" d=${this.#path} /></svg>`;
  }
}

function runs(row: readonly boolean[]): readonly (readonly [start: number, length: number])[] {
  const found: [number, number][] = [];
  row.forEach((dark, x) => {
    const last = found.at(-1);
    if (!dark) return;
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1;
    else found.push([x, 1]);
  });
  return found;
}

declare global {
  interface HTMLElementTagNameMap { 'sotto-qr': SottoQr }
}
