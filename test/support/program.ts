/** Programs of the machine that tests run, where they are installed. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { after } from 'node:test';

/** Why a test has to be skipped; false where the program is there. */
export const missing = (program: string, ...args: string[]): string | false =>
  spawnSync(program, args, { stdio: 'ignore' }).error === undefined ? false : `${program} is not installed here: apt-get install ${program}`;

export class Program {
  readonly process: ChildProcess;
  output = '';

  private constructor(command: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
    this.process = spawn(command, args, { env: { PATH: process.env['PATH'] ?? '', ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) stream?.on('data', (chunk: Buffer) => { this.output += chunk.toString(); });
  }

  /** Ended after the tests of the file. */
  static run(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Program {
    const program = new Program(command, args, environment);
    after(() => program.end());
    return program;
  }

  /** Tries until it does not throw any more, so often in a second that nobody notices; throws where the program has ended. */
  async until<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      const tried = await attempt().then((value) => ({ value }), () => undefined);
      if (tried !== undefined) return tried.value;
      if (this.process.exitCode !== null) throw new Error(`it ended:\n${this.output}`);
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await gone;
  }
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
