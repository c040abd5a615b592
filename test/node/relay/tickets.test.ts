/** Tickets: they open what a signature would open, and nothing else. What is shown with them at the wrong place is in `test/attacks/replay.ts`. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildRelay, type Relay } from '../../../relay/index.ts';
import { backup } from '../../../relay/operate/backup.ts';
import { restore } from '../../../relay/operate/restore.ts';
import { TICKET_FILE, ticketSecret } from '../../../relay/store/ticket-secret.ts';
import { toHex } from '../../../shared/bytes.ts';
import { Pair, registration, RelayClient, text } from '../../support/relay-client.ts';
import { scratchFolder } from '../../support/relay-places.ts';
import { RelayScene } from '../../support/relay-scene.ts';

const scene = await RelayScene.start();

test('whoever made the room or signed has a ticket, all the same one; by it they read and write as before', async () => {
  const creator = await scene.client();
  const epoch = await creator.create(new Pair());
  await creator.catchUp(epoch.room);
  await creator.send(epoch, 'first');
  const signer = await scene.client();
  const { ticket } = await signer.open(epoch);
  assert.ok(ticket);
  assert.deepEqual(epoch.opened.ticket, ticket);

  const back = await scene.client();
  const { ticket: _, ...told } = await signer.open(epoch);
  assert.deepEqual({ ...(await back.reopen(epoch, ticket)), ref: 0 }, { ...told, ref: 0 }, 'the same is told, but for the ticket that one has');
  await back.catchUp(epoch.room);
  await back.send(epoch, 'second');
  await back.delivered(2);
  assert.deepEqual(back.envelopes.map(text), ['first', 'second']);
});

test('an invite gets none, and neither does what is refused', async () => {
  const creator = await scene.client();
  const invite = new Pair();
  const epoch = await creator.create(new Pair(), { invites: [registration(invite)] });
  const guest = await scene.client();
  assert.equal('ticket' in (await guest.openInvite(epoch.room, invite)), false);
  await assert.rejects(guest.open({ ...epoch, pair: new Pair() }), { code: 'no-access' });
  assert.equal(guest.controls.some((control) => 'ticket' in control), false);
});

test('a ticket is for one epoch: after a commit it reads what the old key reads, and writes nothing', async () => {
  const { epoch, creator } = await scene.room();
  const { ticket } = await (await scene.client()).open(epoch);
  const next = await creator.commit(epoch);
  await creator.open(next);
  await creator.catchUp(epoch.room);
  await creator.send(next, 'later');
  const old = await scene.client();
  assert.equal((await old.reopen(epoch, ticket)).began, 0);
  await old.catchUp(epoch.room);
  await old.delivered(2);
  await assert.rejects(old.send(epoch, 'late'), { code: 'stale-epoch' });
  await assert.rejects(old.send(next, 'early'), { code: 'read-only' });
  assert.notDeepEqual((await old.open(next)).ticket, ticket);
});

test('a removed member’s ticket: up to the closing commit, and not told how the log grows, as by their key', async () => {
  const { epoch, creator } = await scene.room();
  const { ticket } = await (await scene.client()).open(epoch);
  const next = await creator.commit(epoch, { closing: true });
  await creator.open(next);
  await creator.send(next, 'secret');
  const [byTicket, byKey] = [await scene.client(), await scene.client()];
  const opened = [await byTicket.reopen(epoch, ticket), await byKey.open(epoch)];
  for (const one of opened) assert.equal(one.head, 1);
  for (const removed of [byTicket, byKey]) {
    assert.equal(await removed.catchUp(epoch.room), 1);
    await creator.send(next, 'and more');
    await removed.settle();
    assert.deepEqual(removed.envelopes.map(({ kind }) => kind), ['commit']);
    await assert.rejects(removed.send(epoch, 'x'), { code: 'stale-epoch' });
    await assert.rejects(removed.send(next, 'x'), { code: 'read-only' });
  }
});

test('of a room that was deleted, or made again, it opens nothing', async () => {
  const { owner, epoch, creator } = await scene.room();
  const { ticket } = await creator.open(epoch);
  await creator.delete(owner);
  const after = await scene.client();
  await assert.rejects(after.reopen(epoch, ticket), { code: 'no-access' });
  const again = await after.create(owner, { access: epoch.pair });
  assert.deepEqual(again.id, epoch.id, 'the very same epoch');
  const late = await scene.client();
  await assert.rejects(late.reopen(epoch, ticket), { code: 'no-access' }, 'of another log');
  await late.reopen(epoch, again.opened.ticket);
});

test('with another origin of the relay’s it is proved for that one', async () => {
  const { epoch } = await scene.room();
  const { ticket } = await (await scene.client()).open(epoch);
  for (const origin of ['http://localhost', 'http://127.0.0.1', 'http://localhost']) {
    await (await scene.client({ origin: `${origin}:${scene.relay.port}` })).reopen(epoch, ticket);
  }
});

test('it outlives the relay’s start; not the loss of its secret, nor a restored backup; then the key opens as ever', async () => {
  const data = join(scratchFolder(), 'data');
  const copy = join(scratchFolder(), 'relay.bak');
  const run = async <T>(work: (client: RelayClient, relay: Relay) => Promise<T>): Promise<T> => {
    const relay = await buildRelay({ port: 0, data, origins: ['https://chat.example'], logLevel: 'error' });
    const client = await RelayClient.connect(`http://127.0.0.1:${relay.port}`, { origin: 'https://chat.example' });
    try {
      return await work(client, relay);
    } finally {
      await client.end();
      await relay.close();
    }
  };
  const { ticket, ...epoch } = await run(async (client) => {
    const made = await client.create(new Pair());
    return { ...made, ticket: made.opened.ticket };
  });
  assert.equal(statSync(join(data, TICKET_FILE)).mode & 0o077, 0);
  await run((client) => client.reopen(epoch, ticket));

  backup(data, copy);
  const secret = readFileSync(join(data, TICKET_FILE));
  assert.equal(readFileSync(copy).includes(secret), false, 'a backup does not hold it');
  restore(data, copy, { force: true });
  const renewed = await run(async (client) => {
    await assert.rejects(client.reopen(epoch, ticket), { code: 'no-access' });
    return (await client.open(epoch)).ticket;
  });
  assert.notDeepEqual(renewed, ticket);

  rmSync(join(data, TICKET_FILE));
  await run(async (client) => {
    await assert.rejects(client.reopen(epoch, renewed), { code: 'no-access' });
    await client.open(epoch);
  });
});

test('the secret: kept, drawn anew where it is damaged or unreadable, and no reason not to start', () => {
  const folder = scratchFolder();
  const first = toHex(ticketSecret(folder));
  assert.equal(toHex(ticketSecret(folder)), first);
  writeFileSync(join(folder, TICKET_FILE), 'short');
  const second = toHex(ticketSecret(folder));
  assert.notEqual(second, first);
  assert.equal(toHex(ticketSecret(folder)), second);
  rmSync(join(folder, TICKET_FILE));
  mkdirSync(join(folder, TICKET_FILE)); // which no file can take the place of
  assert.equal(ticketSecret(folder).length, 32);
  assert.notDeepEqual(ticketSecret(folder), ticketSecret(folder));
});
