/** What the operator may say: flags, and SOTTO_* variables behind them. */
import { parseArgs } from 'node:util';
import { LOG_LEVELS, type LogLevel } from './http/logging.ts';

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly origins: readonly string[];
  readonly logLevel: LogLevel;
}

export type Wish = { readonly kind: 'run'; readonly config: Config } | { readonly kind: 'help' } | { readonly kind: 'version' } | { readonly kind: 'mistake'; readonly sentence: string };

export const HELP = `Usage: npm start -- [options]

  --host <address>     where to listen (SOTTO_HOST, 127.0.0.1)
  --port <number>      the port (SOTTO_PORT, 8080)
  --data <folder>      where the relay keeps its database (SOTTO_DATA, ./data)
  --origin <url>       the URL by which browsers reach it, such as https://chat.example;
                       several with commas (SOTTO_ORIGIN, the loopback names of the port)
  --log-level <level>  ${LOG_LEVELS.join(', ')} (SOTTO_LOG_LEVEL, info)
  --help, --version
`;

const NAMES = ['host', 'port', 'data', 'origin', 'log-level'] as const;
type Name = (typeof NAMES)[number];

class Mistake extends Error {}

/** Reads the command line and the environment. Never throws: a bad value is a `mistake` with one sentence. */
export function readConfig(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): Wish {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    const { values } = parseArgs({
      args: [...args], strict: true, allowPositionals: false, options: { host: text, port: text, data: text, origin: text, 'log-level': text, help: flag, version: flag },
    });
    if (values.help === true) return { kind: 'help' };
    if (values.version === true) return { kind: 'version' };
    const said = (name: Name, otherwise: string): string => values[name] ?? environment[`SOTTO_${name.toUpperCase().replace('-', '_')}`] ?? otherwise;
    return {
      kind: 'run',
      config: {
        host: notEmpty('host', said('host', '127.0.0.1')), port: port(said('port', '8080')), data: notEmpty('data', said('data', 'data')),
        origins: said('origin', '').split(',').map((part) => part.trim()).filter((part) => part !== '').map(origin), logLevel: level(said('log-level', 'info')),
      },
    };
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    return { kind: 'mistake', sentence: error instanceof Mistake ? sentence : `${sentence.split('\n')[0]} See --help.` };
  }
}

function port(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new Mistake(`--port must be a number from 0 to 65535, not "${text}".`);
}

function notEmpty(name: Name, text: string): string {
  if (text.trim() !== '') return text;
  throw new Mistake(`--${name} must not be empty.`);
}

function origin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, '')) return url.origin;
  throw new Mistake(`--origin must be a URL without a path, such as https://chat.example, not "${text}".`);
}

function level(text: string): LogLevel {
  const known = LOG_LEVELS.find((name) => name === text);
  if (known !== undefined) return known;
  throw new Mistake(`--log-level must be one of ${LOG_LEVELS.join(', ')}, not "${text}".`);
}
