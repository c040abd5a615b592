/** What people notice of what their operator does: as little as can be, and what they must know. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { DEFAULT_LIMITS } from '../../../relay/limits.ts';
import { pairOfBots, placedIn, say, until, wordsIn } from '../../support/bots.ts';
import { RelayClient } from '../../support/relay-client.ts';
import { RelayChild, type Outcome } from '../../support/relay-child.ts';
import { scratchFolder } from '../../support/relay-places.ts';

const at = (data: string, port = '0'): string[] => ['--port', port, '--data', data, '--log-level', 'error'];
const sotto = (command: string, ...more: string[]): Promise<Outcome> => RelayChild.run(['relay', command, ...more]);

test('people whose relay was restored from an older copy notice, keep their history, and bring back what was lost', { timeout: 120_000 }, async () => {
  const data = scratchFolder();
  let relay = await RelayChild.start(at(data));
  const { ada, bo, room } = await pairOfBots(relay.url);
  after(() => Promise.all([ada.close(), bo.close()]));
  const port = relay.url.split(':')[2] ?? '';
  await say(ada, room, 'kept');
  await until(bo, async () => (await placedIn(bo, room)).includes('kept'));
  const file = join(data, 'older.db');
  assert.equal((await sotto('backup', file, '--data', data)).code, 0);
  await say(ada, room, 'lost, by Ada');
  await say(bo, room, 'lost, by Bo');
  for (const one of [ada, bo]) await until(one, async () => (await placedIn(one, room)).length === 3);
  await relay.end('SIGTERM');
  assert.equal((await sotto('restore', file, '--force', '--data', data)).code, 0);

  relay = await RelayChild.start(at(data, port));
  await Promise.all([ada.wake(), bo.wake()]);
  for (const one of [ada, bo]) {
    await until(one, async () => ((await one.state()).rooms[0]?.alarms ?? []).length > 0);
  }
  await say(bo, room, 'after');
  for (const one of [ada, bo]) {
    await until(one, async () => (await placedIn(one, room)).length === 4);
    assert.deepEqual([...(await wordsIn(one, room))].sort(), ['after', 'kept', 'lost, by Ada', 'lost, by Bo']);
  }
  await relay.end('SIGTERM');
});


test('a relay that is restarted while people talk: nothing is lost or doubled, and within seconds they go on by themselves', { timeout: 120_000 }, async () => {
  const data = scratchFolder();
  let relay = await RelayChild.start(at(data));
  const port = relay.url.split(':')[2] ?? '';
  const { ada, bo, room } = await pairOfBots(relay.url);
  after(() => Promise.all([ada.close(), bo.close()]));
  const said: string[] = [];
  for (let restart = 0; restart < 2; restart++) {
    for (let i = 0; i < 10; i++) {
      for (const [name, one] of [['ada', ada], ['bo', bo]] as const) {
        said.push(`${name} ${restart}.${i}`);
        await say(one, room, `${name} ${restart}.${i}`);
      }
    }
    assert.equal((await relay.end('SIGTERM')).code, 0);
    await say(ada, room, `while it was away ${restart}`);
    said.push(`while it was away ${restart}`);
    relay = await RelayChild.start(at(data, port));
    const up = performance.now();
    for (const one of [ada, bo]) await until(one, async () => (await placedIn(one, room)).length === said.length);
    const took = performance.now() - up;
    // Their waits are below four seconds (engine/connection.test.ts); the rest is this machine's.
    assert.ok(took < 30_000, `${Math.round(took)} ms until all was through`);
  }
  for (const one of [ada, bo]) {
    assert.deepEqual([...(await placedIn(one, room))].sort(), said.sort());
    assert.deepEqual((await one.state()).rooms[0]?.alarms, [], 'nothing to alarm anybody');
  }
  assert.deepEqual(await placedIn(ada, room), await placedIn(bo, room), 'in one order');
  await relay.end('SIGTERM');
});

test('who is sent away is asked to return at different times, and one who does not answer is not waited for', async () => {
  const relay = await RelayChild.start(at(scratchFolder()));
  const clients = await Promise.all(Array.from({ length: 40 }, () => RelayClient.connect(relay.url)));
  const deaf = clients[0];
  deaf?.socket.pause(); // it reads nothing any more, and so never says goodbye
  const began = performance.now();
  assert.equal((await relay.end('SIGTERM')).code, 0);
  assert.ok(performance.now() - began < 10_000);
  const waits = await Promise.all(clients.slice(1).map(async (client) => {
    await client.until(() => client.closed !== undefined);
    assert.equal(client.closed?.code, 1012);
    const closing = client.controls.find(({ t }) => t === 'closing');
    return closing?.t === 'closing' ? closing.retryAfter : 0;
  }));
  assert.ok(waits.every((wait) => wait > 0 && wait <= DEFAULT_LIMITS.reconnect));
  assert.ok(new Set(waits).size > 20 && Math.max(...waits) - Math.min(...waits) > DEFAULT_LIMITS.reconnect / 3, 'spread');
  deaf?.socket.terminate();
});
