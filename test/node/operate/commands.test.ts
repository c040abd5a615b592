/** `sotto relay …`: what is understood, what is counted, what is cleared away. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { carryOut, Mistake, OPERATOR_HELP } from '../../../relay/operate/commands.ts';
import { prune } from '../../../relay/operate/prune.ts';
import { sayBytes } from '../../../relay/operate/say.ts';
import { stats } from '../../../relay/operate/stats.ts';
import { DATABASE_FILE } from '../../../relay/store/sqlite.ts';
import { Pair, RelayClient, type TestEpoch } from '../../support/relay-client.ts';
import { RelayChild } from '../../support/relay-child.ts';
import { scratchFolder } from '../../support/relay-places.ts';

const DAY = 86_400_000;
const NOW = Date.now();

/** Rooms with so many envelopes each; the relay has ended. */
async function folderWith(...sizes: number[]): Promise<{ data: string; epochs: TestEpoch[] }> {
  const data = scratchFolder();
  const relay = await RelayChild.start(['--port', '0', '--data', data, '--log-level', 'error']);
  const client = await RelayClient.connect(relay.url);
  const epochs: TestEpoch[] = [];
  for (const size of sizes) {
    const epoch = await client.create(new Pair());
    for (let i = 0; i < size; i++) await client.send(epoch, Buffer.alloc(100));
    epochs.push(epoch);
  }
  await relay.end('SIGTERM');
  return { data, epochs };
}

/** As if the relay had set them. `days`: ago. */
function mark(data: string, room: TestEpoch, ...marks: { days: number; seq: number }[]): void {
  const database = new Sqlite(join(data, DATABASE_FILE));
  const number = database.prepare<[Uint8Array], number>('SELECT number FROM rooms WHERE id = ?').pluck().get(room.room);
  database.prepare('DELETE FROM marks WHERE room = ?').run(number);
  for (const { days, seq } of marks) database.prepare('INSERT INTO marks (room, at, seq) VALUES (?, ?, ?)').run(number, NOW - days * DAY, seq);
  database.close();
}

const idOf = ({ room }: TestEpoch): string => Buffer.from(room).toString('base64url');

test('bad usage: one sentence and exit code 2; help names every command', async () => {
  const cases: [string, RegExp][] = [
    ['backup', /Name the file/], ['backup a b', /Name the file/], ['restore', /Name the file/], ['stats now', /no stats now/], ['rooms', /no rooms/], ['rooms clear', /no rooms clear/],
    ['rooms prune', /--unused-for/], ['rooms prune --unused-for soon', /"soon"/], ['rooms prune --unused-for 0d', /"0d"/], ['backup a --fast', /--fast/],
  ];
  for (const [command, sentence] of cases) {
    await assert.rejects(carryOut(command.split(' '), {}), (error: Error) => error instanceof Mistake && sentence.test(error.message) && !error.message.includes('\n'), command);
  }
  for (const command of ['backup', 'nonsense']) {
    const { code, stdout, stderr } = await RelayChild.run(['relay', command]);
    assert.deepEqual([code, stdout, stderr.trim().split('\n').length], [2, '', 1], command);
  }
  for (const args of [['backup', '--help'], ['help']]) assert.deepEqual(await carryOut(args, {}), [OPERATOR_HELP.trimEnd()]);
  assert.deepEqual(await RelayChild.run(['relay', 'help']), { code: 0, stdout: OPERATOR_HELP, stderr: '' });
  for (const command of ['backup', 'restore', 'stats', 'rooms prune', '--data', '--force', '--json', '--dry-run', '--unused-for']) assert.ok(OPERATOR_HELP.includes(command), command);
});

