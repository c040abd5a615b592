/**
 * The shim, compiled where there is a compiler: it lets a real process meet a full disk, a failing one and a clock that
 * jumps, and records what it does to its folder.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('shim.c', import.meta.url));
const FAULTS = { none: 0, full: 1, 'write-error': 2, 'sync-error': 3 } as const;
export type Fault = keyof typeof FAULTS;

export class Shim {
  readonly #folder: string;
  readonly #library: string;
  readonly #control: number;

  private constructor(folder: string, library: string, control: number) {
    this.#folder = folder;
    this.#library = library;
    this.#control = control;
  }

  /** One sentence where it cannot be had on this machine. */
  static make(): Shim | string {
    if (process.platform !== 'linux') return `LD_PRELOAD is not for ${process.platform}`;
    const folder = mkdtempSync(join(tmpdir(), 'sotto-shim-'));
    const library = join(folder, 'shim.so');
    const compiled = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Werror', '-o', library, SOURCE, '-ldl', '-lpthread'], { encoding: 'utf8' });
    if (compiled.error !== undefined || compiled.status !== 0) {
      rmSync(folder, { recursive: true });
      if (compiled.error !== undefined) return 'there is no C compiler (cc)';
      throw new Error(`the shim does not compile:\n${compiled.stderr}`);
    }
    writeFileSync(join(folder, 'control'), new Uint8Array(16));
    return new Shim(folder, library, openSync(join(folder, 'control'), 'r+'));
  }

  /** For a process that keeps its data in `folder` (absolute, without links). `trace`: where its changes are written down. */
  environment(folder: string, trace?: string): Record<string, string> {
    return {
      LD_PRELOAD: this.#library, SOTTO_SHIM_DIR: folder, SOTTO_SHIM_CONTROL: join(this.#folder, 'control'), UV_USE_IO_URING: '0',
      ...(trace === undefined ? {} : { SOTTO_SHIM_TRACE: trace }),
    };
  }

  /** From now on, for all processes that have it. */
  set fault(fault: Fault) {
    writeSync(this.#control, new Uint8Array(Uint32Array.of(FAULTS[fault]).buffer), 0, 4, 0);
  }

  /** Milliseconds by which the wall clock is off. */
  set clock(offset: number) {
    writeSync(this.#control, new Uint8Array(BigInt64Array.of(BigInt(offset)).buffer), 0, 8, 8);
  }

  dispose(): void {
    closeSync(this.#control);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
