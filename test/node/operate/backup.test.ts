/** Copies of the relay's database that are made while it runs, and put back. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { equalBytes, toHex } from '../../../shared/bytes.ts';
import { backup } from '../../../relay/operate/backup.ts';
import { restore } from '../../../relay/operate/restore.ts';
import { DATABASE_FILE } from '../../../relay/store/sqlite.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from '../../../relay/store/sqlite-schema.ts';
import { Pair, RelayClient, type TestEpoch } from '../../support/relay-client.ts';
import { RelayChild, type Outcome } from '../../support/relay-child.ts';
import { scratchFolder } from '../../support/relay-places.ts';

const at = (data: string, port = '0'): string[] => ['--port', port, '--data', data, '--log-level', 'error'];
const sotto = (command: string, ...more: string[]): Promise<Outcome> => RelayChild.run(['relay', ...command.split(' '), ...more]);

interface Row { readonly room: string; readonly seq: number; readonly frame: Uint8Array }

function logsIn(file: string): Map<string, readonly Uint8Array[]> {
  const database = new Sqlite(file, { readonly: true });
  assert.equal(database.pragma('integrity_check', { simple: true }), 'ok');
  const logs = new Map<string, Uint8Array[]>();
  for (const { room, seq, frame } of database.prepare<[], Row>('SELECT hex(r.id) AS room, l.seq, l.frame FROM log l JOIN rooms r ON r.number = l.room ORDER BY l.room, l.seq').iterate()) {
    const log = logs.get(room) ?? [];
    logs.set(room, log);
    assert.equal(seq, log.length + 1, 'no hole');
    log.push(frame);
  }
  database.close();
  return logs;
}

/** Sends on and on, with so many on their way at a time. Ends by itself when it is told to. */
function pour(client: RelayClient, epoch: TestEpoch, told: { enough: boolean }): Promise<void> {
  let sent = 0;
  const before = client.acks.length;
  const more = (): boolean => {
    while (!told.enough && client.closed === undefined && sent < client.acks.length - before + 32) {
      client.post(epoch, Buffer.alloc(300, sent++));
    }
    return client.closed !== undefined || (told.enough && client.acks.length - before === sent);
  };
  return client.until(more);
}

test('backups under load: each opens, is whole, holds all that was acked before, and is a prefix of what the relay has', async () => {
  const data = scratchFolder();
  const fast = ['frames-per-second', 'bytes-per-second', 'frames-per-second-and-address', 'bytes-per-second-and-address'].flatMap((name) => ['--limit', `${name}=1000000000`]);
  const relay = await RelayChild.start([...at(data), ...fast]);
  const writers = await Promise.all([0, 1, 2].map(async () => {
    const client = await RelayClient.connect(relay.url);
    return { client, epoch: await client.create(new Pair()) };
  }));
  const told = { enough: false };
  const pouring = writers.map(({ client, epoch }) => pour(client, epoch, told));
  await writers[0]?.client.until(() => (writers[0]?.client.acks.length ?? 0) > 500);

  const backups: { file: string; ackedBefore: number[] }[] = [];
  for (let i = 0; i < 3; i++) {
    const file = join(data, 'backups', `${i}.db`);
    const ackedBefore = writers.map(({ client }) => client.acks.length);
    const { code, stdout, stderr } = await sotto('backup', file, '--data', data);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /holds 3 rooms/);
    backups.push({ file, ackedBefore });
  }
  const ackedAfter = writers.map(({ client }) => client.acks.length);
  assert.ok(ackedAfter.every((acked, i) => acked > (backups[0]?.ackedBefore[i] ?? 0)), 'it went on meanwhile');
  told.enough = true;
  await Promise.all(pouring);
  assert.equal((await relay.end('SIGTERM')).code, 0);

  const all = logsIn(join(data, DATABASE_FILE));
  for (const { file, ackedBefore } of backups) {
    assert.equal(statSync(file).mode & 0o077, 0);
    const copied = logsIn(file);
    for (const [i, { epoch }] of writers.entries()) {
      const room = toHex(epoch.room).toUpperCase();
      const [log, whole] = [copied.get(room) ?? [], all.get(room) ?? []];
      assert.ok(log.length >= (ackedBefore[i] ?? 0), `${log.length} of ${ackedBefore[i]}`);
      assert.ok(log.length < whole.length);
      assert.ok(log.every((frame, n) => equalBytes(frame, whole[n] ?? new Uint8Array())));
    }
  }
  assert.deepEqual(readdirSync(join(data, 'backups')).sort(), ['0.db', '1.db', '2.db'], 'nothing half-made lies about');
});

/** A folder with one room of five envelopes, and a backup of it. */
async function folderWithBackup(): Promise<{ data: string; file: string; epoch: TestEpoch; incarnation: Uint8Array }> {
  const data = scratchFolder();
  const relay = await RelayChild.start(at(data));
  const client = await RelayClient.connect(relay.url);
  const epoch = await client.create(new Pair());
  for (let i = 0; i < 5; i++) await client.send(epoch, `${i}`);
  const file = join(scratchFolder(), 'backup.db');
  assert.equal((await sotto('backup', file, '--data', data)).code, 0);
  await relay.end('SIGTERM');
  return { data, file, epoch, incarnation: epoch.opened.incarnation };
}

