/** The operator's commands: what was asked for, and what is told. Each is one file beside this one. */
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { EXIT_FAILED, EXIT_USAGE } from '../exit-codes.ts';
import { StoreError } from '../store/store.ts';
import { backup } from './backup.ts';
import { blobsOf } from './blobs.ts';
import { OperatorError } from './operator-error.ts';
import { prune } from './prune.ts';
import { restore } from './restore.ts';
import { sayBytes, sayStats } from './say.ts';
import { stats } from './stats.ts';

export const COMMANDS = ['backup', 'restore', 'stats', 'rooms', 'help'] as const;

export const isCommand = (word: string): boolean => COMMANDS.some((command) => command === word);

export const OPERATOR_HELP = `Usage: sotto relay [start] [options]            run a relay: see sotto relay --help
       sotto relay backup <file> [--force]      copy the database while the relay runs, or not,
                                                and attachments into <file>.blobs
       sotto relay restore <file> [--force]     put a backup in place of the database, and bring
                                                attachments back; the relay must be stopped
       sotto relay stats [--json] [--rooms]     what the relay keeps; with --rooms, each room
       sotto relay rooms prune --unused-for <time> [--dry-run]
                                                delete rooms in which nothing was sent for so
                                                long, such as 400d; the relay must be stopped,
                                                unless it is a dry run

  --data <folder>      where the relay keeps its database and attachments (SOTTO_DATA, ./data)
  --force              overwrite what is there
  --json               for programs
  --help

They end with 0, with 1 where it did not work, with 2 where it was asked for wrongly.
`;

type Environment = Readonly<Record<string, string | undefined>>;
/** It was asked for wrongly; the message says how to ask. */
export class Mistake extends Error {}

/** Runs one command; its outcome is printed, and in the exit code. */
export async function operate(args: readonly string[], environment: Environment): Promise<void> {
  try {
    for (const line of await carryOut(args, environment)) console.log(line);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    if (!(error instanceof Mistake || error instanceof OperatorError || error instanceof StoreError)) console.error('This was not foreseen: nothing is known of how far it came.');
    process.exitCode = error instanceof Mistake ? EXIT_USAGE : EXIT_FAILED;
  }
}

/** Answers with what is to be printed. @throws Mistake, OperatorError, StoreError */
export async function carryOut([command, ...args]: readonly string[], environment: Environment): Promise<readonly string[]> {
  const { words, has, value } = read(args);
  const data = value('data') ?? environment['SOTTO_DATA'] ?? 'data';
  if (has('help') || command === 'help') return [OPERATOR_HELP.trimEnd()];
  switch (command) {
    case 'backup': {
      const file = only(words, 'the file that is to be written');
      const { bytes, rooms, blobs } = backup(data, file, { force: has('force') });
      const beside = blobs.blobs === 0 ? [] : [`${blobsOf(file)} holds their ${blobs.blobs} attachments in ${sayBytes(blobs.bytes)}: keep both together.`];
      return [`${file} holds ${rooms} rooms in ${sayBytes(bytes)}.`, ...beside];
    }
    case 'restore': {
      const file = only(words, 'the file of the backup');
      const { rooms, blobs } = restore(data, file, { force: has('force') });
      return [`${rooms} rooms${blobs.blobs === 0 ? '' : ` and ${blobs.blobs} attachments`} were restored. Clients will notice, and send again what the backup lacks and they have.`];
    }
    case 'stats': {
      if (words.length > 0) throw new Mistake(`There is no stats ${words.join(' ')}. See sotto relay help.`);
      const found = stats(data, { rooms: has('rooms') });
      return has('json') ? [JSON.stringify(found, undefined, 2)] : sayStats(found);
    }
    default: {
      if (words.join(' ') !== 'prune') throw new Mistake(`There is no ${[command, ...words].join(' ')}. See sotto relay help.`);
      const unusedFor = value('unused-for');
      if (unusedFor === undefined) throw new Mistake('rooms prune needs --unused-for, such as --unused-for 400d.');
      const { rooms, bytes, kept } = await prune(data, { unusedFor: duration(unusedFor), dryRun: has('dry-run') });
      return [`${rooms} rooms with ${sayBytes(bytes)} ${has('dry-run') ? 'would be' : 'were'} deleted, ${kept} kept.`];
    }
  }
}

const FLAGS = {
  data: { type: 'string' }, 'unused-for': { type: 'string' },
  force: { type: 'boolean' }, json: { type: 'boolean' }, rooms: { type: 'boolean' }, 'dry-run': { type: 'boolean' }, help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

function read(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], strict: true, allowPositionals: true, options: FLAGS });
    return {
      words: positionals,
      has: (flag: 'force' | 'json' | 'rooms' | 'dry-run' | 'help'): boolean => values[flag] === true,
      value: (flag: 'data' | 'unused-for'): string | undefined => values[flag],
    };
  } catch (error) {
    throw new Mistake(`${error instanceof Error ? error.message.split('\n')[0] : String(error)} See sotto relay help.`);
  }
}

function only(words: readonly string[], what: string): string {
  const [word, ...more] = words;
  if (word === undefined || word === '' || more.length > 0) throw new Mistake(`Name ${what}, and nothing else. See sotto relay help.`);
  return word;
}

const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000, y: 365 * 86_400_000 };

/** Milliseconds. */
function duration(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([hdwy])$/.exec(text.trim()) ?? [];
  const milliseconds = Number(digits) * (UNITS[unit] ?? Number.NaN);
  if (milliseconds > 0) return milliseconds;
  throw new Mistake(`--unused-for must be a number with h, d, w or y behind it, such as 400d, not "${text}".`);
}
