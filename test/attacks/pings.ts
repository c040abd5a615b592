/** Floods of what costs nothing to send: pings of WebSocket, pings of the protocol, empty frames. */
import assert from 'node:assert/strict';
import { CLOSE_CODES } from '../../shared/codes.ts';
import type { RelayClient } from '../support/relay-client.ts';
import { frameOf, RawSocket } from './raw-socket.ts';
import type { Target } from './target.ts';

/** What `ws` says where no code came. */
const NO_CODE = 1006;

/** `count`: of pings, which are more than may be. They are answered as far as may be, and whoever goes on is cut off. */
export async function pingFlood(target: Target, count: number): Promise<object> {
  const { epoch } = await target.room();
  const facts: Record<string, number> = {};
  for (const [name, opcode] of [['ping', 9], ['pong', 10]] as const) {
    const raw = await RawSocket.upgraded(target.port);
    const answers = (): number => raw.received.length;
    const before = answers();
    raw.write(Buffer.concat(Array.from({ length: count }, () => frameOf({ opcode, payload: new Uint8Array(100) }))));
    await raw.gone;
    assert.ok(raw.closeCode === CLOSE_CODES.flood || raw.closeCode === undefined, `${name}: ${raw.closeCode}`);
    facts[name] = Math.floor((answers() - before) / 102);
    assert.ok(facts[name] < 500, `${facts[name]} of ${count} were answered`);
  }
  const opened = await target.member(epoch);
  for (let i = 0; i < count; i++) opened.socket.ping();
  await opened.until(() => opened.closed !== undefined);
  assertCut(opened, 'with a room open as well');

  for (const [name, frame] of [['of the protocol', Uint8Array.of(2, 0xa1, 0x61, 0x74, 0x64, 0x70, 0x69, 0x6e, 0x67)], ['empty', new Uint8Array()]] as const) {
    const client = await target.client();
    for (let i = 0; i < count; i++) client.raw(frame);
    await client.until(() => client.closed !== undefined);
    assertCut(client, name);
    const errors = client.controls.filter(({ t }) => t === 'error').length;
    assert.ok(errors < 5000, `${errors} of ${count} were refused in words`);
  }
  return { count, answered: facts };
}

/** Told why, or cut while it was still sending and could not hear. */
function assertCut({ closed }: RelayClient, name: string): void {
  assert.ok(closed?.code === CLOSE_CODES.flood || closed?.code === NO_CODE, `${name}: ${closed?.code}`);
}
