/** Leave to touch a room's blobs, as a relay gives it out and takes it back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BLOB_PATH, BLOB_TOKEN, blobPath, UPLOAD_LENGTH, UPLOAD_OFFSET, type BlobId } from '../../../shared/blobs.ts';
import type { RoomId } from '../../../shared/ids.ts';
import { openStatement } from '../../../shared/statements.ts';
import { socketTransport } from '../../../pwa/engine/node/socket-transport.ts';
import { systemClock, systemRandomness } from '../../../pwa/engine/node/system.ts';
import { RelayLink } from '../../../pwa/engine/sync/relay-link.ts';
import { GRANT_LIFE } from '../../../relay/blobs/grants.ts';
import { Pair, type RelayClient } from '../../support/relay-client.ts';
import { RelayScene } from '../../support/relay-scene.ts';

const ID = new Uint8Array(16).fill(9) as BlobId;
const grantFor = (client: RelayClient, room: RoomId) => client.ask('blob-granted', (ref) => ({ t: 'blob-grant', ref, room }));

describe('a grant for blobs', () => {
  test('is given on a connection that has the room open by an access key, and to nobody else', async () => {
    const scene = await RelayScene.start();
    const { owner, epoch, creator } = await scene.room();
    const { token, life, room } = await grantFor(creator, epoch.room);
    assert.match(token, BLOB_TOKEN);
    assert.deepEqual([life, room], [GRANT_LIFE, epoch.room]);
    assert.notEqual((await grantFor(creator, epoch.room)).token, token);

    const stranger = await scene.client();
    await assert.rejects(grantFor(stranger, epoch.room), { code: 'no-access' });
    await assert.rejects(grantFor(stranger, new Uint8Array(32).fill(7) as RoomId), { code: 'no-access' });

    const invite = new Pair();
    const next = await creator.commit(epoch, { invites: [{ key: invite.public as never, uses: 0, expires: 0 }] });
    await stranger.openInvite(epoch.room, invite);
    await assert.rejects(grantFor(stranger, epoch.room), { code: 'no-access' });
    await creator.open(next);
    await creator.delete(owner);
    await assert.rejects(grantFor(creator, epoch.room), { code: 'no-access' });
  });

  test('ends with a closing commit: who may still gets another, who was removed none; and with the room', async () => {
    const scene = await RelayScene.start();
    const { owner, epoch, creator } = await scene.room();
    const removed = await scene.member(epoch);
    const ask = (method: string, token: string, headers: Record<string, string> = {}, body?: Uint8Array<ArrayBuffer>): Promise<Response> =>
      fetch(scene.url + blobPath(ID), { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', ...headers }, ...(body === undefined ? {} : { body }) });
    const [ofCreator, ofRemoved] = [(await grantFor(creator, epoch.room)).token, (await grantFor(removed, epoch.room)).token];
    const put = (token: string): Promise<Response> => ask('PATCH', token, { [UPLOAD_OFFSET]: '0', [UPLOAD_LENGTH]: '3' }, new Uint8Array([1, 2, 3]));
    assert.equal((await put(ofCreator)).status, 204);

    // One that shuts nobody out ends none.
    const second = await creator.commit(epoch);
    await creator.open(second);
    assert.deepEqual(new Uint8Array(await (await ask('GET', ofRemoved)).arrayBuffer()), new Uint8Array([1, 2, 3]));

    const third = await creator.commit(second, { closing: true });
    for (const token of [ofCreator, ofRemoved]) assert.equal((await ask('GET', token)).status, 403);
    await assert.rejects(grantFor(removed, epoch.room), { code: 'no-access' });
    await creator.open(third);
    const again = (await grantFor(creator, epoch.room)).token;
    assert.equal((await ask('GET', again)).status, 200);

    await creator.delete(owner);
    assert.equal((await ask('GET', again)).status, 403);
    await scene.relay.core.blobs.settled();
    assert.equal(scene.relay.core.blobs.store.usage().blobs, 0);
    assert.ok(scene.logged.every((line) => !line.includes(BLOB_PATH) && !line.includes(again)));
  });

  test('is not given more often than may be', async () => {
    const scene = await RelayScene.start({ limits: { grantsPerConnection: 3 } });
    const { epoch, creator } = await scene.room();
    for (let i = 0; i < 3; i++) await grantFor(creator, epoch.room);
    await assert.rejects(grantFor(creator, epoch.room), (error: { code: string; refusal: { retryAfter: number } }) => error.code === 'rate-limited' && error.refusal.retryAfter > 0);
  });

  test('is kept by the client for as long as it holds, and asked for anew where it was refused', async () => {
    const scene = await RelayScene.start();
    const { epoch } = await scene.room();
    let now = 1_700_000_000_000;
    const link = new RelayLink({ relay: scene.url, transport: socketTransport(), clock: { ...systemClock, now: () => now }, randomness: systemRandomness, changed: () => undefined });
    await assert.rejects(link.blobGrant(epoch.room), { code: 'disconnected' });
    await link.ready();
    await assert.rejects(link.blobGrant(epoch.room), { code: 'no-access' });
    assert.ok(link.nonce !== undefined);
    await link.ask({ t: 'open', room: epoch.room, epoch: epoch.id, sig: epoch.pair.sign(openStatement({ origin: scene.url, room: epoch.room, epoch: epoch.id, nonce: link.nonce })) });
    const first = await link.blobGrant(epoch.room);
    assert.equal(await link.blobGrant(epoch.room), first);
    now += GRANT_LIFE - 61_000;
    assert.equal(await link.blobGrant(epoch.room), first);
    now += 1000;
    const second = await link.blobGrant(epoch.room);
    assert.notEqual(second, first);
    link.blobGrantEnded(epoch.room, first); // said late, of one that is not kept any more
    assert.equal(await link.blobGrant(epoch.room), second);
    link.blobGrantEnded(epoch.room, second);
    assert.notEqual(await link.blobGrant(epoch.room), second);
    link.close();
  });
});
