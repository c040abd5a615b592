/**
 * The real relay as a process of its own, on one data folder and one port for the whole run, to be killed and started
 * again. Built once into one file per run: a start is then a matter of a quarter of a second.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundled, type Bundled } from '../bundled.ts';
import type { Shim } from '../shim/shim.ts';

export interface UnderTestOptions {
  /** Between it and its data folder. */
  readonly shim?: Shim;
  readonly environment?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}

export class RelayUnderTest {
  readonly data: string;
  readonly port: number;
  /** What it printed since it was started last. */
  output = '';
  #child: ChildProcess | undefined;
  readonly #program: Bundled;
  readonly #options: UnderTestOptions;

  private constructor(program: Bundled, data: string, port: number, options: UnderTestOptions) {
    this.#program = program;
    this.data = data;
    this.port = port;
    this.#options = options;
  }

  /** Builds it; nothing runs yet. */
  static async prepare(options: UnderTestOptions = {}): Promise<RelayUnderTest> {
    return new RelayUnderTest(await bundled({ main: 'relay/main.ts', 'sqlite-thread': 'relay/store/sqlite-thread.ts' }), realpathSync(mkdtempSync(join(tmpdir(), 'sotto-faults-'))), await freePort(), options);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get runs(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when it listens; where it was killed meanwhile, when it is gone. @throws Error where it ended by itself */
  async start(): Promise<void> {
    const { shim, environment, args = [] } = this.#options;
    this.output = '';
    const child = spawn(process.execPath, [this.#program.path, '--port', String(this.port), '--data', this.data, '--log-level', 'warn', '--origin', this.url, ...args], {
      cwd: this.data, env: { PATH: process.env['PATH'] ?? '', ...shim?.environment(this.data), ...environment }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    await new Promise<void>((ready, failed) => {
      const hear = (chunk: Buffer): void => {
        this.output += chunk.toString();
        if (this.output.includes('Sotto is at')) ready();
      };
      child.stdout?.on('data', hear);
      child.stderr?.on('data', hear);
      child.once('exit', (code, signal) => (signal === 'SIGKILL' ? ready() : failed(new Error(`the relay ended with ${code ?? signal}:\n${this.output}`))));
    });
  }

  /** Resolves with its exit code when it has ended by itself. */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || !this.runs) return child?.exitCode ?? null;
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  /** Resolves when the process is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.runs) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.data, { recursive: true, force: true });
    this.#program.dispose();
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
