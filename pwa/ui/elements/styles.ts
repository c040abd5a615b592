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
