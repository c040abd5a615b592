/** Where relays of tests keep what they store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A folder that is gone after the tests of this file. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
