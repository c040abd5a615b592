/** What WebSocket forbids, or allows and nobody needs: frames of any claimed length, in any number of pieces. Memory stays where it was. */
import assert from 'node:assert/strict';
import { frameOf, RawSocket, type FrameParts } from './raw-socket.ts';
import type { Target } from './target.ts';

const MiB = 1024 * 1024;
const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;

const big = new Uint8Array(1024);

/** Each must end the connection. Where a close code is named, that very one is told. */
const CASES: readonly (readonly [name: string, code: number | undefined, frames: readonly FrameParts[]])[] = [
  ['a claim of 2^63 − 1 bytes', undefined, [{ opcode: BINARY, claims: 2n ** 63n - 1n }]],
  ['a claim of 2^64 − 1 bytes', undefined, [{ opcode: BINARY, claims: 2n ** 64n - 1n }]],
  ['a claim of 4 GiB', 1009, [{ opcode: BINARY, claims: 2n ** 32n, payload: big }]],
  ['a claim of a little over what may be', 1009, [{ opcode: BINARY, claims: BigInt(3 * MiB), payload: big }]],
  ['pieces that are too much together', 1009, [{ opcode: BINARY, final: false, payload: new Uint8Array(1.5 * MiB) }, { opcode: CONTINUATION, final: false, payload: new Uint8Array(1.5 * MiB) }]],
  ['no mask', 1002, [{ opcode: BINARY, payload: big, masked: false }]],
  ['reserved bits', 1002, [{ opcode: BINARY, payload: big, reserved: 4 }]],
  ['a reserved opcode', 1002, [{ opcode: 5, payload: big }]],
  ['a piece without a beginning', 1002, [{ opcode: CONTINUATION, payload: big }]],
  ['a beginning within pieces', 1002, [{ opcode: BINARY, final: false, payload: big }, { opcode: BINARY, payload: big }]],
  ['a ping in pieces', 1002, [{ opcode: PING, final: false }]],
  ['a ping of 126 bytes', 1002, [{ opcode: PING, payload: new Uint8Array(126) }]],
  ['a goodbye of one byte', 1002, [{ opcode: CLOSE, payload: Uint8Array.of(3) }]],
  ['a goodbye with a code that is none', 1002, [{ opcode: CLOSE, payload: Uint8Array.of(0, 5) }]],
  ['text', 4400, [{ opcode: TEXT, payload: Buffer.from('hello') }]],
  ['text that is none', undefined, [{ opcode: TEXT, payload: Uint8Array.of(0xff, 0xfe) }]],
  ['a thousand pieces of one byte', undefined, [{ opcode: BINARY, final: false, payload: Uint8Array.of(1) }, ...Array.from({ length: 1000 }, () => ({ opcode: CONTINUATION, final: false, payload: Uint8Array.of(1) }))]],
  ['a thousand pieces of nothing', undefined, [{ opcode: BINARY, final: false }, ...Array.from({ length: 1000 }, () => ({ opcode: CONTINUATION, final: false }))]],
];

/** Milliseconds in which the connection must be at its end. */
const BY_THEN = 5000;

/** `each`: connections of each kind. */
export async function malformed(target: Target, each: number): Promise<object> {
  const before = target.rss();
  const ended = await Promise.all(CASES.map(async ([name, code, frames]) => {
    const sockets = await Promise.all(Array.from({ length: each }, () => RawSocket.upgraded(target.port)));
    const bytes = Buffer.concat(frames.map(frameOf));
    for (const raw of sockets) {
      assert.match(raw.received.toString('latin1'), /^HTTP\/1\.1 101/, name);
      raw.write(bytes);
      // And on and on, where a length was only claimed.
      if (frames.some(({ claims }) => claims !== undefined)) for (let i = 0; i < 64; i++) raw.write(new Uint8Array(16 * 1024));
    }
    const late = new Promise((resolve) => { setTimeout(resolve, BY_THEN).unref(); });
    await Promise.race([Promise.all(sockets.map((raw) => raw.gone)), late]);
    const left = sockets.filter(({ isGone }) => !isGone).length;
    assert.equal(left, 0, `${name}: ${left} of ${each} are still connected`);
    if (code !== undefined) assert.ok(sockets.some(({ closeCode }) => closeCode === code), `${name}: closed with ${sockets[0]?.closeCode}, not ${code}`);
    return sockets.length;
  }));
  const growth = target.rss() - before;
  // A frame that may be is held until it breaks a rule.
  assert.ok(growth < (64 + 2 * each) * MiB, `${Math.round(growth / MiB)} MiB more`);
  return { kinds: CASES.length, ended: ended.reduce((sum, count) => sum + count, 0), growthMiB: Math.round(growth / MiB) };
}

/** Many who begin the largest frame that may be, and leave it unfinished: what they hold is bounded by what the relay gives to all. */
export async function unfinished(target: Target, connections: number, mostMiB: number): Promise<object> {
  const { epoch } = await target.room();
  const before = target.rss();
  let peak = 0;
  const members = await Promise.all(Array.from({ length: connections }, () => target.member(epoch)));
  for (const member of members) {
    // ws masks and frames a whole message; half of one goes out by hand.
    const { socket } = member as unknown as { socket: { _socket: { write(bytes: Uint8Array): void } } };
    socket._socket.write(frameOf({ opcode: BINARY, payload: new Uint8Array(2 * MiB) }).subarray(0, 1.9 * MiB));
  }
  const until = performance.now() + 6000;
  while (performance.now() < until && members.every(({ closed }) => closed === undefined)) {
    await new Promise((resolve) => { setTimeout(resolve, 200); });
    peak = Math.max(peak, target.rss() - before);
  }
  const closed = members.filter(({ closed }) => closed !== undefined);
  assert.ok(closed.length > 0, 'those who hold most are closed');
  assert.ok(peak < mostMiB * MiB, `${Math.round(peak / MiB)} MiB more at the peak`);
  for (const member of members) member.socket.terminate();
  return { connections, wantedMiB: Math.round(connections * 1.9), peakMiB: Math.round(peak / MiB), closed: closed.length };
}
