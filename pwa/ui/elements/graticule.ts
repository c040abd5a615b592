import { css, html, nothing, svg } from 'lit';
import type { TemplateResult } from 'lit';
import { distance, meridianName, parallelName } from '../words/places.ts';

const WIDTH = 320;
const HEIGHT = 168;
/** The width of a meridian's name, pixels. */
const LABEL = 50;
/** Between two lines at least, pixels. */
const SPACING = 64;
const METRES_PER_DEGREE = 111_320;
/** From the place to the upper edge, metres, where nothing says how sure the place is. */
const USUAL_REACH = 400;
const STEPS = [1, 2, 5] as const;

interface Place {
  readonly latitude: number;
  readonly longitude: number;
  /** Metres. */
  readonly accuracy?: number;
}

/** The smallest of 1, 2, 5, 10, 20… times a power of ten that is no less, and the digits that it needs behind the point. */
function roundStep(least: number): { readonly step: number; readonly digits: number } {
  const power = Math.floor(Math.log10(least));
  for (let at = power; ; at += 1) for (const step of STEPS) if (step * 10 ** at >= least * (1 - 1e-9)) return { step: step * 10 ** at, digits: Math.max(0, -at) };
}

function lines(at: number, pixelsPerDegree: number, reach: number): { readonly values: readonly number[]; readonly digits: number } {
  const { step, digits } = roundStep(SPACING / pixelsPerDegree);
  const half = reach / pixelsPerDegree;
  const values: number[] = [];
  for (let value = Math.ceil((at - half) / step) * step; value <= at + half; value += step) values.push(value);
  return { values, digits };
}

/**
 * A place among its parallels and meridians, drawn here and asked of nobody: how sure it is, which way is north, and how far a stretch of it goes.
 * Hidden from screen readers: whatever it stands beside says the same in words.
 */
export function graticule({ latitude, longitude, accuracy }: Place): TemplateResult {
  const reach = accuracy === undefined ? USUAL_REACH : Math.max(60, accuracy * 2.2);
  const pixelsPerMetre = HEIGHT / 2 / reach;
  const perLatitude = pixelsPerMetre * METRES_PER_DEGREE;
  // Near a pole the meridians meet; the picture keeps a little width of them.
  const perLongitude = perLatitude * Math.max(0.02, Math.cos((latitude * Math.PI) / 180));
  const across = lines(latitude, perLatitude, HEIGHT / 2);
  const along = lines(longitude, perLongitude, WIDTH / 2);
  const x = (value: number): number => WIDTH / 2 + (value - longitude) * perLongitude;
  const y = (value: number): number => HEIGHT / 2 - (value - latitude) * perLatitude;
  const scale = roundStep(40 / pixelsPerMetre).step;
  const beforeScale = WIDTH - 24 - scale * pixelsPerMetre - LABEL;
  return html`
    <svg class="graticule" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="xMidYMid slice" aria-hidden="true" focusable="false">
      ${across.values.map((value) => svg`<line x1="0" x2=${WIDTH} y1=${y(value)} y2=${y(value)} />`)}
      ${along.values.map((value) => svg`<line y1="0" y2=${HEIGHT} x1=${x(value)} x2=${x(value)} />`)}
      ${across.values.filter((value) => y(value) > 16 && y(value) < HEIGHT - 22).map((value) => svg`<text x="6" y=${y(value) - 4}>${parallelName(value, across.digits)}</text>`)}
      ${along.values.filter((value) => x(value) > LABEL && x(value) < beforeScale).map((value) => svg`<text x=${x(value) + 4} y=${HEIGHT - 6}>${meridianName(value, along.digits)}</text>`)}
      ${accuracy === undefined ? nothing : svg`<circle class="about" cx=${WIDTH / 2} cy=${HEIGHT / 2} r=${accuracy * pixelsPerMetre} />`}
      <circle class="here" cx=${WIDTH / 2} cy=${HEIGHT / 2} r="6" />
      <path class="north" d="M${WIDTH - 20} 12l6 16-6-4-6 4z" />
      <path class="scale" d="M${WIDTH - 12} ${HEIGHT - 14}v6h-${scale * pixelsPerMetre}v-6" />
      <text class="end" x=${WIDTH - 12} y=${HEIGHT - 18}>${distance(scale)}</text>
    </svg>`;
}

export const graticuleStyles = css`
  .graticule { display: block; inline-size: 100%; aspect-ratio: 320 / 168; border-radius: 12px; background: color-mix(in oklch, currentColor 6%, transparent); direction: ltr; font: 500 9.5px / 1 var(--font); font-variant-numeric: tabular-nums; }
  .graticule line { stroke: currentColor; stroke-opacity: 0.16; }
  .graticule text { fill: currentColor; fill-opacity: 0.72; }
  .graticule .end { text-anchor: end; }
  .graticule .about { fill: var(--accent); fill-opacity: 0.16; stroke: var(--accent); stroke-opacity: 0.5; }
  .graticule .here { fill: var(--accent-fill); stroke: var(--on-accent); stroke-width: 2; }
  .graticule .north { fill: currentColor; fill-opacity: 0.6; }
  .graticule .scale { fill: none; stroke: currentColor; stroke-opacity: 0.6; }
`;
