#!/usr/bin/env node
/** `sotto`: the relay as a program, and what an operator does with it. */
import { HELP, readConfig } from './config.ts';
import { EXIT_USAGE } from './exit-codes.ts';
import { isCommand, operate } from './operate/commands.ts';
import { run } from './run.ts';
import { version } from './version.ts';

const [first, ...rest] = process.argv.slice(2);
const args = first === 'relay' ? rest : process.argv.slice(2);
const [command] = args;

if (command !== undefined && isCommand(command)) await operate(args, process.env);
else await start(command === 'start' ? args.slice(1) : args);

async function start(options: readonly string[]): Promise<void> {
  const wish = readConfig(options, process.env);
  switch (wish.kind) {
    case 'help':
      console.log(HELP);
      return;
    case 'version':
      console.log(version());
      return;
    case 'mistake':
      console.error(wish.sentence);
      process.exitCode = EXIT_USAGE;
      return;
    case 'run':
      await run(wish.config);
  }
}
