import { msg, str } from '@lit/localize';
import { css, html, nothing } from 'lit';
import type { Transfer } from '../../engine/api.ts';
import { icon } from '../elements/icon.ts';
import { fileSize } from '../words/amounts.ts';
import { spoken } from '../words/spoken.ts';
import type { OnScreen } from './on-screen.ts';

const words = {
  get pause() { return msg('Pause'); },
  get resume() { return msg('Go on'); },
  get cancel() { return msg('Do not send'); },
  fetch: (size: string) => msg(str`Fetch, ${size}`),
  done: (share: string) => msg(str`${share} done`),
} as const;

const ROUND = 2 * Math.PI * 20;

const share = ({ done, total }: Transfer): number => (total === 0 ? 0 : Math.min(1, done / total));
const percent = (part: number): string => new Intl.NumberFormat(spoken(), { style: 'percent' }).format(part);

/** What moves, how far it is, and what one can do about it; a way to fetch what is not here. Nothing where there is neither. */
export function transferRing(one: OnScreen, { size, isHere }: { readonly size: number; readonly isHere: boolean }, quiet = false) {
  const { transfer } = one;
  if (transfer === null) {
    if (isHere || one.shown !== null || one.problem !== null) return nothing;
    return quiet ? nothing : button('download', words.fetch(fileSize(size)), null, () => { one.fetch(); });
  }
  const stopped = transfer.state === 'paused' || transfer.state === 'failed';
  const up = transfer.direction === 'up';
  return html`
    ${stopped ? button(up ? 'upload' : 'download', words.resume, transfer, () => { if (up) one.resume(); else one.fetch(); }) : button('pause', words.pause, transfer, () => { one.pause(); })}
    ${up ? html`<button class="cancel" type="button" aria-label=${words.cancel} title=${words.cancel} @click=${acting(() => { one.unsend(); })}>${icon('close', 16)}</button>` : nothing}`;
}

const acting = (run: () => void) => (event: Event): void => {
  event.stopPropagation();
  run();
};

function button(mark: 'download' | 'upload' | 'pause', label: string, transfer: Transfer | null, run: () => void) {
  const part = transfer === null ? 0 : share(transfer);
  return html`
    <button class=${transfer?.state === 'waiting' ? 'ring waiting' : 'ring'} type="button" aria-label=${transfer === null ? label : `${label}, ${words.done(percent(part))}`} title=${label} @click=${acting(run)}>
      ${transfer === null ? nothing : html`<svg viewBox="0 0 44 44" aria-hidden="true"><circle cx="22" cy="22" r="20" class="way" /><circle cx="22" cy="22" r="20" class="done" stroke-dasharray="${Math.max(0.03, part) * ROUND} ${ROUND}" /></svg>`}
      ${icon(mark, 20)}
    </button>`;
}

export const ringStyles = css`
  .ring { position: relative; display: grid; place-items: center; flex: none; inline-size: 48px; block-size: 48px; border-radius: 50%; background: oklch(20% 0.02 280 / 0.62); color: oklch(99% 0.002 95); }
  .ring svg:not(.icon) { position: absolute; inset: 2px; inline-size: 44px; block-size: 44px; rotate: -90deg; fill: none; stroke-width: 3; stroke-linecap: round; }
  .ring .way { stroke: oklch(99% 0.002 95 / 0.25); }
  .ring .done { stroke: currentColor; transition: stroke-dasharray var(--calm) linear; }
  .ring.waiting svg:not(.icon) { animation: turn 1.4s linear infinite; }
  @keyframes turn { to { rotate: 270deg; } }
  .cancel { display: grid; place-items: center; inline-size: 32px; block-size: 32px; border-radius: 50%; background: oklch(20% 0.02 280 / 0.62); color: oklch(99% 0.002 95); position: relative; }
  .cancel::after { content: ''; position: absolute; inset: -6px; }
  .ring:focus-visible, .cancel:focus-visible { outline: 2px solid oklch(99% 0.002 95); outline-offset: -3px; }
  @media (prefers-reduced-motion: reduce) { .ring.waiting svg:not(.icon) { animation: none; } }
`;
