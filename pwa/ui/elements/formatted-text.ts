import { html } from 'lit';
import type { TemplateResult } from 'lit';
import type { Mention } from '../../engine/api.ts';
import { blocksOf, type Block, type Inline, type Range } from '../text/markup.ts';
import { linkedText } from './linked-text.ts';

type Drawn = string | TemplateResult;

/** A text as it was meant: signs, links, the names of people who are spoken to. Only ever text nodes within elements of ours. */
export function formattedText(text: string, mentions: readonly Mention[] = []): readonly Drawn[] {
  const named = mentions.filter(({ start, end }) => start < end && end <= text.length).toSorted((a, b) => a.start - b.start);
  return blocksOf(text).map((block) => drawnBlock(text, block, named));
}

function drawnBlock(text: string, block: Block, mentions: readonly Mention[]): TemplateResult {
  const line = (inside: readonly Inline[]): readonly Drawn[] => inside.flatMap((one) => drawnInline(text, one, mentions));
  switch (block.kind) {
    case 'lines':
      return html`<span class="lines">${line(block.inside)}</span>`;
    case 'code':
      return html`<pre dir="ltr"><code>${text.slice(block.start, block.end)}</code></pre>`;
    case 'quote':
      return html`<blockquote>${block.lines.map((one) => html`<span>${line(one)}</span>`)}</blockquote>`;
    case 'list':
      return block.from === null
        ? html`<ul class="points">${block.items.map((one) => html`<li>${line(one)}</li>`)}</ul>`
        : html`<ol class="points" start=${block.from}>${block.items.map((one) => html`<li>${line(one)}</li>`)}</ol>`;
  }
}

function drawnInline(text: string, inline: Inline, mentions: readonly Mention[]): readonly Drawn[] {
  const inside = (): readonly Drawn[] => ('inside' in inline ? inline.inside.flatMap((one) => drawnInline(text, one, mentions)) : []);
  switch (inline.kind) {
    case 'words':
      return withMentions(text, inline, mentions);
    case 'code':
      return [html`<code dir="ltr">${text.slice(inline.start, inline.end)}</code>`];
    case 'bold':
      return [html`<strong>${inside()}</strong>`];
    case 'italic':
      return [html`<em>${inside()}</em>`];
    case 'struck':
      return [html`<s>${inside()}</s>`];
  }
}

/** A name that signs cut through is not set apart: who is meant stands in the message all the same. */
function withMentions(text: string, { start, end }: Range, mentions: readonly Mention[]): readonly Drawn[] {
  const drawn: Drawn[] = [];
  let at = start;
  for (const mention of mentions) {
    if (mention.start < at || mention.end > end) continue;
    drawn.push(...linkedText(text.slice(at, mention.start)), html`<b class="mention">${text.slice(mention.start, mention.end)}</b>`);
    at = mention.end;
  }
  return [...drawn, ...linkedText(text.slice(at, end))];
}