test('what a backup or a restore is refused for: one sentence each, and nothing is changed', async () => {
  const { data, file } = await folderWithBackup();
  const before = readFileSync(join(data, DATABASE_FILE));
  const made = (name: string, make: (path: string) => void): string => {
    const path = join(scratchFolder(), name);
    make(path);
    return path;
  };
  const changed = (sql: string) => (path: string): void => {
    copyFileSync(file, path);
    const database = new Sqlite(path);
    database.exec(sql);
    database.close();
  };
  const torn = made('torn.db', (path) => { copyFileSync(file, path); truncateSync(path, 20_000); });
  const scribbled = made('scribbled.db', (path) => {
    const bytes = readFileSync(file);
    bytes.fill(0xff, 8192, 8292);
    writeFileSync(path, bytes);
  });
  const withLog = made('copied.db', (path) => { copyFileSync(file, path); writeFileSync(`${path}-wal`, 'x'); });
  const running = scratchFolder();
  const relay = await RelayChild.start(at(running));
  const force = { force: true };
  const cases: [() => unknown, RegExp][] = [
    [() => backup(data, file), /exists.*--force/],
    [() => backup(data, join(data, DATABASE_FILE), force), /own database/],
    [() => backup(data, join(data, '.', `${DATABASE_FILE}-wal`), force), /own database/],
    [() => backup(join(data, 'absent'), join(scratchFolder(), 'x.db')), /no relay's database/],
    [() => backup(data, join(file, 'x.db')), /could not be written/],
    [() => restore(data, file), /database in.*--force/],
    [() => restore(running, file, force), /Another relay runs/],
    [() => restore(data, join(data, 'absent'), force), /no file/],
    [() => restore(data, join(data, DATABASE_FILE), force), /itself/],
    [() => restore(data, torn, force), /damaged/],
    [() => restore(data, scribbled, force), /damaged/],
    [() => restore(data, made('noise.db', (path) => writeFileSync(path, 'no database at all, but long enough to be taken for one')), force), /damaged, or no database/],
    [() => restore(data, made('empty.db', (path) => writeFileSync(path, '')), force), /no relay's database/],
    [() => restore(data, made('other.db', changed('PRAGMA application_id = 1')), force), /no relay's database/],
    [() => restore(data, made('newer.db', changed(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`)), force), /newer relay/],
    [() => restore(data, withLog, force), /in use|copied/],
  ];
  for (const [attempt, sentence] of cases) {
    assert.throws(attempt, (error: Error) => sentence.test(error.message) && !error.message.includes('\n'), String(sentence));
  }
  await relay.end('SIGTERM');
  assert.deepEqual(readFileSync(join(data, DATABASE_FILE)), before);
  assert.deepEqual(readdirSync(data).filter((name) => name.includes('restoring') || name.includes('partial')), []);
});

test('a restored relay: what was backed up, under new incarnations; what was there is gone with its log of writes', async () => {
  const { data, file, epoch, incarnation } = await folderWithBackup();
  for (const folder of [data, join(scratchFolder(), 'new')]) {
    if (folder === data) {
      // A relay that was cut off leaves a log of writes behind, which must not come over the backup.
      const relay = await RelayChild.start(at(data));
      const client = await RelayClient.connect(relay.url);
      await client.open(epoch);
      await client.catchUp(epoch.room);
      for (let i = 0; i < 20; i++) await client.send(epoch, 'after the backup');
      await relay.end('SIGKILL');
      assert.ok(statSync(join(data, `${DATABASE_FILE}-wal`)).size > 0);
    }
    const { code, stdout, stderr } = await sotto('restore', file, '--data', folder, ...(folder === data ? ['--force'] : []));
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /1 rooms were restored/);
    assert.equal(statSync(join(folder, DATABASE_FILE)).mode & 0o077, 0);
    const relay = await RelayChild.start(at(folder));
    const client = await RelayClient.connect(relay.url);
    const opened = await client.open(epoch);
    assert.equal(opened.head, 5);
    assert.ok(!equalBytes(opened.incarnation, incarnation));
    await client.catchUp(epoch.room);
    assert.deepEqual(client.envelopes.map(({ payload }) => Buffer.from(payload).toString()), ['0', '1', '2', '3', '4']);
    await client.send(epoch, 'on it goes');
    await relay.end('SIGTERM');
  }
});

test('an empty folder, and a database without rooms, are backed up as they are', async () => {
  const data = scratchFolder();
  mkdirSync(join(data, 'nothing'));
  assert.equal((await sotto('backup', join(data, 'a.db'), '--data', join(data, 'nothing'))).code, 1);
  await (await RelayChild.start(at(data))).end('SIGTERM');
  const { code, stdout } = await sotto('backup', join(data, 'a.db'), '--data', data);
  assert.equal(code, 0);
  assert.match(stdout, /holds 0 rooms/);
  const copy = new Sqlite(join(data, 'a.db'), { readonly: true });
  assert.deepEqual([copy.pragma('application_id', { simple: true }), copy.pragma('user_version', { simple: true })], [APPLICATION_ID, SCHEMA_VERSION]);
  copy.close();
});
