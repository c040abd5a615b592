import { readFileSync } from 'node:fs';

/** Of the package. */
export function version(): string {
  // Two levels up both from relay/ and from dist/relay/ there is one package.json.
  for (const place of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(place, import.meta.url), 'utf8')) as { version: string }).version;
    } catch {
      continue; // the other place
    }
  }
  return 'unknown';
}
