/** Signals on the wire: round trips, what is not believed, frozen vectors. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { fromHex, toHex } from '../../../shared/bytes.ts';
import type { EnvelopeId, EpochId, RoomId } from '../../../shared/ids.ts';
import { sign, signingKeysFrom } from '../../../pwa/engine/crypto/signature.ts';
import { loadSodium } from '../../../pwa/engine/mls/index.ts';
import { decodeSignal, encodeSignal } from '../../../pwa/engine/wire/signals.ts';

before(loadSodium);

const filled = (length: number, byte: number): Uint8Array => new Uint8Array(length).fill(byte);

const TYPING =
  'a66176016261741b0000018bcfe56800637369675840f9fb83a018cf27cfd02960d405681c530694208ae2fc03f831177516a0b9df32deed1ac0a72985d55fd6169217789d973590c3e540df407bd5629c1fdf482f0e64626f6479a1626f6ef5647479706566747970696e67666465766963655820ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c';
const PRESENCE =
  'a66176016261741b0000018bcfe56800637369675840759f5115ac6d2016e700429ee5c98c5b8da032084ca8c4bb7ec09e5d73d9bbd469d40e9898e43d13bd73e392c24eec0d3cb14107286b0ae3a4d8251cd2f8bd0764626f6479a064747970656870726573656e6365666465766963655820ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c';

describe('signals', () => {
  const place = { room: filled(32, 1) as RoomId, epoch: filled(16, 2) as EpochId, id: filled(16, 3) as EnvelopeId };
  const anySignal = fc.oneof(fc.record({ kind: fc.constant('typing' as const), on: fc.boolean() }, { noNullPrototype: true }), fc.record({ kind: fc.constant('presence' as const) }, { noNullPrototype: true }));

  test('come back as they were written, for that very envelope, by that very device', () => {
    const keys = signingKeysFrom(filled(32, 7));
    const device = keys.publicKey;
    fc.assert(fc.property(anySignal, fc.nat(), (body, at) => {
      const bytes = encodeSignal(place, { at, device, body }, (statement) => sign(statement, keys.secretKey));
      assert.deepEqual(decodeSignal(place, bytes), { at, device, body });
      for (const moved of [{ ...place, room: filled(32, 9) as RoomId }, { ...place, epoch: filled(16, 9) as EpochId }, { ...place, id: filled(16, 9) as EnvelopeId }]) assert.equal(decodeSignal(moved, bytes), undefined);
      assert.equal(decodeSignal(place, encodeSignal(place, { at, device, body }, (statement) => sign(statement, signingKeysFrom(filled(32, 8)).secretKey))), undefined);
      for (let i = 0; i < bytes.length; i++) {
        const flipped = bytes.slice();
        flipped[i] = (flipped[i] ?? 0) ^ 1;
        assert.equal(decodeSignal(place, flipped), undefined);
        assert.equal(decodeSignal(place, bytes.subarray(0, i)), undefined);
      }
    }), { numRuns: 4 });
  });

  for (const [kind, body, hex] of [['typing', { kind: 'typing', on: true }, TYPING], ['presence', { kind: 'presence' }, PRESENCE]] as const) {
    test(`frozen: ${kind}`, () => {
      const keys = signingKeysFrom(filled(32, 7));
      const signal = { at: 1_700_000_000_000, device: keys.publicKey, body };
      assert.equal(toHex(encodeSignal(place, signal, (statement) => sign(statement, keys.secretKey))), hex);
      assert.deepEqual(decodeSignal(place, fromHex(hex) ?? new Uint8Array()), signal);
    });
  }

  test('of a type that is not known, or of another shape, are nothing', () => {
    const keys = signingKeysFrom(filled(32, 7));
    const say = (type: string, body: object) => encodeSignal(place, { at: 1, device: keys.publicKey, body: { kind: type, ...body } as never }, (statement) => sign(statement, keys.secretKey));
    for (const [type, body] of [['waving', {}], ['typing', {}], ['typing', { on: 1 }], ['toString', {}]] as const) assert.equal(decodeSignal(place, say(type, body)), undefined);
    assert.deepEqual(decodeSignal(place, say('presence', { mood: 'good' }))?.body, { kind: 'presence' });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => { assert.equal(decodeSignal(place, bytes), undefined); }));
  });
});
