/** Connections that are held open by sending next to nothing: on HTTP, within the handshake, after it, and within a frame. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import { openStatement } from '../../shared/statements.ts';
import { encodeControl } from '../../shared/control.ts';
import { decodeRelayFrame } from '../../shared/frame.ts';
import type { TestEpoch } from '../support/relay-client.ts';
import { frameOf, RawSocket } from './raw-socket.ts';
import type { Target } from './target.ts';

/** Seconds, so that an attack need not take minutes; the defaults are in relay/limits.ts. */
export const IMPATIENT = ['headers-time=2s', 'request-time=3s', 'idle=2s', 'heartbeat=1s'] as const;
/** Milliseconds by which all of them are gone: the times above, and what a busy machine adds. */
const BY_THEN = 9000;

type Way = readonly [name: string, begin: (target: Target) => Promise<RawSocket>, drip: () => string | Uint8Array];

const header = (): string => `X-${Math.random().toString(36).slice(2)}: a\r\n`;
const pong = frameOf({ opcode: 10 });

const ways = (epoch: TestEpoch): readonly Way[] => [
  ['nothing', ({ port }) => RawSocket.tcp(port), () => ''],
  ['headers', async ({ port }) => begun(port, 'GET / HTTP/1.1\r\nHost: a\r\n'), header],
  ['the handshake', async ({ port }) => begun(port, RawSocket.handshake().slice(0, -2)), header],
  ['a body', async ({ port }) => begun(port, 'POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n'), () => 'a'],
  ['after the handshake', ({ port }) => RawSocket.upgraded(port), () => ''],
  ['after the handshake, answering pings', ({ port }) => RawSocket.upgraded(port), () => pong],
  ['a frame', async ({ port }) => open(port, undefined), () => Uint8Array.of(0)],
  ['a frame, with a room open', ({ port }) => open(port, epoch), () => Uint8Array.of(0)],
  ['pieces of a frame, with a room open', async ({ port }) => {
    const raw = await opened(port, epoch);
    raw.write(frameOf({ opcode: 2, final: false, payload: Uint8Array.of(1) }));
    return raw;
  }, () => Buffer.concat(Array.from({ length: 40 }, () => frameOf({ opcode: 0, final: false, payload: Uint8Array.of(1) })))],
];

async function begun(port: number, text: string): Promise<RawSocket> {
  const raw = await RawSocket.tcp(port);
  raw.write(text);
  return raw;
}

async function open(port: number, epoch: TestEpoch | undefined): Promise<RawSocket> {
  const raw = epoch === undefined ? await RawSocket.upgraded(port) : await opened(port, epoch);
  raw.write(frameOf({ opcode: 2, payload: new Uint8Array(1000) }).subarray(0, 20)); // the rest drips
  return raw;
}

/** With a room open, as an honest client has. */
async function opened(port: number, epoch: TestEpoch): Promise<RawSocket> {
  const raw = await RawSocket.upgraded(port);
  const body = (): Buffer => raw.received.subarray(raw.received.indexOf('\r\n\r\n') + 4);
  await raw.until(() => body().length > 2 && body().length >= 2 + (body()[1] ?? 0));
  const hello = decodeRelayFrame(new Uint8Array(body().subarray(2, 2 + (body()[1] ?? 0))));
  assert.ok(hello.type === 'control' && hello.control.t === 'hello');
  const before = raw.received.length;
  const sig = epoch.pair.sign(openStatement({ origin: `http://127.0.0.1:${port}`, room: epoch.room, epoch: epoch.id, nonce: hello.control.nonce }));
  raw.write(frameOf({ opcode: 2, payload: encodeControl({ t: 'open', ref: 1, room: epoch.room, epoch: epoch.id, sig }) }));
  await raw.until(() => raw.received.length > before);
  return raw;
}

/** `each`: connections of each way, all at once. While they hang, people talk; after a while all are cut, and none before it had time. */
export async function slowloris(target: Target, each: number): Promise<object> {
  const { epoch } = await target.room();
  const all = ways(epoch);
  const began = performance.now();
  const sockets: { readonly way: string; readonly raw: RawSocket; readonly drip: () => string | Uint8Array; goneAfter?: number }[] = [];
  for (const [way, begin, drip] of all) {
    for (let i = 0; i < each; i++) {
      const one: (typeof sockets)[number] = { way, raw: await begin(target), drip };
      const since = performance.now();
      void one.raw.gone.then(() => { one.goneAfter = performance.now() - since; });
      sockets.push(one);
    }
  }
  const held = sockets.filter(({ raw }) => !raw.isGone).length;
  assert.ok(held > sockets.length / 2, `${held} of ${sockets.length} hang: there is an attack`);
  const dripping = setInterval(() => { for (const { raw, drip } of sockets) raw.write(drip()); }, 300);
  try {
    const during = await target.probe();
    await Promise.race([Promise.all(sockets.map(({ raw }) => raw.gone)), new Promise((resolve) => { setTimeout(resolve, BY_THEN).unref(); })]);
    const left = sockets.filter(({ raw }) => !raw.isGone).map(({ way }) => way);
    assert.deepEqual([...new Set(left)], [], `after ${BY_THEN} ms, ${left.length} of ${sockets.length} still hang`);
    return { connections: sockets.length, probeDuring: Math.round(during), goneAfter: Math.round(Math.max(...sockets.map(({ goneAfter }) => goneAfter ?? 0))), took: Math.round(performance.now() - began) };
  } finally {
    clearInterval(dripping);
    for (const { raw } of sockets) raw.end();
  }
}

export const hasSlowHttpTest = (): boolean => spawnSync('slowhttptest', ['-h'], { stdio: 'ignore' }).error === undefined;

/** The same by a tool that others know: slow headers, slow bodies, slow reading. The relay is available to it throughout. */
export async function slowHttpTest(target: Target, connections: number, seconds: number, modes: readonly string[] = ['-H', '-B', '-X']): Promise<object> {
  const facts: Record<string, string> = {};
  for (const mode of modes) {
    const tool = spawn('slowhttptest', ['-c', String(connections), mode, '-i', '1', '-r', String(connections), '-l', String(seconds), '-p', '3', '-u', `${target.url}/healthz`], { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    tool.stdout.on('data', (chunk: Buffer) => { output += chunk.toString(); });
    const ended = once(tool, 'exit');
    await target.probe();
    await ended;
    const answers = [...stripVTControlCharacters(output).matchAll(/service available:\s+(YES|NO)/g)].map(([, answer]) => answer);
    assert.ok(answers.length > 0, `slowhttptest ${mode} says nothing of the service:\n${output.slice(-500)}`);
    assert.ok(!answers.includes('NO'), `slowhttptest ${mode} found the service gone`);
    facts[mode] = `available, ${answers.length} times asked`;
  }
  return facts;
}
