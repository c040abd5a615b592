/** The built relay as an operator runs it: a process of its own that can be ended politely, or not. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

export class RelayProcess {
  readonly data: string;
  readonly port: number;
  /** All that it ever printed, across restarts. */
  output = '';
  #child: ChildProcess | undefined;
  readonly #dist: string;
  #options: readonly string[] = [];

  private constructor(data: string, port: number, dist: string) {
    this.data = data;
    this.port = port;
    this.#dist = dist;
  }

  /** `dist`: another built copy than the project's own. `options`: of its command line. */
  static async start(dist = DIST, ...options: readonly string[]): Promise<RelayProcess> {
    const relay = new RelayProcess(mkdtempSync(join(tmpdir(), 'sotto-relay-')), await freePort(), dist);
    relay.configure(...options);
    await relay.restart();
    return relay;
  }

  /** Options of its command line, from the next start on. */
  configure(...options: readonly string[]): void {
    this.#options = options;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it on the same data and port; resolves when it has printed its address. */
  async restart(): Promise<void> {
    const child = spawn(process.execPath, [join(this.#dist, 'relay/main.js'), '--port', String(this.port), '--data', this.data, ...this.#options], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    await new Promise<void>((ready, failed) => {
      const began = this.output.length;
      const hear = (chunk: Buffer) => {
        this.output += chunk.toString();
        if (this.output.slice(began).includes(this.origin)) ready();
      };
      child.stdout?.on('data', hear);
      child.stderr?.on('data', hear);
      child.once('exit', (code) => failed(new Error(`the relay ended with ${code}:\n${this.output.slice(began)}`)));
    });
  }

  /** `SIGKILL` is the power button; `SIGTERM` asks. Resolves when the process is gone. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null;
    const gone = once(child, 'exit');
    child.kill(signal);
    const [code] = (await gone) as [number | null];
    return code;
  }

  async dispose(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.data, { recursive: true, force: true });
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
