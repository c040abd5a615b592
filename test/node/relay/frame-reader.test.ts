/** The relay's reading of WebSocket frames: the same messages however the bytes are cut, and nothing held that is not owed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { FrameReader, type FrameSink } from '../../../relay/socket/frame-reader.ts';

const [CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG] = [0, 1, 2, 8, 9, 10] as const;
const FINAL = 0x80;

/** A frame as a client sends it. */
function frame(first: number, payload: Uint8Array, mask: readonly number[] = [1, 2, 3, 4], masked = true): Buffer {
  const { length } = payload;
  const size = length < 126 ? [length] : length < 65_536 ? [126, length >> 8, length & 255] : [127, 0, 0, 0, 0, ...Buffer.from(Uint32Array.of(length).buffer).reverse()];
  size[0] = (size[0] ?? 0) | (masked ? 0x80 : 0);
  return Buffer.from([first, ...size, ...(masked ? mask : []), ...payload.map((byte, i) => (masked ? byte ^ (mask[i % 4] ?? 0) : byte))]);
}

class Heard implements FrameSink {
  readonly events: (string | number | undefined)[][] = [];
  message(data: Buffer): void { this.events.push(['message', data.toString('hex')]); }
  text(): void { this.events.push(['text']); }
  ping(data: Buffer): void { this.events.push(['ping', data.toString('hex')]); }
  pong(): void { this.events.push(['pong']); }
  goodbye(code: number | undefined): void { this.events.push(['goodbye', code]); }
  broken(code: number): void { this.events.push(['broken', code]); }
}

/** What is heard of these bytes, in chunks of these sizes, over and over. */
function heard(bytes: Buffer, sizes: readonly number[] = [bytes.length], most = 100_000, pieces = 8): { events: Heard['events']; reader: FrameReader } {
  const [sink, reader] = [new Heard(), new FrameReader(most, pieces)];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    reader.read(Buffer.from(bytes.subarray(at, at + size)), sink);
    at += size;
  }
  return { events: sink.events, reader };
}

const lengths = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(125, 126, 65_535, 65_536, 70_000));
const payloads = lengths.chain((length) => fc.uint8Array({ minLength: Math.min(length, 16), maxLength: Math.min(length, 16) }).map((seed) => Uint8Array.from({ length }, (_, i) => (seed[i % seed.length] ?? 0) ^ (i & 255))));
const masks = fc.tuple(...[0, 1, 2, 3].map(() => fc.integer({ min: 0, max: 255 })));

test('the same messages, in one chunk and in any others', () => {
  fc.assert(fc.property(fc.array(fc.tuple(payloads, masks, fc.boolean()), { maxLength: 6 }), fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 }), (messages, sizes) => {
    const bytes = Buffer.concat(messages.map(([payload, mask, ping]) => (ping ? Buffer.concat([frame(FINAL | PING, payload.subarray(0, 125), mask), frame(FINAL | BINARY, payload, mask)]) : frame(FINAL | BINARY, payload, mask))));
    const expected = messages.flatMap(([payload, , ping]) => {
      const hex = Buffer.from(payload).toString('hex');
      return ping ? [['ping', hex.slice(0, 250)], ['message', hex]] : [['message', hex]];
    });
    assert.deepEqual(heard(bytes, sizes).events, expected);
    assert.deepEqual(heard(bytes, [1]).events, expected, 'byte by byte');
    assert.equal(heard(bytes, sizes).reader.holding, 0);
  }), { numRuns: 60 });
});

test('a message in pieces is one message, and what comes between is heard at once', () => {
  const bytes = Buffer.concat([frame(BINARY, Buffer.from('ab')), frame(FINAL | PING, Buffer.from('p')), frame(CONTINUATION, Buffer.from('cd')), frame(FINAL | PONG, Buffer.of()), frame(FINAL | CONTINUATION, Buffer.from('ef'))]);
  for (const sizes of [[bytes.length], [1], [3]]) {
    assert.deepEqual(heard(bytes, sizes).events, [['ping', '70'], ['pong'], ['message', Buffer.from('abcdef').toString('hex')]]);
  }
});

test('what breaks the rules is told so, as early as it can be known, and nothing after it is read', () => {
  const after = frame(FINAL | BINARY, Buffer.from('after'));
  const pieces = (count: number): Buffer => Buffer.concat([frame(BINARY, Buffer.of(1)), ...Array.from({ length: count }, () => frame(CONTINUATION, Buffer.of(1)))]);
  const stories: readonly (readonly [string, Buffer, readonly (string | number | undefined)[]])[] = [
    ['unmasked', frame(FINAL | BINARY, Buffer.of(1), [], false), ['broken', 1002]],
    ['a reserved bit', frame(FINAL | 0x40 | BINARY, Buffer.of(1)), ['broken', 1002]],
    ['an opcode that is none', frame(FINAL | 3, Buffer.of(1)), ['broken', 1002]],
    ['a control opcode that is none', frame(FINAL | 11, Buffer.of(1)), ['broken', 1002]],
    ['a ping in pieces', frame(PING, Buffer.of(1)), ['broken', 1002]],
    ['a long ping', frame(FINAL | PING, Buffer.alloc(126)), ['broken', 1002]],
    ['a continuation of nothing', frame(FINAL | CONTINUATION, Buffer.of(1)), ['broken', 1002]],
    ['a message within a message', Buffer.concat([frame(BINARY, Buffer.of(1)), frame(FINAL | BINARY, Buffer.of(1))]), ['broken', 1002]],
    ['more than may come', frame(FINAL | BINARY, Buffer.alloc(1001)), ['broken', 1009]],
    ['more than may come, in pieces', Buffer.concat([frame(BINARY, Buffer.alloc(600)), frame(CONTINUATION, Buffer.alloc(600))]), ['broken', 1009]],
    ['too many pieces', pieces(8), ['broken', 1009]],
    ['text', frame(FINAL | TEXT, Buffer.from('text')), ['text']],
    ['goodbye', frame(FINAL | CLOSE, Buffer.of()), ['goodbye', undefined]],
    ['goodbye with a code', frame(FINAL | CLOSE, Buffer.from([3, 232, 0x68, 0x69])), ['goodbye', 1000]],
    ['half a code', frame(FINAL | CLOSE, Buffer.of(3)), ['broken', 1002]],
    ['a code that nobody may say', frame(FINAL | CLOSE, Buffer.from([3, 237])), ['broken', 1002]],
    ['a reason that is no text', frame(FINAL | CLOSE, Buffer.from([3, 232, 0xff])), ['broken', 1007]],
  ];
  for (const [story, bytes, expected] of stories) {
    const all = story === 'text' ? bytes : Buffer.concat([bytes, after]);
    for (const sizes of [[all.length], [1], [7]]) assert.deepEqual(heard(all, sizes, 1000).events, [expected], story);
  }
});

test('a promise of much costs little: memory follows what has come', () => {
  const begun = frame(FINAL | BINARY, Buffer.alloc(1_000_000)).subarray(0, 100);
  const { events, reader } = heard(begun, [100], 2_000_000);
  assert.deepEqual([events, reader.holding], [[], 100]);
  assert.deepEqual(heard(frame(FINAL | BINARY, Buffer.alloc(2000)).subarray(0, 4), [1], 1000).events, [['broken', 1009]], 'refused by its header alone');
});
