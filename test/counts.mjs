/** A node:test reporter: names what fails, stays quiet about what passes, and adds the sums to SOTTO_COUNTS. */
import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import { inspect } from 'node:util';

export default async function* counts(source) {
  let passed = 0;
  let failed = 0;
  let skipped = 0;
  for await (const { type, data } of source) {
    switch (type) {
      case 'test:pass':
        if (data.details?.type === 'suite') break;
        if (data.skip !== undefined) {
          skipped++;
          yield `  skipped: ${data.name}${typeof data.skip === 'string' ? ` (${data.skip})` : ''}\n`;
        } else passed++;
        break;
      case 'test:fail':
        if (data.details?.type === 'suite' && data.details.error?.failureType === 'subtestsFailed') break;
        failed++;
        yield `  FAILED ${data.file === undefined ? '' : relative(process.cwd(), data.file)}: ${data.name}\n${indent(inspect(data.details.error?.cause ?? data.details.error))}\n`;
        break;
      case 'test:diagnostic':
        if (data.nesting > 0 || data.message.startsWith('seed')) yield `  ${data.message}\n`;
        break;
      case 'test:stderr':
        yield data.message;
        break;
      default:
    }
  }
  yield `  ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`;
  appendFileSync(process.env.SOTTO_COUNTS, `${JSON.stringify({ passed, failed })}\n`);
}

const indent = (text) => text.split('\n').map((line) => `    ${line}`).join('\n');
