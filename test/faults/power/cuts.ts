/** Power cuts: the real store's own system calls, replayed up to a random one, and what the disk may hold then opened again. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Sqlite from 'better-sqlite3';
import { fromHex } from '../../../shared/bytes.ts';
import { START, type RoomId, type Seq } from '../../../shared/ids.ts';
import { DATABASE_FILE, sqliteStore } from '../../../relay/store/sqlite.ts';
import type { LogNumber, Store } from '../../../relay/store/store.ts';
import { seeded, type Dice } from '../../support/dice.ts';
import { bundled } from '../bundled.ts';
import type { Shim } from '../shim/shim.ts';
import { Disk } from './disk.ts';
import { NOTES, statesBy, type Note, type State } from './notes.ts';
import { parseTrace, type Change } from './trace.ts';

const run = promisify(execFile);

export type Synchronous = 'FULL' | 'NORMAL' | 'OFF';

export interface CutsOptions {
  readonly shim: Shim;
  readonly seed: number;
  readonly batches: number;
  readonly cuts: number;
  /** FULL is what the store runs with. The others are there to show that this test can fail. */
  readonly synchronous?: Synchronous;
}

export interface CutsResult {
  readonly cuts: number;
  /** System calls in the trace. */
  readonly calls: number;
  /** Envelopes whose fate was looked at, over all cuts. */
  readonly envelopes: number;
  /** One sentence for each cut that broke a promise. */
  readonly broken: readonly string[];
}

/** One workload, cut many times. */
export async function powerCuts({ shim, seed, batches, cuts, synchronous = 'FULL' }: CutsOptions): Promise<CutsResult> {
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'sotto-power-')));
  const program = await bundled({ workload: 'test/faults/power/workload.ts' });
  try {
    const [data, trace] = [join(scratch, 'data'), join(scratch, 'trace')];
    mkdirSync(data);
    await run(process.execPath, [program.path, data, String(seed), String(batches), synchronous], { env: { PATH: process.env['PATH'] ?? '', ...shim.environment(data, trace) } });
    const changes = parseTrace(readFileSync(trace));
    return await replay(changes, { scratch, dice: seeded(seed), cuts });
  } finally {
    program.dispose();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function replay(changes: readonly Change[], { scratch, dice, cuts }: { scratch: string; dice: Dice; cuts: number }): Promise<CutsResult> {
  const notesFile = changes.find((change) => change.type === 'create' && change.name === NOTES)?.file;
  const promises = changes.flatMap((change, at) => (change.type === 'write' && change.file === notesFile ? [at] : []));
  // Nothing is promised before the store stands; a third of the cuts come right after a note, when a promise is freshest.
  const from = promises[0] ?? 0;
  const points = Array.from({ length: cuts }, () => (dice.chance(0.3) ? dice.pick(promises) : from + dice.below(changes.length - from))).sort((a, b) => a - b);
  const disk = new Disk();
  let text = '';
  let at = -1;
  let envelopes = 0;
  const broken: string[] = [];
  for (const [i, point] of points.entries()) {
    while (at < point) {
      const change = changes[++at];
      if (change === undefined) break;
      if (change.type === 'write' && change.file === notesFile) text += change.data.toString();
      else disk.apply(change, at);
    }
    const { promised, alternative } = statesBy(text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Note));
    const image = join(scratch, `image-${i}`);
    disk.image(image, at, dice, (name) => !name.endsWith('-shm') && name !== NOTES);
    const fault = await examine(image, promised, alternative);
    if (fault !== undefined) broken.push(`cut after call ${point} of ${changes.length}: ${fault}`);
    for (const { frames } of promised.values()) envelopes += frames.length;
    rmSync(image, { recursive: true });
  }
  return { cuts, calls: changes.length, envelopes, broken };
}

/** One sentence where the store, opened on this image, is not what it promised to be. */
async function examine(folder: string, promised: State, alternative: State): Promise<string | undefined> {
  let store: Store;
  try {
    store = sqliteStore(folder);
  } catch (error) {
    return `it does not open: ${String(error)}`;
  }
  try {
    const fault = intact(join(folder, DATABASE_FILE));
    if (fault !== undefined) return fault;
    const wrong = await difference(store, promised);
    if (wrong !== undefined && (await difference(store, alternative)) !== undefined) return wrong;
    await store.write([]);
    return undefined;
  } catch (error) {
    return `it cannot be read: ${String(error)}`;
  } finally {
    await store.close();
  }
}

function intact(path: string): string | undefined {
  const database = new Sqlite(path, { readonly: true });
  try {
    const verdict = database.pragma('integrity_check', { simple: true });
    return verdict === 'ok' ? undefined : `the database is damaged: ${String(verdict)}`;
  } finally {
    database.close();
  }
}

async function difference(store: Store, state: State): Promise<string | undefined> {
  for (const [log, { room, frames }] of state) {
    const record = await store.load(fromHex(room) as RoomId);
    if (record?.log !== log) return `room ${room} is gone, with ${frames.length} envelopes`;
    const found = await store.read(log as LogNumber, { after: START, through: Number.MAX_SAFE_INTEGER as Seq, limit: 1e9, bytes: Infinity });
    const digests = found.map((frame) => createHash('sha256').update(frame).digest('hex').slice(0, 16));
    const first = frames.findIndex((digest, i) => digests[i] !== digest);
    if (first >= 0) return `envelope ${first + 1} of ${frames.length} in room ${room} is ${digests[first] === undefined ? 'gone' : 'another'}`;
    if (digests.length > frames.length || record.head !== frames.length) return `room ${room} has ${digests.length} envelopes, not ${frames.length}`;
  }
  return undefined;
}
