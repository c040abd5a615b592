import { css } from 'lit';
import { graticuleStyles } from './graticule.ts';

/** What a message may hold, besides its bubble. */
export const messageStyles = css`
  .text { white-space: pre-wrap; overflow-wrap: anywhere; text-align: start; unicode-bidi: plaintext; }
  .text a { text-decoration: underline; text-decoration-thickness: 1px; text-underline-offset: 2px; color: var(--accent-ink); }
  .mine .bubble:not(.queued) a { color: inherit; }
  .mine .bubble a:focus-visible, .mine .bubble button:focus-visible { outline-color: currentColor; }
  .text code { font: 0.92em / 1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; padding: 1px 4px; border-radius: 5px; background: color-mix(in oklch, currentColor 10%, transparent); }
  .text pre { margin: 4px 0; padding: 8px 10px; border-radius: 8px; overflow-x: auto; background: color-mix(in oklch, currentColor 8%, transparent); white-space: pre; text-align: start; }
  .text pre code { padding: 0; background: none; }
  .text blockquote { display: grid; margin: 2px 0; padding-inline-start: 10px; border-inline-start: 3px solid color-mix(in oklch, currentColor 35%, transparent); }
  .text .points { margin: 2px 0; padding-inline-start: 1.4em; white-space: normal; }
  .text ul.points { list-style: disc; }
  .text ol.points { list-style: decimal; }
  .text .mention { font-weight: 600; color: var(--accent-ink); }
  .mine .bubble:not(.queued) .mention { color: inherit; text-decoration: underline; text-decoration-style: dotted; text-underline-offset: 3px; }
  .text .more { display: block; font-size: var(--text-s); opacity: 0.8; }
  sotto-attachments { margin-block: 2px; }
  /* Pictures reach almost to the edge of their bubble. */
  sotto-attachments.seen { margin-inline: -9px; margin-block: -3px 4px; }
  .forwarded + sotto-attachments.seen, .name ~ sotto-attachments.seen, .quote ~ sotto-attachments.seen { margin-block-start: 2px; }
  .under { display: flow-root; }
  .under .meta { margin-block: 0 -4px; }
  .under:not(:has(.meta)) { block-size: 0; }
  .seen + .under:not(:has(.meta)) { margin-block-end: -8px; }
  .status .read { color: var(--on-accent); }
  .status .read .icon { stroke-width: 2.6; }
  .forwarded { display: flex; align-items: center; gap: 4px; font-size: var(--text-xs); font-style: italic; color: var(--ink-3); }
  .mine .forwarded { color: var(--on-accent-2); }
  .newer { display: flex; gap: 8px; align-items: flex-start; font-size: var(--text-m); font-style: italic; color: var(--ink-2); }
  .mine .newer { color: inherit; }
  .newer .icon { margin-block-start: 1px; }

  .quote {
    display: grid; inline-size: 100%; min-block-size: 44px; margin-block: 2px 6px; padding: 5px 10px 6px; border-radius: 10px; border-inline-start: 3px solid currentColor; text-align: start;
    background: color-mix(in oklch, currentColor 8%, transparent); font-size: var(--text-m); line-height: 1.35; color: light-dark(oklch(45% 0.13 var(--hue)), oklch(80% 0.1 var(--hue)));
  }
  .quote span { display: -webkit-box; -webkit-line-clamp: 2; line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; overflow-wrap: anywhere; color: var(--ink-2); }
  .quote b { font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .quote.lost { align-content: center; color: var(--ink-3); font-style: italic; }
  .mine .bubble:not(.queued) .quote { background: oklch(20% 0.06 285 / 0.2); }
  .mine .bubble:not(.queued) .quote, .mine .bubble:not(.queued) .quote span { color: inherit; }

  .reactions { display: flex; flex-wrap: wrap; gap: 4px; margin-block: -5px 4px; padding-inline: 8px; position: relative; z-index: 1; max-inline-size: min(80%, 560px); }
  .mine .reactions { justify-content: flex-end; }
  .chip {
    position: relative; display: inline-flex; align-items: center; gap: 4px; min-block-size: 28px; padding: 2px 8px; border-radius: 14px; background: var(--raised); box-shadow: 0 0 0 1px var(--hairline);
    font-size: var(--text-m); line-height: 1; transition: background-color var(--fast) var(--ease), transform var(--fast) var(--ease); @starting-style { transform: scale(0.6); opacity: 0; }
  }
  .chip::after { content: ''; position: absolute; inset: -8px -2px; }
  .chip[aria-pressed='true'] { background: var(--accent-tint); box-shadow: 0 0 0 1px var(--accent); }
  .chip .count { font-size: var(--text-s); font-variant-numeric: tabular-nums; color: var(--ink-2); }
  .chip:active { transform: scale(0.94); }
  .thread { display: inline-flex; align-items: center; gap: 6px; min-block-size: 44px; padding-inline: 10px; font-size: var(--text-m); font-weight: 600; color: var(--accent-ink); }

  .poll { display: grid; gap: 2px; min-inline-size: min(280px, 62vw); margin: 0; padding: 0; border: 0; }
  .poll legend { font-weight: 600; padding: 0; overflow-wrap: anywhere; }
  .poll .how { font-size: var(--text-s); color: var(--ink-2); }
  .mine .bubble:not(.queued) .poll .how { color: inherit; }
  .poll label { position: relative; display: grid; grid-template-columns: 22px minmax(0, 1fr); align-items: center; gap: 2px 8px; min-block-size: 44px; padding-block: 4px; cursor: pointer; }
  .poll input { inline-size: 20px; block-size: 20px; margin: 0; accent-color: currentColor; }
  .poll .answer { display: flex; justify-content: space-between; gap: 8px; overflow-wrap: anywhere; }
  .poll .count { font-variant-numeric: tabular-nums; font-size: var(--text-m); }
  .poll .bar { grid-column: 2; block-size: 6px; border-radius: 3px; background: color-mix(in oklch, currentColor 14%, transparent); overflow: hidden; }
  .poll .bar::before { content: ''; display: block; block-size: 100%; inline-size: calc(var(--share) * 100%); border-radius: 3px; background: currentColor; transition: inline-size var(--calm) var(--ease); }
  ${graticuleStyles}
  .place { display: grid; gap: 6px; inline-size: 280px; max-inline-size: 100%; padding-block: 4px 0; }
  .place > div { display: grid; gap: 1px; }
  .mine .bubble:not(.queued) .graticule .about { fill: currentColor; stroke: currentColor; }
  .place .where { font-size: var(--text-s); font-variant-numeric: tabular-nums; opacity: 0.8; }
  .place a { display: inline-flex; align-items: center; min-block-size: 32px; font-size: var(--text-m); text-underline-offset: 2px; color: var(--accent-ink); }
  @media (forced-colors: active) { .chip, .quote { border: 1px solid; } }
`;
