/** Signals: who writes, who is there. Forged, replayed, foreign and old ones are nothing; each has its switch; none is stored or moves a ratchet. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concat } from '../../../shared/bytes.ts';
import { decodeEnvelope, encodeEnvelope, type Envelope } from '../../../shared/envelope.ts';
import type { EpochId, EnvelopeId, RoomId } from '../../../shared/ids.ts';
import type { RoomKey } from '../../../pwa/engine/api.ts';
import { STORES } from '../../../pwa/engine/ports/storage.ts';
import { World, type Someone } from '../../support/engine-world.ts';

const scene = async (...more: readonly string[]) => {
  const world = new World();
  const people = [];
  for (const name of ['Ada', 'Bo', ...more]) people.push(await world.person(name));
  const [ada, bo] = people as [Someone, Someone];
  const room = await world.roomOf(ada, bo, ...people.slice(2));
  // Whoever came by an invite is sure of the room once its maker has said something.
  await ada.say(room, 'hello');
  for (const one of people) await world.clock.until(async () => (await one.summary(room))?.confirmed === true && (await one.messages(room)).length === 1);
  await world.clock.pass(10_000);
  return { world, ada, bo, people, room };
};

const typing = async (who: Someone, room: RoomKey): Promise<string> => ((await who.summary(room))?.typing ?? []).map(({ name }) => name).join();
const presence = async (who: Someone, room: RoomKey, of: string) => (await who.summary(room))?.members.find(({ name }) => name === of)?.presence;

/** Signals as the relay sees them go by. */
function signalsOf(world: World): Envelope[] {
  const seen: Envelope[] = [];
  world.network.onFrame = (frame, direction) => {
    const envelope = direction === 'up' ? decodeEnvelope(frame) : undefined;
    if (envelope?.kind === 'signal') seen.push(envelope);
  };
  return seen;
}

test('somebody writes: the others see it, once every three seconds on the wire, until they stop, or have said it', async () => {
  const { world, ada, bo, room } = await scene();
  const signals = signalsOf(world);
  for (let n = 0; n < 20; n++) {
    await bo.engine.typing(room, true);
    await world.clock.pass(200);
    assert.equal(await typing(ada, room), 'Bo');
    assert.equal(await typing(bo, room), '');
  }
  assert.equal(signals.length, 2);
  await world.clock.pass(4000);
  assert.equal(await typing(ada, room), 'Bo');
  await world.clock.pass(2000);
  assert.equal(await typing(ada, room), '');
  await bo.engine.typing(room, true);
  await world.clock.pass(100);
  await bo.engine.typing(room, false);
  await world.clock.pass(100);
  assert.equal(await typing(ada, room), '');
  await bo.engine.typing(room, true);
  await world.clock.pass(100);
  await bo.say(room, 'said');
  await world.clock.until(async () => (await ada.reads(room)).at(-1) === 'said');
  assert.equal(await typing(ada, room), '');
});

test('they are padded to one length, stored by nobody, and use up no key', async () => {
  const { world, ada, bo, room } = await scene();
  const signals = signalsOf(world);
  const stored = async () => (await Promise.all(STORES.map(async (store) => (await Promise.all([ada, bo].map((who) => who.storage.range(store, { prefix: [] })))).map((rows) => rows.map(({ key, value }) => [key, Buffer.from(value).toString('hex')]))))).flat();
  const before = await stored();
  await bo.engine.typing(room, true);
  await bo.engine.attend(room);
  await world.clock.pass(3100);
  await bo.engine.typing(room, true);
  await world.clock.pass(100);
  assert.equal(await typing(ada, room), 'Bo');
  assert.deepEqual(await stored(), before);
  assert.equal(new Set(signals.map(({ payload }) => payload.length)).size, 1);
  assert.equal(signals.length, 3);
});

test('whoever does not tell is not told: each by its own switch', async () => {
  const { world, ada, bo, room } = await scene();
  const signals = signalsOf(world);
  await bo.engine.setPreferences({ typing: false });
  await bo.engine.typing(room, true);
  await ada.engine.typing(room, true);
  await bo.engine.attend(room);
  await world.clock.pass(100);
  assert.deepEqual([await typing(ada, room), await typing(bo, room), signals.length], ['', '', 2]);
  assert.equal((await presence(ada, room, 'Bo'))?.online, true);
  await ada.engine.setPreferences({ presence: false });
  assert.equal(await presence(ada, room, 'Bo'), null);
  await ada.engine.attend(room);
  await world.clock.pass(100);
  assert.equal(await presence(bo, room, 'Ada'), null);
});

