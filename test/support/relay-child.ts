/** A relay in a process of its own, from its sources, so that it can be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../relay/main.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export class RelayChild {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  url = '';

  private constructor(args: readonly string[], environment: Readonly<Record<string, string>>) {
    this.process = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args], { cwd: ROOT, env: { PATH: process.env['PATH'] ?? '', ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stdout?.on('data', (chunk: Buffer) => { this.stdout += chunk.toString(); });
    this.process.stderr?.on('data', (chunk: Buffer) => { this.stderr += chunk.toString(); });
  }

  /** Resolves when it has printed its address. */
  static async start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<RelayChild> {
    const child = new RelayChild(args, environment);
    after(() => child.process.kill('SIGKILL'));
    let ended = false;
    child.process.once('close', () => { ended = true; });
    while (!ended) {
      child.url = /Sotto is at (\S+)/.exec(child.stdout)?.[1] ?? '';
      if (child.url !== '') return child;
      await Promise.race([once(child.process.stdout ?? child.process, 'data'), once(child.process.stderr ?? child.process, 'data'), once(child.process, 'close')]);
    }
    throw new Error(`the relay ended:\n${child.stdout}${child.stderr}`);
  }

  /** Runs it to its end, for what ends by itself. */
  static async run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const child = new RelayChild(args, environment);
    return child.ended();
  }

  async ended(): Promise<Outcome> {
    const [code] = (await once(this.process, 'close')) as [number | null];
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  /** `SIGKILL` is the power button; `SIGTERM` asks. */
  async end(signal: 'SIGKILL' | 'SIGTERM' | 'SIGINT'): Promise<Outcome> {
    const ended = this.ended();
    this.process.kill(signal);
    return ended;
  }
}
