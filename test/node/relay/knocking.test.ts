/** At the relay's side of a door: who may knock, how often, and who hears it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS } from '../../../shared/limits.ts';
import { REFUSED } from '../../../shared/statements.ts';
import { Pair, registration, Refused, newId, text } from '../../support/relay-client.ts';
import { RelayScene } from '../../support/relay-scene.ts';

const scene = await RelayScene.start({ limits: { commitsPerSecond: 1000, knocksPerRoom: 4 } });
const codeOf = async (work: Promise<unknown>): Promise<string> => work.then(() => 'taken', (error: unknown) => (error instanceof Refused ? error.code : Promise.reject(error)));
const knock = { kind: 'knock' } as const;

async function door(uses = 0, expires = 0) {
  const { epoch: first, creator } = await scene.room();
  const invite = new Pair();
  const epoch = await creator.commit(first, { invites: [registration(invite, uses, expires)], groupInfo: Buffer.from('group') });
  await creator.open(epoch);
  await creator.catchUp(epoch.room);
  const guest = await scene.client();
  await guest.openInvite(epoch.room, invite);
  return { epoch, creator, invite, guest };
}

test('a knock by an invite stands in the log, where the members hear it, and nobody who has not joined', async () => {
  const { epoch, creator, guest } = await door();
  const id = newId();
  const { seq } = await guest.send(epoch, 'let me in', { ...knock, id });
  assert.equal((await guest.send(epoch, 'let me in', { ...knock, id })).seq, seq, 'sent again, it is one');
  await creator.until(() => creator.envelopes.some(({ kind }) => kind === 'knock'));
  const heard = creator.envelopes.find(({ kind }) => kind === 'knock');
  assert.deepEqual([heard && text(heard), heard?.seq], ['let me in', seq]);
  assert.deepEqual(guest.envelopes, []);
  await guest.commit(epoch);
});

test('only by one who may come in, in an epoch that goes on', async () => {
  const { epoch, creator, guest, invite } = await door();
  const member = await scene.member(epoch);
  assert.equal(await codeOf(member.send(epoch, 'from inside', knock)), 'read-only');
  const next = await creator.commit(epoch, { invites: [registration(invite)] });
  assert.equal(await codeOf(guest.send(epoch, 'too late', knock)), 'stale-epoch');
  assert.equal(await codeOf(guest.send(next, 'in time', knock)), 'taken');
  await creator.open(next);
  const without = await creator.commit(next);
  assert.equal(await codeOf(guest.send(without, 'by an invite that is gone', knock)), 'invite-revoked');
});

test('few a minute, and none that is large', async () => {
  const { epoch, guest } = await door();
  assert.equal(await codeOf(guest.send(epoch, new Uint8Array(LIMITS.knock + 1), knock)), 'too-large');
  for (let n = 0; n < 4; n++) assert.equal(await codeOf(guest.send(epoch, `${n}`, knock)), 'taken');
  assert.equal(await codeOf(guest.send(epoch, 'again', knock)), 'rate-limited');
});

test('whoever was refused is told so, also after the refusal was forgotten by the room', async () => {
  const { epoch, creator } = await door();
  const personal = new Pair();
  const guest = await scene.client();
  assert.equal(await codeOf(guest.openInvite(epoch.room, personal)), 'no-access', 'not answered yet');
  const refusing = await creator.commit(epoch, { invites: [registration(personal, REFUSED.uses, REFUSED.expires)] });
  assert.equal(await codeOf(guest.openInvite(epoch.room, personal)), 'knock-refused');
  await creator.open(refusing);
  await creator.commit(refusing);
  assert.equal(await codeOf(guest.openInvite(epoch.room, personal)), 'knock-refused');
});
