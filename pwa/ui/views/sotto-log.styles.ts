import { css } from 'lit';

/** A conversation: days, groups, notices, the way to the end. */
export const logStyles = css`
  :host { display: block; position: relative; }
  /* The controller keeps things still by hand; two of them would move it twice. */
  .log { block-size: 100%; overflow-y: auto; overscroll-behavior: contain; overflow-anchor: none; scrollbar-width: thin; scrollbar-color: var(--pressed) transparent; }
  .log:focus-visible { outline-offset: -3px; }
  .content { display: flex; flex-direction: column; justify-content: flex-end; min-block-size: 100%; max-inline-size: 920px; margin-inline: auto; padding-block: 8px 4px; }
  .day { display: flex; flex-direction: column; }
  .day-line { position: sticky; inset-block-start: 8px; z-index: 1; display: flex; justify-content: center; margin-block: 14px 8px; font-size: var(--text-xs); font-weight: 600; pointer-events: none; }
  .day-line span { padding: 4px 12px; border-radius: 12px; line-height: 1.35; background: color-mix(in oklch, var(--paper) 86%, transparent); backdrop-filter: blur(8px); color: var(--ink-3); }
  sotto-message-group { padding-block: 6px; }
  .notice { padding: 6px 32px; text-align: center; font-size: var(--text-s); line-height: 1.4; color: var(--ink-3); overflow-wrap: anywhere; text-wrap: balance; }
  .notice.grave { color: var(--caution); }
  .new { display: flex; align-items: center; gap: 12px; padding: 6px 16px; font-size: var(--text-xs); font-weight: 650; color: var(--accent-ink); }
  .new::before, .new::after { content: ''; flex: 1; block-size: 1px; background: color-mix(in oklch, var(--accent) 35%, transparent); }

  .begin { display: grid; justify-items: center; gap: 4px; padding: 40px 32px 20px; text-align: center; color: var(--ink-3); font-size: var(--text-m); text-wrap: balance; animation: appear var(--calm) var(--ease); }
  .begin sotto-avatar { --avatar: 72px; margin-block-end: 12px; }
  .begin-name { font-size: var(--text-xl); font-weight: 650; letter-spacing: -0.012em; line-height: var(--line-tight); color: var(--ink); overflow-wrap: anywhere; }
  .begin .button { margin-block-start: 16px; }
  .older { flex: 1; }
  @keyframes appear { from { opacity: 0; } }

  .to-end { position: absolute; inset-block-end: 10px; inset-inline-end: 16px; display: grid; place-items: center; inline-size: 44px; block-size: 44px; border-radius: 50%; background: var(--raised); color: var(--ink-2);
    border: 1px solid var(--hairline); box-shadow: var(--shadow); transition: opacity var(--fast) var(--ease), transform var(--fast) var(--ease); }
  .to-end:hover { color: var(--ink); }
  @starting-style { .to-end { opacity: 0; transform: scale(0.8); } }
  .count { position: absolute; inset-block-start: -8px; inset-inline-end: -4px; min-inline-size: 1.375rem; padding-inline: 6px; border-radius: 0.6875rem; background: var(--accent-fill); color: var(--on-accent);
    font-size: var(--text-xs); font-weight: 650; line-height: 1.375rem; text-align: center; font-variant-numeric: tabular-nums; }
`;
