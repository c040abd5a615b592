/**
 * Frozen bytes: a client or relay of another make must produce and read exactly these. A vector is never changed; a
 * change of the format that breaks one is a new version of the protocol. `bytes` of a field are filled as the
 * vector's own `inputs` say; Ed25519 keys are of the seeds named there.
 */
import assert from 'node:assert/strict';
import { createHash, createHmac, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { decodeCommitPayload, encodeCommitPayload } from '../../../shared/commit.ts';
import { encodeAck } from '../../../shared/ack.ts';
import { fromHex, toHex } from '../../../shared/bytes.ts';
import { encodeControl, type ClientControl, type RelayControl } from '../../../shared/control.ts';
import { encodeEnvelope, type Kind } from '../../../shared/envelope.ts';
import { decodeClientFrame, decodeRelayFrame } from '../../../shared/frame.ts';
import type { AccessKey, Digest, EnvelopeId, EpochId, InviteKey, Nonce, OwnerKey, RoomId, Seq } from '../../../shared/ids.ts';
import { createStatement, deleteStatement, epochIdOf, invitesDigestOf, inviteStatement, openStatement, reopenStatement, roomIdOf } from '../../../shared/statements.ts';

interface Vectors {
  readonly keys: Readonly<Record<'owner' | 'access' | 'next' | 'invite', { readonly seed: string; readonly public: string }>>;
  readonly ids: Readonly<Record<'room' | 'epoch' | 'nextEpoch' | 'invitesDigest' | 'emptyInvitesDigest', string>>;
  readonly origin: string;
  readonly nonce: string;
  readonly statements: Readonly<Record<'create' | 'open' | 'invite' | 'delete', { readonly bytes: string; readonly signature: string }>>;
  readonly reopen: { readonly ticket: string; readonly bytes: string; readonly proof: string };
  readonly envelopes: readonly { readonly kind: Kind; readonly quiet?: true; readonly id: string; readonly seq: number; readonly payload: string; readonly frame: string }[];
  readonly ack: { readonly id: string; readonly seq: number; readonly frame: string };
  readonly commitPayload: { readonly closing: boolean; readonly sealed: string; readonly bytes: string };
  /** Byte strings are {"hex": "…"}. */
  readonly client: readonly { readonly control: unknown; readonly frame: string }[];
  readonly relay: readonly { readonly control: unknown; readonly frame: string }[];
}

const vectors = JSON.parse(readFileSync(new URL('vectors/wire.json', import.meta.url), 'utf8')) as Vectors;
const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(data).digest());
// eslint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says which id the vector holds
const bytes = <T extends Uint8Array = Uint8Array>(hex: string): T => {
  const read = fromHex(hex);
  assert.ok(read, `not hex: ${hex}`);
  return read as T;
};

/** JSON's stand-ins for byte strings made into such. */
function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== 'object' || value === null) return value;
  if ('hex' in value && typeof value.hex === 'string') return bytes(value.hex);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revived(part)]));
}

const room = bytes<RoomId>(vectors.ids.room);
const epoch = bytes<EpochId>(vectors.ids.epoch);
const nonce = bytes<Nonce>(vectors.nonce);
const { origin } = vectors;
const access = bytes<AccessKey>(vectors.keys.access.public);
const invite = bytes<InviteKey>(vectors.keys.invite.public);
const digest = bytes<Digest>(vectors.ids.invitesDigest);

