/** Every frame comes back as it went in, and nothing that comes in can throw. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encode } from 'cborg';
import * as fc from 'fast-check';
import { decodeAck, encodeAck } from '../../../shared/ack.ts';
import { decodeCommitPayload, encodeCommitPayload } from '../../../shared/commit.ts';
import { decodeClientControl, decodeRelayControl, encodeControl, type ClientControl, type RelayControl } from '../../../shared/control.ts';
import { decodeEnvelope, encodeEnvelope, ENVELOPE_HEADER_BYTES, placeAt } from '../../../shared/envelope.ts';
import { decodeClientFrame, decodeRelayFrame, type ClientFrame, type Malformed, type RelayFrame } from '../../../shared/frame.ts';
import type { Digest, Seq } from '../../../shared/ids.ts';
import { LIMITS } from '../../../shared/limits.ts';
import {
  access, ack, clientControls, clientEnvelope, clientFrame, envelope, placedEnvelope, relayControls, relayFrame, seq,
} from './arbitrary-frames.ts';

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value, (_, part: unknown) => (part instanceof Uint8Array ? Buffer.from(part).toString('hex') : part)));

test('an envelope comes back as it went in', () => {
  fc.assert(fc.property(envelope(['message', 'commit', 'signal'], seq), (before) => {
    const frame = encodeEnvelope(before);
    assert.equal(frame.length, ENVELOPE_HEADER_BYTES + before.payload.length);
    assert.deepEqual(plain(decodeEnvelope(frame)), plain(before));
  }));
});

test('placing an envelope changes its seq and nothing else', () => {
  fc.assert(fc.property(clientEnvelope, seq, (before, at) => {
    const frame = encodeEnvelope(before);
    placeAt(frame, at);
    assert.deepEqual(plain(decodeEnvelope(frame)), plain({ ...before, seq: at }));
  }));
});

test('an ack comes back as it went in', () => {
  fc.assert(fc.property(ack, (before) => assert.deepEqual(plain(decodeAck(encodeAck(before))), plain(before))));
});

test('a commit payload comes back as it went in; unknown flags do not', () => {
  const digest = fc.uint8Array({ minLength: 32, maxLength: 32 }) as fc.Arbitrary<Uint8Array> as fc.Arbitrary<Digest>;
  fc.assert(fc.property(fc.record({ access, invites: digest, closing: fc.boolean(), sealed: fc.uint8Array() }), (before) => {
    const bytes = encodeCommitPayload(before);
    assert.deepEqual(plain(decodeCommitPayload(bytes)), plain(before));
    bytes[64] = 2;
    assert.equal(decodeCommitPayload(bytes), undefined);
    assert.equal(decodeCommitPayload(bytes.subarray(0, 64)), undefined);
  }));
});

for (const [name, control] of Object.entries<fc.Arbitrary<ClientControl>>(clientControls)) {
  test(`client control ${name} comes back as it went in`, () => {
    fc.assert(fc.property(control, (before) => assert.deepEqual(plain(decodeClientControl(encodeControl(before))), plain(before))));
  });
}
for (const [name, control] of Object.entries<fc.Arbitrary<RelayControl>>(relayControls)) {
  test(`relay control ${name} comes back as it went in`, () => {
    fc.assert(fc.property(control, (before) => assert.deepEqual(plain(decodeRelayControl(encodeControl(before))), plain(before))));
  });
}

/** A typed answer; and where it says the frame is valid, one that encodes to a frame with the same meaning. */
function holdsClient(decoded: ClientFrame | Malformed): void {
  switch (decoded.type) {
    case 'envelope':
      assert.deepEqual(plain(decodeClientFrame(encodeEnvelope(decoded.envelope))), plain({ ...decoded, frame: encodeEnvelope(decoded.envelope) }));
      return;
    case 'control':
      assert.deepEqual(plain(decodeClientFrame(encodeControl(decoded.control))), plain(decoded));
      return;
    case 'malformed':
      assert.ok(decoded.code === 'bad-frame' || decoded.code === 'too-large');
  }
}

