/** SELF-HOSTING.md names every flag and every limit, with the value that it has. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { HELP, writtenLimit } from '../../../relay/config.ts';
import { DEFAULT_LIMITS, LIMIT_NAMES, sayLimit } from '../../../relay/limits.ts';
import { CLOSE_CODES, isErrorCode } from '../../../shared/codes.ts';

const page = readFileSync(new URL('../../../docs/SELF-HOSTING.md', import.meta.url), 'utf8');

test('every limit stands in the table once, with its default, and nothing else does', () => {
  const section = page.slice(page.indexOf('\n## Limits'), page.indexOf('\n## ', page.indexOf('\n## Limits') + 1));
  const rows = [...section.matchAll(/^\| `([a-z-]+)` \| (\S+) \| (.+) \| (.*) \|$/gm)].map(([, name, value, what, over]) => ({ name, value, what, over }));
  assert.deepEqual(rows.map(({ name, value }) => [name, value]), LIMIT_NAMES.map((name) => [writtenLimit(name), sayLimit(name, DEFAULT_LIMITS[name])]));
  const codes = new Set<number>([1009, ...Object.values(CLOSE_CODES)]);
  for (const { name, over = '' } of rows) {
    for (const [, code = ''] of over.matchAll(/`([a-z-]+)`/g)) assert.ok(isErrorCode(code) || code === 'behind', `${name}: ${code}`);
    for (const [, code] of over.matchAll(/with (\d{4})/g)) assert.ok(codes.has(Number(code)), `${name}: ${code}`);
  }
});

test('every flag of the relay stands in the table, with its variable', () => {
  const flags = new Set([...HELP.matchAll(/--([a-z-]+)/g)].map(([, name]) => name ?? '').filter((name) => !['help', 'version'].includes(name)));
  for (const flag of flags) assert.ok(page.includes(`| \`--${flag}\` |`), `--${flag}`);
  for (const [variable] of HELP.matchAll(/SOTTO_[A-Z_]+/g)) assert.ok(page.includes(`\`${variable}\``), variable);
});
