/** The relay as a program: how it starts, is refused, drained and killed. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { toHex } from '../../../shared/bytes.ts';
import { DATABASE_FILE } from '../../../relay/store/sqlite.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from '../../../relay/store/sqlite-schema.ts';
import { Pair, RelayClient } from '../../support/relay-client.ts';
import { RelayChild } from '../../support/relay-child.ts';
import { scratchFolder } from '../../support/relay-places.ts';

const at = (data: string, ...more: string[]): string[] => ['--port', '0', '--data', data, '--log-level', 'debug', ...more];

test('a bad value: one sentence, exit code 2, nothing started', async () => {
  const cases: [string[], RegExp][] = [
    [['--port', 'ten'], /--port.*"ten"/],
    [['--port', '70000'], /--port/],
    [['--origin', 'chat.example'], /--origin.*"chat\.example"/],
    [['--origin', 'https://chat.example/path'], /--origin/],
    [['--log-level', 'loud'], /--log-level.*"loud"/],
    [['--data', ''], /--data/],
    [['--nonsense'], /nonsense/],
  ];
  await Promise.all(cases.map(async ([args, sentence]) => {
    const { code, stdout, stderr } = await RelayChild.run(args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, sentence);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }));
  const fromEnvironment = await RelayChild.run([], { SOTTO_PORT: 'x' });
  assert.equal(fromEnvironment.code, 2);
});

test('--help and --version', async () => {
  const [help, version] = await Promise.all([RelayChild.run(['--help']), RelayChild.run(['--version'])]);
  assert.equal(help.code, 0);
  for (const flag of ['--host', '--port', '--data', '--origin', '--log-level', 'SOTTO_PORT']) assert.ok(help.stdout.includes(flag), flag);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
});

test('it says where it is and where its data lies, and keeps that to its owner', async () => {
  const data = join(scratchFolder(), 'made');
  const relay = await RelayChild.start(at(data));
  assert.match(relay.url, /^http:\/\/127\.0\.0\.1:\d+$/);
  assert.ok(relay.stdout.includes(data));
  assert.equal(statSync(join(data, DATABASE_FILE)).mode & 0o077, 0);
  const second = await RelayChild.run(at(data));
  assert.equal(second.code, 2);
  assert.match(second.stderr, /Another relay/);
  const taken = await RelayChild.run(['--port', relay.url.split(':')[2] ?? '', '--data', scratchFolder()]);
  assert.equal(taken.code, 2);
  assert.match(taken.stderr, /taken/);
  assert.equal((await relay.end('SIGINT')).code, 0);
});

test('a newer database is refused in one sentence', async () => {
  const data = scratchFolder();
  const database = new Sqlite(join(data, DATABASE_FILE));
  database.pragma(`application_id = ${APPLICATION_ID}`);
  database.pragma(`user_version = ${SCHEMA_VERSION + 1}`);
  database.close();
  const { code, stderr } = await RelayChild.run(at(data));
  assert.equal(code, 2);
  assert.match(stderr, /newer/);
});

/** Sends without waiting, until told to stop; the acks are the relay's promises. */
function pour(client: RelayClient, epoch: Parameters<RelayClient['post']>[0], enough: number): Promise<void> {
  for (let i = 0; i < 64; i++) client.post(epoch, 'under load');
  let sent = 64;
  return client.until(() => {
    while (client.closed === undefined && sent < client.acks.length + 64) {
      client.post(epoch, 'under load');
      sent++;
    }
    return client.acks.length >= enough;
  });
}

test('kill -9 under load, again and again: every acked envelope is there, once, in one order', async () => {
  const data = scratchFolder();
  const acked = new Map<string, number>();
  const owner = new Pair();
  const access = new Pair();
  for (let round = 0; round < 4; round++) {
    const relay = await RelayChild.start(at(data));
    const client = await RelayClient.connect(relay.url);
    const epoch = await client.create(owner, { access });
    const began = client.acks.length;
    await pour(client, epoch, began + 100 + round * 137);
    await relay.end('SIGKILL');
    await client.until(() => client.closed !== undefined);
    for (const { id, seq } of client.acks) acked.set(toHex(id), seq);
  }
  const relay = await RelayChild.start(at(data));
  const reader = await RelayClient.connect(relay.url);
  const epoch = await reader.create(owner, { access });
  await reader.catchUp(epoch.room);
  const found = new Map(reader.envelopes.map(({ id, seq }) => [toHex(id), seq as number]));
  assert.equal(found.size, reader.envelopes.length, 'none twice');
  assert.deepEqual(reader.envelopes.map(({ seq }) => seq as number), reader.envelopes.map((_, i) => i + 1), 'no hole');
  assert.ok(acked.size > 400);
  for (const [id, seq] of acked) assert.equal(found.get(id), seq, 'acked, and where it was acked');
  await reader.end();
  await relay.end('SIGTERM');
});

test('SIGTERM drains: says goodbye, stores what it took, exits 0', async () => {
  const data = scratchFolder();
  const relay = await RelayChild.start(at(data));
  const client = await RelayClient.connect(relay.url);
  const epoch = await client.create(new Pair());
  await pour(client, epoch, 50);
  const { code } = await relay.end('SIGTERM');
  await client.until(() => client.closed !== undefined);
  assert.equal(code, 0);
  assert.equal(client.closed?.code, 1012);
  assert.ok(client.controls.some(({ t }) => t === 'closing'));
  const again = await RelayChild.start(at(data));
  const reader = await RelayClient.connect(again.url);
  await reader.open(epoch);
  await reader.catchUp(epoch.room);
  const stored = new Set(reader.envelopes.map(({ id }) => toHex(id)));
  for (const { id } of client.acks) assert.ok(stored.has(toHex(id)));
  await reader.end();
  await again.end('SIGTERM');
});

test('a folder that cannot be used is said so', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'file'), '');
  const { code, stderr } = await RelayChild.run(at(join(folder, 'file')));
  assert.equal(code, 2);
  assert.equal(stderr.trim().split('\n').length, 1, stderr);
  mkdirSync(join(folder, 'empty'));
  assert.ok(!existsSync(join(folder, 'empty', DATABASE_FILE)));
});