test('stats count beside a relay that runs, for people and for programs, and name rooms only where asked to', async () => {
  const data = scratchFolder();
  const relay = await RelayChild.start(['--port', '0', '--data', data, '--log-level', 'error']);
  const client = await RelayClient.connect(relay.url);
  const [one, two] = [await client.create(new Pair()), await client.create(new Pair())];
  for (let i = 0; i < 7; i++) await client.send(one, Buffer.alloc(1000));
  await client.commit(two);
  const json = await RelayChild.run(['relay', 'stats', '--json', '--data', data]);
  assert.equal(json.code, 0);
  const told = JSON.parse(json.stdout) as ReturnType<typeof stats>;
  assert.deepEqual([told.rooms, told.envelopes, told.commits, told.deleted, told.largestRoom], [2, 8, 1, 0, { envelopes: 7, bytes: 7 * 1074 }]);
  assert.ok(told.bytes > 7 * 1074 && told.bytes < 7 * 1074 + 200);
  assert.ok(told.disk.log > 0);
  const people = await RelayChild.run(['relay', 'stats'], { SOTTO_DATA: data });
  assert.match(people.stdout, /^rooms +2$/m);
  assert.match(people.stdout, /^envelopes +8, of which 1 commits; 7\.\d KiB$/m);
  for (const { stdout } of [json, people]) for (const epoch of [one, two]) assert.ok(!stdout.includes(idOf(epoch)));
  const named = await RelayChild.run(['relay', 'stats', '--rooms', '--data', data]);
  for (const epoch of [one, two]) assert.ok(named.stdout.includes(idOf(epoch)));
  assert.deepEqual(stats(data, { rooms: true }).perRoom?.map(({ room, envelopes, epochs }) => [room, envelopes, epochs]), [[idOf(one), 7, 1], [idOf(two), 1, 2]]);
  await relay.end('SIGTERM');
});

test('prune deletes what nobody sent to for so long, and nothing that may be younger', async () => {
  const { data, epochs } = await folderWith(3, 4, 5, 0, 6);
  const [old, used, young, empty, unknown] = epochs as [TestEpoch, TestEpoch, TestEpoch, TestEpoch, TestEpoch];
  mark(data, old, { days: 600, seq: 1 }, { days: 401, seq: 3 });
  mark(data, used, { days: 401, seq: 3 });
  mark(data, young, { days: 600, seq: 4 }, { days: 399, seq: 5 });
  mark(data, empty, { days: 401, seq: 0 });
  mark(data, unknown);
  const asked = { unusedFor: 400 * DAY, now: NOW };
  const roomsNow = (): (string | undefined)[] => (stats(data, { rooms: true }).perRoom ?? []).map(({ room }) => room).sort();
  const all = [old, used, young, empty, unknown].map(idOf).sort();

  assert.deepEqual(await prune(data, { ...asked, dryRun: true }), { rooms: 2, bytes: 3 * 174, kept: 3 });
  assert.deepEqual(roomsNow(), all, 'a dry run changes nothing');
  assert.deepEqual(await prune(data, asked), { rooms: 2, bytes: 3 * 174, kept: 3 });
  assert.deepEqual(roomsNow(), [used, young, unknown].map(idOf).sort());
  assert.deepEqual([stats(data).envelopes, stats(data).deleted], [15, 0], 'nothing is left of them');
  assert.deepEqual(await prune(data, asked), { rooms: 0, bytes: 0, kept: 3 });

  const relay = await RelayChild.start(['--port', '0', '--data', data, '--log-level', 'error']);
  const client = await RelayClient.connect(relay.url);
  await assert.rejects(client.open(old), /no-access/);
  assert.equal((await client.open(used)).head, 4);
  const refused = await RelayChild.run(['relay', 'rooms', 'prune', '--unused-for', '400d', '--data', data]);
  assert.deepEqual([refused.code, refused.stdout], [1, '']);
  assert.match(refused.stderr, /Another relay runs/);
  const dry = await RelayChild.run(['relay', 'rooms', 'prune', '--unused-for', '400d', '--dry-run', '--data', data]);
  assert.deepEqual([dry.code, dry.stderr], [0, '']);
  assert.match(dry.stdout, /0 rooms with 0 bytes would be deleted, 3 kept/);
  await relay.end('SIGTERM');
});

test('bytes for people', () => {
  assert.deepEqual([0, 1023, 1024, 1536, 5 * 1024 ** 3, 2 ** 62].map(sayBytes), ['0 bytes', '1023 bytes', '1.0 KiB', '1.5 KiB', '5.0 GiB', '4194304.0 TiB']);
});
