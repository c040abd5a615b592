/** What the operator may say: flags, and SOTTO_* variables behind them. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Proxies } from './admission/address.ts';
import type { CreationPolicy } from './admission/creation.ts';
import { LOG_LEVELS, type LogLevel } from './http/logging.ts';
import { isLimitName, LIMIT_NAMES, readLimit, type RelayLimits } from './limits.ts';
import type { PushOptions } from './push/push.ts';
import { LIMITS } from '../shared/limits.ts';

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly data: string;
  readonly origins: readonly string[];
  readonly appOrigins: readonly string[];
  readonly connect: readonly string[];
  readonly trustProxy: readonly string[];
  readonly creation: CreationPolicy;
  readonly push: PushOptions | 'off';
  readonly limits: Partial<RelayLimits>;
  readonly logLevel: LogLevel;
  /** Absent: no metrics. */
  readonly metricsPort?: number;
}

export type Wish = { readonly kind: 'run'; readonly config: Config } | { readonly kind: 'help' } | { readonly kind: 'version' } | { readonly kind: 'mistake'; readonly sentence: string };

export const HELP = `Usage: sotto relay [options]        (in a clone: npm start -- [options])

  --host <address>     where to listen (SOTTO_HOST, 127.0.0.1)
  --port <number>      the port (SOTTO_PORT, 8080)
  --data <folder>      where the relay keeps its database and attachments (SOTTO_DATA, ./data)
  --origin <url>       the URL by which browsers reach it, such as https://chat.example;
                       several with commas (SOTTO_ORIGIN, the loopback names of the port)
  --app-origin <urls>  where else the app may come from that uses this relay
                       (SOTTO_APP_ORIGIN, nowhere)
  --connect <urls>     other relays that the app served here may talk to (SOTTO_CONNECT, none)
  --trust-proxy <who>  proxies whose X-Forwarded-For is believed: loopback, private, addresses
                       or networks of one's own, with commas (SOTTO_TRUST_PROXY, none)
  --rooms <who>        who may make rooms: open, token or off (SOTTO_ROOMS, open)
  --rooms-token-file <path>
                       the tokens by which rooms are made, one a line
                       (or SOTTO_ROOMS_TOKEN: one token)
  --push <how>         wakes devices through their browsers' push services: on, off, or local,
                       which also calls services on this machine (SOTTO_PUSH, on)
  --push-contact <url> where push services reach you, mailto: or https: (SOTTO_PUSH_CONTACT,
                       the origin)
  --limit <name=value> any limit of docs/SELF-HOSTING.md, such as bytes-per-room=1GiB; may be
                       given again (SOTTO_LIMIT, several with commas)
  --metrics-port <number>
                       Prometheus' /metrics, with /healthz and /readyz, on this port of
                       127.0.0.1 (SOTTO_METRICS_PORT, off)
  --log-level <level>  ${LOG_LEVELS.join(', ')} (SOTTO_LOG_LEVEL, info)
  --help, --version

sotto relay help tells of backup, restore, stats and rooms prune.
`;

const NAMES = ['host', 'port', 'data', 'origin', 'app-origin', 'connect', 'trust-proxy', 'rooms', 'rooms-token-file', 'push', 'push-contact', 'metrics-port', 'log-level'] as const;
type Name = (typeof NAMES)[number];
type Environment = Readonly<Record<string, string | undefined>>;

class Mistake extends Error {}

/** Reads the command line and the environment. Never throws: a bad value is a `mistake` with one sentence. */
export function readConfig(args: readonly string[], environment: Environment): Wish {
  try {
    const text = { type: 'string' } as const;
    const flag = { type: 'boolean' } as const;
    const { values } = parseArgs({
      args: [...args], strict: true, allowPositionals: false,
      options: {
        host: text, port: text, data: text, origin: text, 'app-origin': text, connect: text, 'trust-proxy': text, rooms: text, 'rooms-token-file': text, push: text, 'push-contact': text,
        limit: { type: 'string', multiple: true }, 'metrics-port': text, 'log-level': text, help: flag, version: flag,
      },
    });
    if (values.help === true) return { kind: 'help' };
    if (values.version === true) return { kind: 'version' };
    const said = (name: Name, otherwise: string): string => values[name] ?? environment[`SOTTO_${name.toUpperCase().replaceAll('-', '_')}`] ?? otherwise;
    const origins = (name: Name): readonly string[] => parts(said(name, '')).map((part) => origin(name, part));
    return {
      kind: 'run',
      config: {
        host: notEmpty('host', said('host', '127.0.0.1')), port: port('port', said('port', '8080')), data: notEmpty('data', said('data', 'data')),
        origins: origins('origin'), appOrigins: origins('app-origin'), connect: origins('connect'), trustProxy: proxies(parts(said('trust-proxy', ''))),
        creation: creation(said('rooms', 'open'), said('rooms-token-file', ''), environment['SOTTO_ROOMS_TOKEN']),
        push: push(said('push', 'on'), said('push-contact', '')),
        // What stands later wins, so flags do.
        limits: limits([...parts(environment['SOTTO_LIMIT'] ?? ''), ...(values.limit ?? [])]),
        logLevel: level(said('log-level', 'info')),
        ...(said('metrics-port', '') === '' ? {} : { metricsPort: port('metrics-port', said('metrics-port', '')) }),
      },
    };
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    return { kind: 'mistake', sentence: error instanceof Mistake ? sentence : `${sentence.split('\n')[0]} See --help.` };
  }
}