function holdsRelay(decoded: RelayFrame | Malformed): void {
  switch (decoded.type) {
    case 'envelope':
      assert.deepEqual(plain(decodeRelayFrame(encodeEnvelope(decoded.envelope))), plain({ ...decoded, frame: encodeEnvelope(decoded.envelope) }));
      return;
    case 'ack':
      assert.deepEqual(plain(decodeRelayFrame(encodeAck(decoded.ack))), plain(decoded));
      return;
    case 'control':
      assert.deepEqual(plain(decodeRelayFrame(encodeControl(decoded.control))), plain(decoded));
      return;
    case 'malformed':
      assert.ok(decoded.code === 'bad-frame' || decoded.code === 'too-large');
  }
}

const RUNS = { numRuns: 40 };

test('every truncation and every flipped bit of a client frame is refused or valid, never a throw', () => {
  fc.assert(fc.property(clientFrame, (frame) => {
    for (const broken of breakages(frame)) holdsClient(decodeClientFrame(broken));
  }), RUNS);
});

test('every truncation and every flipped bit of a relay frame is refused or valid, never a throw', () => {
  fc.assert(fc.property(relayFrame, (frame) => {
    for (const broken of breakages(frame)) holdsRelay(decodeRelayFrame(broken));
  }), RUNS);
});

function* breakages(frame: Uint8Array): Generator<Uint8Array> {
  for (let length = 0; length < frame.length; length++) yield frame.slice(0, length);
  for (let bit = 0; bit < frame.length * 8; bit++) {
    const flipped = frame.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield flipped;
  }
}

test('arbitrary bytes are refused or valid, never a throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(0, 1, 2, 3), (bytes, type) => {
    const frame = Uint8Array.of(type, ...bytes);
    holdsClient(decodeClientFrame(frame));
    holdsRelay(decodeRelayFrame(frame));
  }));
});

test('a client places nothing and sends no commit envelope', () => {
  fc.assert(fc.property(placedEnvelope, (placed) => assert.deepEqual(decodeClientFrame(encodeEnvelope(placed)), { type: 'malformed', code: 'bad-frame' })));
  fc.assert(fc.property(envelope(['commit'], fc.constant(0 as Seq)), (commit) => {
    assert.deepEqual(decodeClientFrame(encodeEnvelope(commit)), { type: 'malformed', code: 'bad-frame' });
  }));
});

test('a relay delivers no durable envelope without a seq and no signal with one', () => {
  fc.assert(fc.property(clientEnvelope, seq, (before, at) => {
    const valid = (before.kind === 'signal') === (at === 0);
    assert.equal(decodeRelayFrame(encodeEnvelope({ ...before, seq: at })).type, valid ? 'envelope' : 'malformed');
  }));
});

test('what is over the limits is too large, to the byte', () => {
  const [sample] = fc.sample(clientEnvelope, 1);
  assert.ok(sample);
  const sized = (length: number) => decodeClientFrame(encodeEnvelope({ ...sample, payload: new Uint8Array(length) }));
  assert.equal(sized(LIMITS.payload).type, 'envelope');
  assert.deepEqual(sized(LIMITS.payload + 1), { type: 'malformed', code: 'too-large' });
  assert.deepEqual(decodeClientFrame(new Uint8Array(LIMITS.frame + 1)), { type: 'malformed', code: 'too-large' });
});

test('a control of a later version may have keys that this one does not know', () => {
  assert.deepEqual(decodeClientControl(Uint8Array.of(2, ...encode({ t: 'ping', later: 1 }))), { t: 'ping' });
});

test('an error code of a later version is read as internal', () => {
  const frame = Uint8Array.of(2, ...encode({ t: 'error', ref: null, room: null, id: null, code: 'from-the-future', retryAfter: 0 }));
  assert.equal((decodeRelayControl(frame) as { code?: string } | undefined)?.code, 'internal');
});
