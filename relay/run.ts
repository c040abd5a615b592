/** Runs a relay until it is asked to stop. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from './config.ts';
import { EXIT_FAILED, EXIT_USAGE } from './exit-codes.ts';
import { buildRelay } from './server.ts';
import { StoreError } from './store/store.ts';
import { version } from './version.ts';

/** The built app, beside dist/relay/main.js, or as relay/ sees it. */
const APP_FOLDERS = ['../app', '../dist/app'];
/** Milliseconds from the signal to the end, whatever hangs: what was acked is on the disk at any moment. */
const END = 15_000;

/** Resolves when it listens, or has said why it does not. */
export async function run(config: Config): Promise<void> {
  const data = resolve(config.data);
  try {
    const app = APP_FOLDERS.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((place) => existsSync(place));
    const relay = await buildRelay({ ...config, data, version: version(), ...(app === undefined ? {} : { app }) });
    const stop = (): void => {
      setTimeout(() => {
        console.error('The relay was not done in time, and ends all the same: clients send again what it had not acked.');
        process.exit(EXIT_FAILED);
      }, END).unref();
      relay.close().then(() => process.exit(0), (error: unknown) => {
        console.error(`The relay did not end well: ${error instanceof Error ? error.message : String(error)}`);
        process.exit(EXIT_FAILED);
      });
    };
    // Nothing can be stored, nor what was under way be told: whoever watches over it starts it anew, and clients find what is durable.
    void relay.failed.then((error) => {
      console.error(`The relay ends, to be started anew: ${error.message}`);
      process.exit(EXIT_FAILED);
    });
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    // Said last: whoever reads it may ask the relay to stop.
    console.log(`Sotto is at ${config.origins[0] ?? `http://${nameOf(config.host)}:${relay.port}`}\nIts data lies in ${data}`);
    if (relay.metricsPort !== undefined) console.log(`Its metrics are at http://127.0.0.1:${relay.metricsPort}/metrics`);
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
  if (code === 'EADDRINUSE') {
    const metrics = 'port' in (error as object) && (error as { port: unknown }).port === config.metricsPort;
    return `Port ${metrics ? config.metricsPort : config.port} is taken: choose another with ${metrics ? '--metrics-port' : '--port'}.`;
  }
  if (code === 'EACCES' || code === 'EPERM') return `Not allowed to use ${config.data} or port ${config.port}: choose others with --data and --port.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `This machine has no address ${config.host}: choose another with --host.`;
  return `The relay could not start: ${error instanceof Error ? error.message : String(error)}`;
}