const parts = (text: string): readonly string[] => text.split(',').map((part) => part.trim()).filter((part) => part !== '');

function port(name: Name, text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number <= 65_535) return number;
  throw new Mistake(`--${name} must be a number from 0 to 65535, not "${text}".`);
}

function notEmpty(name: Name, text: string): string {
  if (text.trim() !== '') return text;
  throw new Mistake(`--${name} must not be empty.`);
}

function origin(name: Name, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.origin === text.replace(/\/$/, '')) return url.origin;
  throw new Mistake(`--${name} must be a URL without a path, such as https://chat.example, not "${text}".`);
}

function proxies(names: readonly string[]): readonly string[] {
  try {
    void new Proxies(names);
    return names;
  } catch (error) {
    throw new Mistake(`--trust-proxy ${error instanceof RangeError ? error.message : 'could not be read'}.`);
  }
}

function push(how: string, contact: string): PushOptions | 'off' {
  const isReachable = contact === '' || (URL.canParse(contact) && /^(?:mailto:.+@|https:\/\/)/.test(contact));
  if (!isReachable) throw new Mistake(`--push-contact must be a mailto: or https: URL, such as mailto:you@chat.example, not "${contact}".`);
  switch (how) {
    case 'off': return 'off';
    case 'on':
    case 'local': return { local: how === 'local', ...(contact === '' ? {} : { contact }) };
    default: throw new Mistake(`--push must be on, off or local, not "${how}".`);
  }
}

function creation(rooms: string, file: string, token: string | undefined): CreationPolicy {
  switch (rooms) {
    case 'open':
    case 'off':
      if (file !== '') throw new Mistake(`--rooms-token-file needs --rooms token, not "${rooms}".`);
      return { rooms };
    case 'token': {
      const tokens = [...(file === '' ? [] : linesOf(file)), ...(token === undefined || token.trim() === '' ? [] : [token.trim()])];
      if (tokens.length === 0) throw new Mistake('--rooms token needs a token: put one in a file and name that by --rooms-token-file, or set SOTTO_ROOMS_TOKEN.');
      if (tokens.some((one) => one.length > LIMITS.token)) throw new Mistake(`A token by which rooms are made may have at most ${LIMITS.token} characters.`);
      return { rooms, tokens };
    }
    default:
      throw new Mistake(`--rooms must be open, token or off, not "${rooms}".`);
  }
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n').map((line) => line.trim()).filter((line) => line !== '');
  } catch {
    throw new Mistake(`--rooms-token-file ${file} cannot be read: is it there, and may the relay read it?`);
  }
}

/** `frames-per-second` as it is written, `framesPerSecond` as it is named. */
const nameOf = (written: string): string => written.trim().replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function limits(said: readonly string[]): Partial<RelayLimits> {
  const limits: Partial<Record<keyof RelayLimits, number>> = {};
  for (const one of said) {
    const at = one.indexOf('=');
    const name = nameOf(one.slice(0, Math.max(0, at)));
    if (at < 0) throw new Mistake(`--limit must be a name and a value, such as bytes-per-room=1GiB, not "${one}".`);
    if (!isLimitName(name)) throw new Mistake(`--limit knows no "${one.slice(0, at)}". There are: ${LIMIT_NAMES.map(writtenLimit).join(', ')}.`);
    const value = readLimit(name, one.slice(at + 1));
    if (typeof value !== 'number') throw new Mistake(`--limit ${writtenLimit(name)} ${value.wrong}.`);
    limits[name] = value;
  }
  return limits;
}

export const writtenLimit = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function level(text: string): LogLevel {
  const known = LOG_LEVELS.find((name) => name === text);
  if (known !== undefined) return known;
  throw new Mistake(`--log-level must be one of ${LOG_LEVELS.join(', ')}, not "${text}".`);
}
