/** What is made of the signs that people type. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { blocksOf, plainText, type Block, type Inline, type Range } from '../../../pwa/ui/text/markup.ts';

/** The tree in a line: b(…), i(…), s(…), c(…) for inlines; L[…] for lists, Q[…], C[…]. */
function said(text: string): string {
  const inline = (one: Inline): string => {
    switch (one.kind) {
      case 'words':
        return text.slice(one.start, one.end);
      case 'code':
        return `c(${text.slice(one.start, one.end)})`;
      default:
        return `${one.kind[0]}(${one.inside.map(inline).join('')})`;
    }
  };
  const line = (all: readonly Inline[]): string => all.map(inline).join('');
  const block = (one: Block): string => {
    switch (one.kind) {
      case 'lines':
        return line(one.inside);
      case 'code':
        return `C[${text.slice(one.start, one.end)}]`;
      case 'quote':
        return `Q[${one.lines.map(line).join('|')}]`;
      case 'list':
        return `${one.from ?? ''}L[${one.items.map(line).join('|')}]`;
    }
  };
  return blocksOf(text).map(block).join('¶');
}

describe('signs', () => {
  for (const [text, meant] of [
    ['plain words', 'plain words'], ['a *bold* word', 'a b(bold) word'], ['**bold**, too', 'b(bold), too'], ['_italic_ and ~gone~', 'i(italic) and s(gone)'],
    ['*bold _and italic_*', 'b(bold i(and italic))'], ['`*code*`', 'c(*code*)'], ['2*3*4', '2*3*4'], ['snake_case_name', 'snake_case_name'], ['* not bold *', 'L[not bold *]'],
    ['*open', '*open'], ['5 * 3 * 2', '5 * 3 * 2'], ['*two\nlines*', '*two\nlines*'], ['``', '``'], ['***', '***'], ['(*bold*)', '(b(bold))'], ['*ja*!', 'b(ja)!'],
    ['one\ntwo', 'one\ntwo'], ['- one\n- *two*', 'L[one|b(two)]'], ['see:\n- one\n- two\nend', 'see:¶L[one|two]¶end'], ['3. three\n4. four', '3L[three|four]'], ['-5 degrees', '-5 degrees'],
    ['- ', '- '], ['> said\n> again\nno', 'Q[said|again]¶no'], ['>:(', 'Q[:(]'], ['```\nx = *1*\n```', 'C[x = *1*]'], ['```js\nx\n```\nafter', 'C[x]¶after'], ['```x```', 'C[x]'], ['``` ```', '``` ```'],
    ['```open', '```open'], ['*東京*', 'b(東京)'], ['https://x.org/_a_ and _b_', 'https://x.org/_a_ and i(b)'], ['*https://x.org*', 'b(https://x.org)'], ['*東*京', '*東*京'], ['', ''], ['\n\n', '\n\n'],
  ] as const) {
    test(JSON.stringify(text), () => assert.equal(said(text), meant));
  }

  test('every leaf is a range of the text, in order, and no letter is lost but signs', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'b', ' ', '*', '_', '~', '`', '\n', '-', '>', '1', '.', '👍'), maxLength: 60 }), (text) => {
      const leaves: Range[] = [];
      const walk = (all: readonly Inline[]): void => {
        for (const one of all) if ('inside' in one) walk(one.inside); else leaves.push(one);
      };
      for (const block of blocksOf(text)) {
        if (block.kind === 'lines') walk(block.inside);
        else if (block.kind === 'code') leaves.push(block);
        else for (const line of block.kind === 'quote' ? block.lines : block.items) walk(line);
      }
      let at = 0;
      for (const { start, end } of leaves) {
        assert.ok(start >= at && end > start && end <= text.length);
        assert.match(text.slice(at, start), /^[*_~`\n\->1. ab]*$/);
        at = end;
      }
      const letters = (part: string): string => part.replaceAll(/[^👍]/gu, '');
      assert.equal(letters(leaves.map(({ start, end }) => text.slice(start, end)).join('')), letters(text));
    }), { numRuns: 3000 });
  });

  test('in a line, only the words are left', () => {
    assert.equal(plainText('*Stove* and:\n- bread\n- `cheese`\n> said\n_end_'), 'Stove and: bread, cheese said end');
  });

  test('a text made to hang its reader does not', () => {
    for (const text of ['*a '.repeat(10_000), '_*~'.repeat(10_000), '*'.repeat(32_000), '`'.repeat(32_000), '```\n'.repeat(8000), '> '.repeat(16_000), `${'*_'.repeat(5000)}a${'_*'.repeat(5000)}`]) {
      const from = process.cpuUsage().user;
      blocksOf(text);
      assert.ok(process.cpuUsage().user - from < 1_000_000, `${text.slice(0, 10)}: ${process.cpuUsage().user - from} µs`);
    }
  });
});
