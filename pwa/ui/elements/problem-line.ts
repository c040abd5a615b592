import { html, nothing } from 'lit';
import type { Problem } from '../../engine/api.ts';
import { problemSentence } from '../words/problems.ts';
import { icon } from './icon.ts';

/** What went wrong, above the buttons that it concerns. Needs `fields` among the styles. */
export const problemLine = (problem: Problem | null) =>
  problem === null ? nothing : html`<p class="problem" role="alert">${icon('warning')}<span>${problemSentence(problem)}</span></p>`;
