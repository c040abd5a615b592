/** What lies in the relay's folder of those who are woken: what can be read from it, what outlives a restart, and what a lost key means. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import Sqlite from 'better-sqlite3';
import { buildRelay, type Relay } from '../../../relay/index.ts';
import { GATHER } from '../../../relay/push/push.ts';
import { PUSH_FILE } from '../../../relay/push/keys.ts';
import { TestPushService } from '../../support/push-service.ts';
import { subscribe } from '../../support/push-scene.ts';
import { Pair, RelayClient } from '../../support/relay-client.ts';
import { scratchFolder } from '../../support/relay-places.ts';
import { settled, VirtualClock } from '../../support/virtual-clock.ts';

/** Bytes that two random runs of a kilobyte do not have in common by chance. */
const RUN = 6;

function commonRuns(one: Buffer, two: Buffer): number {
  const seen = new Set<string>();
  for (let i = 0; i + RUN <= one.length; i++) seen.add(one.toString('latin1', i, i + RUN));
  let common = 0;
  for (let i = 0; i + RUN <= two.length; i++) if (seen.has(two.toString('latin1', i, i + RUN))) common++;
  return common;
}

test('one device in two rooms leaves nothing that links them, and no address; restarts keep it, a lost key ends it', async () => {
  const data = scratchFolder();
  const service = await TestPushService.start();
  const clock = new VirtualClock();
  const logged: string[] = [];
  let relay: Relay | undefined;
  const start = async (): Promise<Relay> => {
    await relay?.close();
    const own = { now: () => clock.now(), ticks: () => clock.now(), after: (ms: number, run: () => void) => clock.after(ms, run), soon: setImmediate as (run: () => void) => void };
    relay = await buildRelay({ data, port: 0, push: { local: true, clock: own }, logTo: { write: (line) => void logged.push(line) }, logLevel: 'debug' });
    return relay;
  };
  const connect = async (at: Relay): Promise<RelayClient> => RelayClient.connect(`http://127.0.0.1:${at.port}`);
  after(async () => {
    await relay?.close();
    await service.end();
  });

  const subscription = service.subscription('a-device-of-somebody');
  let client = await connect(await start());
  const epochs = [await client.create(new Pair()), await client.create(new Pair())];
  for (const { room } of epochs) await subscribe(client, room, subscription);
  const { key } = await client.ask('push-key', (ref) => ({ t: 'push-key', ref }));
  await client.end();

  const says = (at: string): readonly string[] => readdirSync(at).map((name) => join(at, name)).filter((path) => statSync(path).isFile() && !path.endsWith(PUSH_FILE))
    .flatMap((path) => [subscription.endpoint, subscription.p256dh, subscription.auth].flatMap((part, i) => (readFileSync(path).includes(Buffer.from(part)) ? [`${path} has part ${i}`] : [])));
  assert.deepEqual(says(data), []);
  await relay?.close();
  assert.deepEqual(says(data), []);
  const database = new Sqlite(join(data, 'relay.db'), { readonly: true });
  const rows = database.prepare<[], { tag: Buffer; print: Buffer; sealed: Buffer }>('SELECT tag, print, sealed FROM subscriptions').all();
  database.close();
  const [one, two] = rows.map(({ tag, print, sealed }) => Buffer.concat([tag, print, sealed]));
  assert.ok(rows.length === 2 && one !== undefined && two !== undefined && one.length === two.length && one.length > 1000);
  assert.equal(commonRuns(one, two), 0);
  assert.ok(commonRuns(one, Buffer.from(one)) > 1000, 'the measure measures');
  assert.equal(statSync(join(data, PUSH_FILE)).mode & 0o777, 0o600);

  /** Restarts it, and says something in the first room, which nobody had open. Answers with the key that clients are told. */
  const saysSomething = async (): Promise<Uint8Array> => {
    const [first] = epochs;
    assert.ok(first);
    client = await connect(await start());
    await client.open(first);
    await client.send(first, 'x');
    await clock.pass(GATHER);
    return (await client.ask('push-key', (ref) => ({ t: 'push-key', ref }))).key;
  };
  assert.deepEqual(await saysSomething(), key);
  await service.asked(1);
  assert.deepEqual([service.woken.map(({ endpoint }) => endpoint), service.wrong], [[subscription.endpoint], []]);
  await client.end();

  await relay?.close();
  unlinkSync(join(data, PUSH_FILE));
  assert.notDeepEqual(await saysSomething(), key);
  const reading = new Sqlite(join(data, 'relay.db'), { readonly: true });
  const left = reading.prepare<[], number>('SELECT count(*) FROM subscriptions').pluck();
  while (left.get() !== 1) await settled(); // what does not open any more is let go of, room by room
  reading.close();
  assert.equal(service.woken.length, 1);
  await client.end();
  assert.ok(logged.length > 0 && logged.every((line) => !line.includes('a-device-of-somebody') && !line.includes(service.origin)), 'no address is logged');
});
