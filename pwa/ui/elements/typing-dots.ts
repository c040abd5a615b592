import { css, html } from 'lit';

/** Three dots that take turns; under reduced motion they stand. Whatever they stand in says in words what they mean. */
export const typingDots = () => html`<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>`;

export const dotsStyles = css`
  .dots { display: inline-flex; align-items: center; gap: 3px; margin-inline-end: 6px; vertical-align: 0.08em; }
  .dots i { inline-size: 5px; block-size: 5px; border-radius: 50%; background: currentColor; animation: take-turns 1.2s infinite var(--ease); }
  .dots i:nth-child(2) { animation-delay: 160ms; }
  .dots i:nth-child(3) { animation-delay: 320ms; }
  @keyframes take-turns { 0%, 60%, 100% { opacity: 0.35; transform: none; } 30% { opacity: 1; transform: translateY(-2px); } }
  @media (prefers-reduced-motion: reduce) { .dots i { animation: none; opacity: 0.7; } }
`;
