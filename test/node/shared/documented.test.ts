import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ERROR_CODES } from '../../../shared/codes.ts';

test('PROTOCOL.md names every error code, with what it means and what to do', () => {
  const page = readFileSync(new URL('../../../docs/PROTOCOL.md', import.meta.url), 'utf8');
  for (const [code, { means, action }] of Object.entries(ERROR_CODES)) assert.ok(page.includes(`| \`${code}\` | ${means} ${action} |`), code);
});
