import { html } from 'lit';
import type { TemplateResult } from 'lit';

export type TextPart = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'link'; readonly text: string; readonly href: string };

/** Only http and https, and www. for short; nothing else that somebody wrote ever becomes an address to go to. */
const CANDIDATE = /\b(?:https?:\/\/|www\.)[^\s<>"'`\p{Cc}\p{Cf}]+/giu;
const TRAILING = /[.,:;!?'’”…]+$/u;

/** The parts of a text, in order; joined again they are the text. */
export function linkParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const shown = withoutTrailing(match[0]);
    const href = safeAddress(shown);
    if (href === null) continue;
    if (match.index > from) parts.push({ kind: 'text', text: text.slice(from, match.index) });
    parts.push({ kind: 'link', text: shown, href });
    from = match.index + shown.length;
  }
  if (from < text.length) parts.push({ kind: 'text', text: text.slice(from) });
  return parts;
}

/** A full stop or a bracket that belongs to the sentence is not part of the address. */
function withoutTrailing(candidate: string): string {
  let shown = candidate.replace(TRAILING, '');
  for (const [open, close] of [['(', ')'], ['[', ']'], ['{', '}']] as const) {
    while (shown.endsWith(close) && count(shown, close) > count(shown, open)) shown = shown.slice(0, -1).replace(TRAILING, '');
  }
  return shown;
}

const count = (text: string, character: string): number => text.split(character).length - 1;

function safeAddress(shown: string): string | null {
  const address = /^www\./iu.test(shown) ? `https://${shown}` : shown;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null;
  // An address that carries a name and password reads like another site than it leads to.
  if (url.username !== '' || url.password !== '' || url.hostname === '') return null;
  return url.href;
}

/** A text with its web addresses to tap. They tell the other site nothing of where one came from. */
export const linkedText = (text: string): readonly (string | TemplateResult)[] =>
  linkParts(text).map((part) =>
    part.kind === 'text'
      ? part.text
      : html`<a href=${part.href} target="_blank" rel="noopener noreferrer nofollow" dir="ltr">${part.text}</a>`);
