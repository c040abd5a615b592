/** What SECURITY.md claims is held by tests that exist. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/SECURITY.md', root), 'utf8');

/** The titles in a test file, as patterns: what a template fills in may be anything. */
function titlesIn(file: string): readonly RegExp[] {
  const source = readFileSync(new URL(`test/${file}.test.ts`, root), 'utf8');
  return [...source.matchAll(/\b(?:test|it)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gs)].map(([, quote, title = '']) => {
    const parts = (quote === '`' ? title.split(/\$\{[^}]*\}/) : [title]).map((part) => part.replaceAll(/\\(.)/g, '$1').replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
    return new RegExp(`^${parts.join('.+')}$`);
  });
}

const named = [...page.matchAll(/`((?:node|browser|e2e)\/[\w/-]+): ([^`]+)`/g)].map(([, file = '', title = '']) => ({ file, title }));

test('every test that SECURITY.md names exists', () => {
  assert.ok(named.length >= 25, `${named.length} are named`);
  const missing = named.filter(({ file, title }) => !existsSync(new URL(`test/${file}.test.ts`, root)) || !titlesIn(file).some((pattern) => pattern.test(title)));
  assert.deepEqual(missing, []);
  for (const [path] of page.matchAll(/(?<=`)test\/[\w./-]+/g)) assert.ok(existsSync(new URL(path, root)), path);
});

test('each of the adversaries has its rows, and what it cannot do is shown', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| ')).map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
  const table = rows.slice(rows.findIndex(([who]) => who === 'who') + 2).filter((cells) => cells.length === 4);
  const who = table.flatMap(([name = '']) => (name === '' ? [] : [name.replaceAll('*', '')]));
  assert.deepEqual(who, [
    'The relay', 'The network', 'A stranger', 'A member', 'A removed member', 'Whoever holds a leaked invite', 'The thief of a locked phone', 'The thief of an unlocked phone', 'The push service',
    'Whoever serves the app',
  ]);
  for (const [, , cannot, shown] of table) assert.equal(cannot === '', shown === '', `${cannot}: ${shown}`);
});