test('being there is said once a minute at most, of the room that is open and of rooms of two, and ends by itself', async () => {
  const { world, ada, bo, room } = await scene();
  const signals = signalsOf(world);
  for (let n = 0; n < 6; n++) {
    await bo.engine.attend(room);
    await world.clock.pass(30_000);
    assert.equal((await presence(ada, room, 'Bo'))?.online, true);
  }
  assert.equal(signals.length, 3);
  await world.clock.pass(100_000);
  const { online, at } = (await presence(ada, room, 'Bo')) ?? assert.fail();
  assert.equal(online, false);
  assert.ok(world.clock.now() - at > 90_000);
  await bo.engine.attend(null);
  await world.clock.pass(100);
  assert.equal(signals.length, 3);
  const direct = await ada.engine.messagePerson(room, (await bo.summary(room))?.me ?? assert.fail());
  await world.clock.until(async () => (await bo.summary(direct))?.standing.kind === 'asked');
  await bo.engine.attend(null);
  await bo.engine.typing(direct, true);
  await world.clock.pass(1000);
  assert.equal(signals.length, 3);
  await bo.engine.answerRequest(direct, true);
  await world.clock.until(async () => (await bo.summary(direct))?.standing.kind === 'member');
  await ada.say(direct, 'hi');
  await world.clock.until(async () => (await bo.summary(direct))?.confirmed === true && (await bo.messages(direct)).length === 1);
  // Whoever is catching up just then hears nothing of it.
  await world.clock.pass(5000);
  await bo.engine.attend(null);
  await world.clock.pass(1000);
  assert.equal((await presence(ada, direct, 'Bo'))?.online, true);
});

test('nothing is told to a room that one has muted, or is not sure of', async () => {
  const { world, ada, bo, room } = await scene();
  const signals = signalsOf(world);
  await bo.engine.setPlace(room, { muted: { until: world.clock.now() + 3_600_000, mentions: false } });
  await bo.engine.typing(room, true);
  await bo.engine.attend(room);
  await world.clock.pass(100);
  assert.equal(signals.length, 0);
  await world.clock.pass(3_600_000);
  await bo.engine.typing(room, true);
  await world.clock.pass(100);
  assert.equal(await typing(ada, room), 'Bo');
  const cy = await world.person('Cy');
  const { link } = await world.clock.over(bo.engine.createInvite(room, { hours: 0, uses: 0 }));
  await cy.engine.join(link ?? '');
  await world.clock.until(async () => (await ada.memberCount(room)) === 3 && (await cy.summary(room))?.standing.kind === 'member');
  await world.clock.pass(5000);
  const before = signals.length;
  assert.equal((await cy.summary(room))?.confirmed, false);
  await cy.engine.typing(room, true);
  await world.clock.pass(100);
  assert.equal(signals.length, before);
});

test('replayed, moved, changed, of a stranger, of another epoch, or old: nothing', async () => {
  const { world, ada, bo, room } = await scene('Cy');
  const signals = signalsOf(world);
  await bo.engine.typing(room, true);
  await world.clock.pass(7000);
  const [sent] = signals;
  assert.ok(sent !== undefined);
  const give = async (envelope: Envelope): Promise<string> => {
    for (const line of world.network.lines) if (line.owner === ada.name) line.down(encodeEnvelope(envelope));
    await world.clock.pass(100);
    return typing(ada, room);
  };
  const flipped = sent.payload.slice();
  flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1;
  for (const envelope of [
    sent, { ...sent, id: new Uint8Array(16) as EnvelopeId }, { ...sent, payload: flipped }, { ...sent, epoch: new Uint8Array(16) as EpochId }, { ...sent, room: new Uint8Array(32) as RoomId },
    { ...sent, payload: concat(Uint8Array.of(2), new Uint8Array(300)) }, { ...sent, payload: new Uint8Array(0) },
  ]) assert.equal(await give(envelope), '');
  // To one who has just started it is new: but not once it is old.
  await ada.restart();
  await world.clock.until(async () => (await ada.engine.state()).connection.kind === 'online');
  await world.clock.pass(1000);
  assert.equal(await give(sent), 'Bo');
  await world.clock.pass(300_000);
  await ada.restart();
  await world.clock.pass(5000);
  assert.equal(await give(sent), '');
  assert.deepEqual(ada.halted, []);
});

test('whoever was removed is not heard', async () => {
  const { world, ada, bo, room } = await scene('Cy');
  await world.clock.over(ada.engine.removeMember(room, (await bo.summary(room))?.me ?? assert.fail()));
  await world.clock.pass(5000);
  await bo.engine.typing(room, true);
  await world.clock.pass(100);
  assert.equal(await typing(ada, room), '');
});
