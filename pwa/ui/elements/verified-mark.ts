import { msg } from '@lit/localize';
import { html } from 'lit';
import type { TemplateResult } from 'lit';
import { icon } from './icon.ts';

const words = { get verified() { return msg('Verified'); } } as const;

/** Beside the name of a person whose safety number was compared. Needs `marks` among the styles. */
export const verifiedMark = (size = 16): TemplateResult => html`<span class="verified" role="img" aria-label=${words.verified} title=${words.verified}>${icon('verified', size)}</span>`;
