/**
 * `npm run bench:media`: one attachment in, up, down and out, over a relay of its own on loopback, and what that takes of time and memory. `-- --megabytes 500`.
 *
 * Pieces lie in files, as they do in a browser's database. What a Blob holds is counted apart: in Node it lies in this process, in a browser outside of the script's memory.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { openAsBlob } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createEngine } from '../../pwa/engine/engine.ts';
import { newMessageKey, type Engine, type EngineEvent } from '../../pwa/engine/api.ts';
import { blobTransport, fleetingDeviceKey, MemoryStorage, socketTransport, systemClock, systemRandomness } from '../../pwa/engine/node/index.ts';
import type { Change, StorageKey, StoreName, Writer } from '../../pwa/engine/ports/storage.ts';

const { values } = parseArgs({ options: { megabytes: { type: 'string', default: '500' } } });
const size = Number(values.megabytes) * 1024 * 1024;

/** Pieces as files. */
class PiecesOnDisk extends MemoryStorage {
  readonly #folder: string;
  constructor(folder: string) {
    super();
    this.#folder = folder;
  }

  #file(key: StorageKey): string {
    return join(this.#folder, key.join('-').replaceAll('/', '_'));
  }

  override async get(store: StoreName, key: StorageKey): Promise<Uint8Array | undefined> {
    return store === 'pieces' ? readFile(this.#file(key)).catch(() => undefined) : super.get(store, key);
  }

  override async write(writer: Writer, changes: readonly Change[]): Promise<void> {
    for (const change of changes) if (change.store === 'pieces' && change.kind === 'put') await writeFile(this.#file(change.key), change.value);
    await super.write(writer, changes.filter(({ store }) => store !== 'pieces'));
  }
}

interface Phase {
  readonly phase: string;
  readonly seconds: number;
  /** Megabytes above what there was before: of the script's heap and its buffers, and of the process. */
  readonly script: number;
  readonly process: number;
}

const phases: Phase[] = [];
const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);
const held = (): { readonly script: number; readonly process: number } => {
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { script: heapUsed + arrayBuffers, process: rss };
};

async function during<T>(phase: string, work: () => Promise<T>): Promise<T> {
  globalThis.gc?.();
  const before = held();
  const most = { ...before };
  const look = setInterval(() => {
    const now = held();
    most.script = Math.max(most.script, now.script);
    most.process = Math.max(most.process, now.process);
  }, 10);
  const began = performance.now();
  const result = await work();
  clearInterval(look);
  const row = { phase, seconds: Math.round(performance.now() - began) / 1000, script: megabytes(most.script - before.script), process: megabytes(most.process - before.process) };
  phases.push(row);
  process.stderr.write(`${phase}: ${row.seconds} s, ${row.script} MB in the script, ${row.process} MB of the process\n`);
  return result;
}

const heard = (engine: Engine, holds: (event: EngineEvent) => boolean): Promise<void> => new Promise((resolve) => {
  const stop = engine.subscribe((event) => {
    if (!holds(event)) return;
    stop();
    resolve();
  });
});

const folder = await mkdtemp(join(tmpdir(), 'sotto-bench-media-'));
const relay = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('../../relay/main.ts', import.meta.url)), '--port', '0', '--data', join(folder, 'relay')], { stdio: ['ignore', 'pipe', 'inherit'] });
const engines: Engine[] = [];
try {
  const [said] = (await once(relay.stdout, 'data')) as [Buffer];
  const [, url = ''] = /Sotto is at (\S+)/.exec(said.toString()) ?? [];
  const file = join(folder, 'source');
  const source = await open(file, 'w');
  const block = new Uint8Array(1024 * 1024).map((_, i) => (i * 31 + (i >> 8)) % 251);
  for (let written = 0; written < size; written += block.length) await source.write(block);
  await source.close();

  const person = async (name: string): Promise<Engine> => {
    const pieces = join(folder, name);
    await mkdir(pieces);
    const engine = await createEngine({
      storage: new PiecesOnDisk(pieces), transport: socketTransport(), blobs: blobTransport(), clock: systemClock, randomness: systemRandomness, deviceKey: fleetingDeviceKey(), appOrigin: url, relay: url,
    });
    await engine.createProfile(name);
    engines.push(engine);
    return engine;
  };
  const [ada, bo] = [await person('Ada'), await person('Bo')];
  await bo.setPreferences({ fetchMedia: 'never' });
  const room = await ada.createRoom('films');
  const { link } = await ada.createInvite(room, { hours: 1, uses: 1 });
  const joined = heard(bo, (event) => event.kind === 'state' && event.state.rooms[0]?.standing.kind === 'member');
  await bo.join(link ?? '');
  await joined;

  const message = newMessageKey();
  const at = { room, message, index: 0 };
  const staged = await during('taken in and sealed', async () => ada.stage(room, await openAsBlob(file), { look: 'file', name: 'film.raw', type: '' }));
  const arrived = heard(bo, (event) => event.kind === 'timeline' && event.items.some(({ id }) => id === message));
  await during('uploaded', async () => {
    await ada.send(room, message, { kind: 'media', text: '', staged: [staged] });
    await arrived;
  });
  await during('downloaded and verified', async () => {
    const here = heard(bo, (event) => event.kind === 'transfer' && event.transfer === null);
    await bo.resume(at);
    await here;
  });
  const { blob } = await during('opened (in Node, the Blob is in the process)', () => bo.open(at));
  if (blob.size !== size) throw new Error(`${blob.size} bytes came of ${size}`);
  process.stdout.write(`${JSON.stringify({ megabytes: megabytes(size), phases }, null, 2)}\n`);
} finally {
  await Promise.all(engines.map((engine) => engine.close()));
  relay.kill('SIGTERM');
  await rm(folder, { recursive: true, force: true });
}
