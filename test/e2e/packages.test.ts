/** What others install: a bot on `sotto/engine` against `buildRelay` of `sotto/relay`, as built, with their types. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A project that has Sotto installed. */
function project(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-consumer-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/sotto'), 'junction');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  return folder;
}

const BOTS = `
import { createEngine, fleetingDeviceKey, MemoryStorage, newMessageKey, socketTransport, systemClock, systemRandomness, type Engine, type RoomKey } from 'sotto/engine';
import { roomIdOf, type OwnerKey } from 'sotto/protocol';
import { buildRelay, MemoryStore } from 'sotto/relay';

const relay = await buildRelay({ host: '127.0.0.1', port: 0, store: new MemoryStore(), logLevel: 'silent' });
const origin = 'http://127.0.0.1:' + relay.port;
const bot = async (name: string): Promise<Engine> => {
  const engine = await createEngine({
    storage: new MemoryStorage(), transport: socketTransport(), clock: systemClock, randomness: systemRandomness, deviceKey: fleetingDeviceKey(), appOrigin: origin, relay: origin,
  });
  await engine.createProfile(name);
  return engine;
};
const heard = (engine: Engine, text: string): Promise<void> => new Promise((resolve) => {
  engine.subscribe((event) => {
    if (event.kind === 'timeline' && event.items.some((item) => item.kind === 'message' && item.content.kind === 'text' && item.content.text === text)) resolve();
  });
});
const host: Engine = await bot('Host');
const guest: Engine = await bot('Guest');
const room: RoomKey = await host.createRoom('Bots');
const { link } = await host.createInvite(room, { hours: 1, uses: 1 });
if (link === null) throw new Error('no link');
const hello = heard(host, 'hello from a bot');
const joined = await guest.join(link);
await guest.send(joined, newMessageKey(), { kind: 'text', text: 'hello from a bot' });
await hello;
await host.close();
await guest.close();
await relay.close();
console.log('heard', roomIdOf(new Uint8Array(32) as OwnerKey, (data: Uint8Array) => data).length > 0);
`;

test('two bots talk by the built packages', (t) => {
  const folder = project();
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  writeFileSync(join(folder, 'bots.ts'), BOTS);
  const run = spawnSync(process.execPath, ['--preserve-symlinks', '--import', join(root, 'node_modules/tsx/dist/loader.mjs'), 'bots.ts'], { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stdout, /heard true/);
});

test('their types stand on their own', (t) => {
  const folder = project();
  t.after(() => { rmSync(folder, { recursive: true, force: true }); });
  writeFileSync(join(folder, 'bots.ts'), BOTS);
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--skipLibCheck', '--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
  const right = spawnSync(process.execPath, [compiler, ...flags, 'bots.ts'], { cwd: folder, encoding: 'utf8' });
  assert.equal(right.status, 0, right.stdout);
  writeFileSync(join(folder, 'bots.ts'), BOTS.replace('port: 0', 'port: "any"'));
  assert.notEqual(spawnSync(process.execPath, [compiler, ...flags, 'bots.ts'], { cwd: folder, encoding: 'utf8' }).status, 0, 'a wrong type is not noticed');
});

test('the engine carries the patched library inside, and asks for none', () => {
  const built = readFileSync(join(root, 'dist/engine/index.js'), 'utf8');
  assert.doesNotMatch(built, /from ["']ts-mls/);
  // A line of each patch, as the bundler leaves it.
  for (const line of ['dp.slice(0, dp.indexOf(toNodeIndex(i)))', 'decodedExternalPub', '"add", "psk", "reinit"', 'loneCommitSecret']) assert.ok(built.includes(line), line);
});