/** PKCS #8 of an Ed25519 seed (RFC 8410 §7). */
const privateKey = (seed: string) => createPrivateKey({ key: Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex'), format: 'der', type: 'pkcs8' });

test('keys are of their seeds', () => {
  for (const { seed, public: expected } of Object.values(vectors.keys)) {
    assert.equal(createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(12).toString('hex'), expected);
  }
});

test('ids and digests', () => {
  assert.equal(toHex(roomIdOf(bytes<OwnerKey>(vectors.keys.owner.public), sha256)), vectors.ids.room);
  assert.equal(toHex(epochIdOf(room, access, sha256)), vectors.ids.epoch);
  assert.equal(toHex(epochIdOf(room, bytes<AccessKey>(vectors.keys.next.public), sha256)), vectors.ids.nextEpoch);
  const registrations = [{ key: invite, uses: 3, expires: 1_800_000_000 }, { key: bytes<InviteKey>(vectors.keys.next.public), uses: 0, expires: 0 }];
  assert.equal(toHex(invitesDigestOf(registrations, sha256)), vectors.ids.invitesDigest);
  assert.equal(toHex(invitesDigestOf(registrations.toReversed(), sha256)), vectors.ids.invitesDigest, 'whatever their order');
  assert.equal(toHex(invitesDigestOf([], sha256)), vectors.ids.emptyInvitesDigest);
});

test('statements and their signatures', () => {
  const made = {
    create: { bytes: createStatement({ origin, room, access, invites: digest, nonce }), by: vectors.keys.owner },
    open: { bytes: openStatement({ origin, room, epoch, nonce }), by: vectors.keys.access },
    invite: { bytes: inviteStatement({ origin, room, invite, nonce }), by: vectors.keys.invite },
    delete: { bytes: deleteStatement({ origin, room, nonce }), by: vectors.keys.owner },
  };
  for (const [name, { bytes: statement, by }] of Object.entries(made) as [keyof typeof made, (typeof made)['create']][]) {
    assert.equal(toHex(statement), vectors.statements[name].bytes, name);
    assert.equal(sign(null, statement, privateKey(by.seed)).toString('hex'), vectors.statements[name].signature, name);
  }
});

test('the proof by a ticket', () => {
  const { ticket, bytes: statement, proof } = vectors.reopen;
  assert.equal(toHex(reopenStatement({ origin, room, epoch, nonce })), statement);
  assert.equal(createHmac('sha256', bytes(ticket)).update(bytes(statement)).digest('hex'), proof);
});

test('envelopes and acks', () => {
  for (const { kind, quiet, id, seq, payload, frame } of vectors.envelopes) {
    const encoded = encodeEnvelope({ kind, ...(quiet === true ? { quiet } : {}), room, epoch, id: bytes<EnvelopeId>(id), seq: seq as Seq, payload: bytes(payload) });
    assert.equal(toHex(encoded), frame, kind);
    assert.equal((seq === 0 ? decodeClientFrame(encoded) : decodeRelayFrame(encoded)).type, 'envelope');
  }
  const { id, seq, frame } = vectors.ack;
  assert.equal(toHex(encodeAck({ room, id: bytes<EnvelopeId>(id), seq: seq as Seq })), frame);
  assert.equal(decodeRelayFrame(bytes(frame)).type, 'ack');
});

test('the payload of a commit', () => {
  const { closing, sealed, bytes: expected } = vectors.commitPayload;
  assert.equal(toHex(encodeCommitPayload({ access, invites: digest, closing, sealed: bytes(sealed) })), expected);
  assert.equal(decodeCommitPayload(bytes(expected))?.closing, closing);
});

test('every control, both ways', () => {
  for (const { control, frame } of vectors.client) {
    assert.equal(toHex(encodeControl(revived(control) as ClientControl)), frame);
    assert.deepEqual(decodeClientFrame(bytes(frame)), { type: 'control', control: revived(control) });
  }
  for (const { control, frame } of vectors.relay) {
    assert.equal(toHex(encodeControl(revived(control) as RelayControl)), frame);
    assert.deepEqual(decodeRelayFrame(bytes(frame)), { type: 'control', control: revived(control) });
  }
  assert.deepEqual(vectors.client.map(({ control }) => (control as { t: string }).t), ['create', 'open', 'reopen', 'open-invite', 'delete', 'commit', 'pull', 'group-info', 'group-info', 'blob-grant', 'push-key', 'push-subscribe', 'push-unsubscribe', 'close', 'ping']);
  assert.deepEqual(vectors.relay.map(({ control }) => (control as { t: string }).t), ['hello', 'opened', 'opened', 'pulled', 'behind', 'group-info', 'blob-granted', 'push-key', 'done', 'error', 'error', 'closing', 'pong']);
});
