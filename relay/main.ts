/** The relay as a program. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HELP, readConfig, type Config } from './config.ts';
import { buildRelay } from './server.ts';
import { StoreError } from './store/store.ts';

/** Bad usage, or a place that cannot be used: nothing was started. */
const EXIT_USAGE = 2;

/** The built app, beside dist/relay/main.js, or as relay/main.ts sees it. */
const APP_FOLDERS = ['../app', '../dist/app'];

const wish = readConfig(process.argv.slice(2), process.env);
switch (wish.kind) {
  case 'help':
    console.log(HELP);
    break;
  case 'version':
    console.log(version());
    break;
  case 'mistake':
    console.error(wish.sentence);
    process.exitCode = EXIT_USAGE;
    break;
  case 'run':
    await run(wish.config);
}

async function run(config: Config): Promise<void> {
  const data = resolve(config.data);
  try {
    const app = APP_FOLDERS.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((place) => existsSync(place));
    const relay = await buildRelay({ ...config, data, ...(app === undefined ? {} : { app }) });
    console.log(`Sotto is at ${config.origins[0] ?? `http://${nameOf(config.host)}:${relay.port}`}\nIts data lies in ${data}`);
    const stop = (): void => {
      relay.close().then(() => process.exit(0), (error: unknown) => {
        console.error(`The relay did not end well: ${error instanceof Error ? error.message : String(error)}`);
        process.exit(1);
      });
    };
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
  } catch (error) {
    console.error(sentenceFor(error, config));
    process.exitCode = EXIT_USAGE;
  }
}

/** As it stands in a URL; whoever listens everywhere is reached here too. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function sentenceFor(error: unknown, config: Config): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (error instanceof StoreError) return error.message;
  if (code === 'EADDRINUSE') return `Port ${config.port} is taken: choose another with --port.`;
  if (code === 'EACCES' || code === 'EPERM') return `Not allowed to use ${config.data} or port ${config.port}: choose others with --data and --port.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `This machine has no address ${config.host}: choose another with --host.`;
  return `The relay could not start: ${error instanceof Error ? error.message : String(error)}`;
}

function version(): string {
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
