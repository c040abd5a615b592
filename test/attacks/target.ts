/** A relay in a process of its own to be attacked, and the question that is asked after each attack: does it still serve? */
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pair, RelayClient, text, type ClientOptions, type TestEpoch } from '../support/relay-client.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Limits that let an attack come through to what is behind them. */
export const WIDE_OPEN = [
  'frames-per-second=1000000', 'bytes-per-second=1GiB', 'over-rate=100000000', 'commits-per-second=100000', 'commits-per-room=1000000', 'proofs-per-second=100000', 'signals-per-second=100000', 'rooms=100000', 'idle=1h',
] as const;

/** Milliseconds in which a relay that is well does what {@link Target.probe} asks, on a busy machine. */
const PATIENCE = 10_000;
const START = 60_000;

export class Target {
  readonly url: string;
  readonly port: number;
  readonly #child: ChildProcess;
  /** Its folder. */
  readonly data: string;
  readonly #stderr: () => string;

  private constructor(url: string, child: ChildProcess, data: string, stderr: () => string) {
    this.url = url;
    this.port = Number(new URL(url).port);
    this.#child = child;
    this.data = data;
    this.#stderr = stderr;
  }

  static async start(limits: readonly string[] = [], options: readonly string[] = []): Promise<Target> {
    const data = mkdtempSync(join(tmpdir(), 'sotto-attack-'));
    const said = limits.flatMap((limit) => ['--limit', limit]);
    const child = spawn(process.execPath, ['--expose-gc', '--import', 'tsx', join(ROOT, 'relay/main.ts'), '--port', '0', '--data', data, '--log-level', 'error', ...said, ...options], {
      cwd: ROOT, env: { PATH: process.env['PATH'] ?? '' }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill); // whatever becomes of the attacker
    child.once('exit', () => process.off('exit', kill));
    let stdout = '';
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => { stderr += chunk.toString(); });
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (chunk: Buffer) => {
        stdout += chunk.toString();
        const found = /Sotto is at (\S+)/.exec(stdout)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.once('exit', (code) => reject(new Error(`the relay ended with ${code}:\n${stdout}${stderr}`)));
      setTimeout(() => reject(new Error(`the relay did not start within ${START} ms:\n${stdout}${stderr}`)), START).unref();
    });
    return new Target(url, child, data, () => stderr);
  }

  client(options: ClientOptions = {}): Promise<RelayClient> {
    return RelayClient.connect(this.url, options);
  }

  /** Resident bytes of the relay. */
  rss(): number {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(this.#child.pid)]).toString().trim()) * 1024;
  }

  /** How many files whose path holds this it has open; 0 where the system does not tell. */
  openFiles(within: string): number {
    const folder = `/proc/${this.#child.pid}/fd`;
    if (!existsSync(folder)) return 0;
    return readdirSync(folder).filter((name) => {
      try {
        return readlinkSync(`${folder}/${name}`).includes(within);
      } catch {
        return false; // closed meanwhile
      }
    }).length;
  }

  /** A room with its creator, live. */
  async room(): Promise<{ creator: RelayClient; epoch: TestEpoch; owner: Pair }> {
    const creator = await this.client();
    const owner = new Pair();
    const epoch = await creator.create(owner);
    await creator.catchUp(epoch.room);
    return { creator, epoch, owner };
  }

  async member(epoch: TestEpoch): Promise<RelayClient> {
    const client = await this.client();
    await client.open(epoch);
    await client.catchUp(epoch.room);
    return client;
  }

  /** Two people make a room and talk; the page of health is served. Answers how long that took, in milliseconds; throws where it does not come about. */
  async probe(): Promise<number> {
    assert.equal(this.#child.exitCode ?? this.#child.signalCode, null, `the relay is gone:\n${this.#stderr()}`);
    const began = performance.now();
    const late = AbortSignal.timeout(PATIENCE);
    await Promise.race([
      this.#talk(),
      new Promise((_, reject) => { late.addEventListener('abort', () => reject(new Error(`the relay did not serve within ${PATIENCE} ms`))); }),
    ]);
    return performance.now() - began;
  }

  async #talk(): Promise<void> {
    const { creator, epoch } = await this.room();
    const other = await this.member(epoch);
    const { seq } = await creator.send(epoch, 'are you there?');
    assert.equal(seq, 1);
    await other.delivered(1);
    assert.equal(other.envelopes.map(text).join(), 'are you there?');
    await other.send(epoch, 'yes');
    await creator.delivered(2);
    const health = await fetch(`${this.url}/healthz`);
    assert.equal(health.status, 200);
    await health.arrayBuffer();
    creator.socket.terminate();
    other.socket.terminate();
  }

  /** What the relay complained of: nothing that a client does is worth a line. */
  get complaints(): string {
    return this.#stderr();
  }

  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    rmSync(this.data, { recursive: true, force: true });
  }
}

/** Runs an attack on a relay of its own, and asks afterwards whether it still serves. Answers with what the attack measured. */
export async function underAttack<T extends object>(limits: readonly string[], attack: (target: Target) => Promise<T>, options: readonly string[] = []): Promise<T & { readonly probe: number }> {
  const target = await Target.start(limits, options);
  try {
    await target.probe();
    const facts = await attack(target);
    const probe = await target.probe();
    assert.equal(target.complaints, '', 'nothing that a client does is a fault of the relay');
    return { ...facts, probe: Math.round(probe) };
  } finally {
    await target.end();
  }
}
