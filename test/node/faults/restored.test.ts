/** An operator puts an older copy of the data back under a real relay: what people with real engines see of it. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Engine } from '../../../pwa/engine/node/index.ts';
import { messagesOf, person, roomOf, say, until, wordsOf } from '../../faults/engines/people.ts';
import { RelayUnderTest } from '../../faults/load/relay-under-test.ts';

for (const { story, epochs } of [{ story: 'what was said since', epochs: false }, { story: 'what was said since, and the epochs that the room went through', epochs: true }]) {
  test(`an older copy lacks ${story}: people are told, keep it, and the relay is given it again`, { timeout: 300_000 }, async (context) => {
    const relay = await RelayUnderTest.prepare();
    const copy = mkdtempSync(join(tmpdir(), 'sotto-copy-'));
    context.after(async () => {
      await relay.dispose();
      rmSync(copy, { recursive: true });
    });
    await relay.start();
    const people: Engine[] = [];
    context.after(() => Promise.all(people.map((one) => one.close())));
    const [ada, bo] = [await person('Ada', relay.url), await person('Bo', relay.url)];
    people.push(ada, bo);
    const room = await roomOf(ada, bo);
    await say(ada, room, 'kept');
    await until(bo, async () => (await messagesOf(bo, room)).length === 1);

    await relay.end('SIGTERM');
    cpSync(relay.data, copy, { recursive: true });
    await relay.start();
    await Promise.all(people.map((one) => one.wake()));
    await say(ada, room, 'lost, by Ada');
    await until(bo, async () => (await messagesOf(bo, room)).length === 2);
    if (epochs) for (let i = 0; i < 2; i++) await ada.createInvite(room, { hours: 1, uses: 1 });
    await say(bo, room, 'lost, by Bo');
    for (const one of people) await until(one, async () => (await messagesOf(one, room)).filter(({ position }) => position !== null).length === 3);

    await relay.end('SIGTERM');
    rmSync(relay.data, { recursive: true });
    cpSync(copy, relay.data, { recursive: true });
    await relay.start();
    await Promise.all(people.map((one) => one.wake()));
    const alarms = async (one: Engine) => ((await one.state()).rooms[0]?.alarms ?? []).map(({ kind }) => kind);
    for (const one of people) await until(one, async () => (await alarms(one)).length > 0);
    await say(ada, room, 'and on');
    for (const one of people) await until(one, async () => (await messagesOf(one, room)).filter(({ position }) => position !== null).length === 4);
    for (const one of people) {
      assert.deepEqual(await alarms(one), ['relay-rolled-back']);
      assert.deepEqual([...(await wordsOf(one, room))].sort(), ['and on', 'kept', 'lost, by Ada', 'lost, by Bo']);
    }
    // Whoever comes now finds the room where its members are.
    const { link } = await bo.createInvite(room, { hours: 1, uses: 1 });
    const cy = await person('Cy', relay.url);
    people.push(cy);
    await cy.join(link ?? '');
    await until(cy, async () => (await cy.state()).rooms[0]?.standing.kind === 'member');
    await say(cy, room, 'I am new here');
    for (const one of [ada, bo]) await until(one, async () => (await wordsOf(one, room)).includes('I am new here'));
  });
}
