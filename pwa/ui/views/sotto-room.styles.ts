import { css } from 'lit';

/** The room view: header, foot. */
export const roomStyles = css`
  :host { position: relative; display: flex; flex-direction: column; block-size: 100%; min-inline-size: 0; min-block-size: 0; background: var(--paper); }
  .head { display: flex; align-items: center; gap: 4px; min-block-size: 64px; padding: calc(8px + var(--safe-top)) 12px 8px 16px; border-block-end: 1px solid var(--hairline); }
  :host(:dir(rtl)) .head { padding-inline: 16px 12px; }
  :host([narrow]) .head { padding-inline: 4px 8px; }
  h1 { flex: 1; min-inline-size: 0; font-size: inherit; font-weight: inherit; }
  h1:focus-visible { outline: none; }
  .about { display: flex; align-items: center; gap: 12px; max-inline-size: 100%; min-block-size: 48px; padding: 2px 12px 2px 4px; border-radius: 14px; transition: background-color var(--fast) var(--ease); }
  :host(:dir(rtl)) .about { padding: 2px 4px 2px 12px; }
  .about:hover { background: var(--surface); }
  .about sotto-avatar { --avatar: 40px; }
  .who { display: grid; min-inline-size: 0; }
  .title { font-weight: 650; line-height: 1.3; letter-spacing: -0.008em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: start; }
  .sub { font-size: var(--text-s); line-height: 1.35; color: var(--ink-3); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; text-align: start; }

  /* However much there is to say, the conversation stays in sight. */
  .banners { flex: none; max-block-size: 45%; overflow-y: auto; }
  sotto-log { flex: 1; min-block-size: 0; }

  .veil { position: absolute; inset: 8px; z-index: 4; display: grid; place-content: center; justify-items: center; gap: 8px; border-radius: 20px; border: 2px dashed var(--accent); background: var(--accent-tint); color: var(--accent-ink); font-weight: 600; pointer-events: none; }
  .standing { padding: 16px 24px calc(20px + var(--safe-bottom)); text-align: center; font-size: var(--text-m); color: var(--ink-2); background: var(--surface); text-wrap: balance; }
`;
