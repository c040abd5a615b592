/** A room's log begun at another relay: by whom the owner key let do so, and nobody else. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnerKey } from '../../../shared/ids.ts';
import { moverStatement, roomIdOf } from '../../../shared/statements.ts';
import { Pair, Refused, sha256 } from '../../support/relay-client.ts';
import { RelayScene } from '../../support/relay-scene.ts';

const scene = await RelayScene.start();

const codeOf = async (work: Promise<unknown>): Promise<string> => work.then(() => 'taken', (error: unknown) => (error instanceof Refused ? error.code : assert.fail(String(error))));

const certified = (owner: Pair, pair: Pair) => ({ pair, certificate: owner.sign(moverStatement({ room: roomIdOf(owner.public as OwnerKey, sha256), mover: pair.public })) });

test('a key that the owner key certified makes the room', async () => {
  const owner = new Pair();
  const client = await scene.client();
  const epoch = await client.create(owner, { mover: certified(owner, new Pair()) });
  await client.pull(epoch.room);
  await client.send(epoch, 'here we are');
  // Whoever else follows may ask for the same, as long as the first epoch is the same.
  const other = await scene.client();
  await other.create(owner, { access: epoch.pair, mover: certified(owner, new Pair()) });
  assert.equal(await codeOf(other.create(owner, { mover: certified(owner, new Pair()) })), 'room-exists');
});

test('a certificate by another key, for another key, or for another room makes none', async () => {
  const [owner, stranger, mover] = [new Pair(), new Pair(), new Pair()];
  const client = await scene.client();
  const good = certified(owner, mover);
  assert.equal(await codeOf(client.create(owner, { mover: certified(stranger, mover) })), 'no-access');
  assert.equal(await codeOf(client.create(owner, { mover: { ...good, pair: stranger } })), 'no-access');
  assert.equal(await codeOf(client.create(stranger, { mover: good })), 'no-access');
  const badSignature = { pair: mover, certificate: stranger.sign(moverStatement({ room: roomIdOf(owner.public as OwnerKey, sha256), mover: mover.public })) };
  assert.equal(await codeOf(client.create(owner, { mover: badSignature })), 'no-access');
  assert.equal(await codeOf(client.create(owner, { mover: good })), 'taken');
});
