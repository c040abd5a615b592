import { css } from 'lit';

/** What every shadow root starts from: box model, focus, hiding, icons. */
export const base = css`
  *, *::before, *::after { box-sizing: border-box; }
  :host { -webkit-tap-highlight-color: transparent; }
  :host([hidden]), [hidden] { display: none !important; }
  h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  a { color: inherit; }
  button, input, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
  button { border: 0; background: none; padding: 0; cursor: pointer; touch-action: manipulation; text-align: start; }
  button:disabled { cursor: default; }
  .icon { flex: none; display: block; }
  .icon.turns:dir(rtl) { transform: scaleX(-1); }
  :focus { outline: none; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
  .unseen {
    position: absolute; inline-size: 1px; block-size: 1px; margin: -1px; padding: 0; overflow: hidden;
    clip-path: inset(50%); white-space: nowrap; border: 0;
  }
`;

/** Buttons: one filled in a screen, quiet ones beside it, round ones for icons. All at least 44 px high. */
export const buttons = css`
  .button {
    display: inline-flex; align-items: center; justify-content: center; gap: 8px; min-block-size: 48px; padding: 10px 20px;
    border-radius: 14px; font-size: var(--text-l); font-weight: 600; line-height: var(--line-tight); text-align: center;
    background: var(--well); color: var(--ink); user-select: none; transition: background-color var(--fast) var(--ease), transform var(--fast) var(--ease);
  }
  .button:hover { background: var(--pressed); }
  .button:active { transform: scale(0.985); }
  .button.filled { background: var(--accent-fill); color: var(--on-accent); }
  .button.filled:hover { background: var(--accent-fill-pressed); }
  .button.plain { background: transparent; color: var(--accent-ink); }
  .button.plain:hover { background: var(--accent-tint); }
  .button.danger { background: var(--danger-tint); color: var(--danger); }
  .button.small { min-block-size: 44px; padding: 8px 16px; font-size: var(--text-m); border-radius: var(--radius-m); }
  .button.wide { inline-size: 100%; }
  .button:disabled, .button[aria-disabled='true'] { background: var(--well); color: var(--ink-3); transform: none; cursor: default; }
  .round {
    display: inline-grid; place-items: center; flex: none; inline-size: 44px; block-size: 44px; border-radius: 50%; color: var(--ink-2);
    transition: background-color var(--fast) var(--ease), color var(--fast) var(--ease);
  }
  .round:hover { background: var(--well); color: var(--ink); }
  .round:active { background: var(--pressed); }
  @media (prefers-reduced-motion: reduce) {
    .button:active { transform: none; }
  }
`;

/** Labelled text fields and the sentences under them. */
export const fields = css`
  .field { display: grid; gap: 6px; text-align: start; }
  .field > label, .field > .label { font-size: var(--text-s); font-weight: 600; color: var(--ink-2); padding-inline: 2px; }
  .input {
    inline-size: 100%; min-block-size: 50px; padding: 12px 16px; border: 1px solid transparent; border-radius: 14px; background: var(--well);
    font-size: max(16px, var(--text-l)); line-height: var(--line-tight); transition: border-color var(--fast) var(--ease), background-color var(--fast) var(--ease);
  }
  .input::placeholder { color: var(--ink-3); opacity: 1; }
  .input:focus { outline: none; border-color: var(--accent); background: var(--raised); box-shadow: 0 0 0 3px color-mix(in oklch, var(--accent) 22%, transparent); }
  .hint { font-size: var(--text-s); color: var(--ink-3); padding-inline: 2px; }
  .problem {
    display: flex; gap: 10px; align-items: flex-start; padding: 10px 14px; border-radius: var(--radius-m); font-size: var(--text-m);
    background: var(--danger-tint); color: var(--danger); text-align: start;
  }
  .problem .icon { margin-block-start: 1px; }
`;

/** Cards of rows: what one can look into or do, each at least 44 px high. */
export const rows = css`
  .card { border-radius: var(--radius-l); background: var(--card, var(--surface)); padding: 6px; }
  .row { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; align-items: center; gap: 12px; inline-size: 100%; min-block-size: 56px; padding: 8px 10px; border-radius: var(--radius-m);
    transition: background-color var(--fast) var(--ease); }
  button.row:hover { background: var(--row-hover, var(--well)); }
  button.row:focus-visible { outline-offset: -2px; }
  button.row:disabled { color: var(--ink-3); background: none; }
  .row .dot { display: grid; place-items: center; inline-size: 40px; block-size: 40px; border-radius: 50%; background: var(--well); color: var(--ink-2); }
  .row .dot.accent { background: var(--accent-tint); color: var(--accent-ink); }
  .row .dot.good { color: var(--good); }
  .row .dot.caution { background: var(--caution-tint); color: var(--caution); }
  .row.danger, .row.danger .dot { color: var(--danger); }
  .row.danger .dot { background: var(--danger-tint); }
  .row .lines { display: block; min-inline-size: 0; }
  .row strong { display: block; font-weight: 550; line-height: 1.35; overflow-wrap: anywhere; }
  .row .text { display: block; font-size: var(--text-s); line-height: 1.4; color: var(--ink-3); overflow-wrap: anywhere; }
  .row .text.caution { color: var(--caution); }
  .row .text.danger { color: var(--danger); }
  .row > .icon { color: var(--ink-3); }
  .row .value { font-size: var(--text-m); color: var(--ink-3); }
  .row input[type='checkbox'] { appearance: none; flex: none; margin: 0; inline-size: 50px; block-size: 30px; padding: 3px; border-radius: 15px; background: var(--pressed); cursor: pointer;
    transition: background-color var(--fast) var(--ease); }
  .row input[type='checkbox']::before { content: ''; display: block; inline-size: 24px; block-size: 24px; border-radius: 50%; background: oklch(99% 0.002 95); box-shadow: 0 1px 3px oklch(20% 0.03 280 / 0.3); transition: translate var(--fast) var(--ease); }
  .row input[type='checkbox']:checked { background: var(--accent-fill); }
  .row input[type='checkbox']:checked::before { translate: 20px; }
  .row input[type='checkbox']:checked:dir(rtl)::before { translate: -20px; }
  .row input[type='checkbox']:disabled { opacity: 0.6; cursor: default; }
  @media (forced-colors: active) { .row input[type='checkbox'] { appearance: auto; } .card { border: 1px solid; } }
`;

/** Small marks beside names. */
export const marks = css`
  .verified { display: inline-grid; flex: none; color: var(--accent-ink); vertical-align: -0.15em; margin-inline-start: 4px; }
  .named { display: flex; align-items: center; min-inline-size: 0; }
  .named > bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
`;

/** Two buttons side by side at the end of a question. */
export const answers = css`
  .ask { color: var(--ink-2); font-size: var(--text-m); }
  .actions { display: grid; grid-template-columns: 1fr 1fr; gap: 10px; margin-block-start: 20px; }
  .actions.stacked { grid-template-columns: 1fr; }
  .ask + .problem { margin-block-start: 14px; }
  .problem + .actions { margin-block-start: 14px; }
`;

/** One of a few, side by side. */
export const options = css`
  fieldset { border: 0; margin: 0; padding: 0; min-inline-size: 0; }
  legend { font-size: var(--text-s); font-weight: 600; color: var(--ink-2); padding: 0 2px 8px; }
  .options { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: 4px; padding: 4px; border-radius: 16px; background: var(--well); }
  .options label { position: relative; display: grid; place-items: center; min-block-size: 44px; padding: 6px 8px; border-radius: 12px; font-size: var(--text-m); font-weight: 500; text-align: center; line-height: 1.25; color: var(--ink-2); cursor: pointer; transition: background-color var(--fast) var(--ease); }
  .options + .hint { margin-block-start: 8px; }
  .options input { position: absolute; inset: 0; opacity: 0; margin: 0; cursor: pointer; }
  .options label:has(:checked) { background: var(--raised); color: var(--ink); font-weight: 600; box-shadow: 0 1px 3px light-dark(oklch(22% 0.03 280 / 0.14), oklch(5% 0.02 280 / 0.5)); }
  .options label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 1px; }
  @media (max-width: 359px) { .options { grid-auto-flow: row; } }
`;
