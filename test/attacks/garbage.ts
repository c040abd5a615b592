/** Frames that are nothing, or nearly something: whatever they are, they are answered or passed over, and nothing breaks. */
import assert from 'node:assert/strict';
import { encodeAck } from '../../shared/ack.ts';
import { encodeControl, type ClientControl } from '../../shared/control.ts';
import { encodeEnvelope } from '../../shared/envelope.ts';
import { parseAccessKey, parseInviteKey, parseOwnerKey, parseSignature, parseTicketProof, START, type Seq } from '../../shared/ids.ts';
import { seeded, type Dice } from '../support/dice.ts';
import { newId, type RelayClient, type TestEpoch } from '../support/relay-client.ts';
import type { Target } from './target.ts';

/** One of each that a client may send, so that what is changed in it goes deep. */
function honest(epoch: TestEpoch, dice: Dice): Uint8Array {
  const key = <T extends Uint8Array>(length: number, of: (bytes: Uint8Array) => T | undefined): T => of(dice.bytes(length)) ?? assert.fail();
  const sig = key(64, parseSignature);
  const controls: readonly ClientControl[] = [
    { t: 'create', ref: 1, owner: key(32, parseOwnerKey), access: key(32, parseAccessKey), invites: [{ key: key(32, parseInviteKey), uses: 1, expires: 0 }], groupInfo: dice.bytes(20), sig, token: 'token' },
    { t: 'open', ref: 2, room: epoch.room, epoch: epoch.id, sig },
    { t: 'reopen', ref: 2, room: epoch.room, epoch: epoch.id, proof: key(32, parseTicketProof) },
    { t: 'open-invite', ref: 3, room: epoch.room, invite: key(32, parseInviteKey), sig },
    { t: 'delete', ref: 4, owner: key(32, parseOwnerKey), sig },
    { t: 'commit', room: epoch.room, id: newId(), parent: epoch.id, rejected: dice.below(3), access: key(32, parseAccessKey), closing: false, invites: [], commit: dice.bytes(30), groupInfo: dice.bytes(10) },
    { t: 'pull', ref: 5, room: epoch.room, after: dice.below(50) as Seq, limit: 1 + dice.below(50) },
    { t: 'group-info', ref: 6, room: epoch.room, epoch: dice.chance(0.5) ? null : epoch.id },
    { t: 'close', ref: 7, room: epoch.room },
    { t: 'ping' },
  ];
  if (dice.chance(0.1)) return encodeAck({ room: epoch.room, id: newId(), seq: START });
  if (dice.chance(0.6)) return encodeControl(dice.pick(controls));
  return encodeEnvelope({ kind: dice.pick(['message', 'commit', 'signal'] as const), room: epoch.room, epoch: epoch.id, id: newId(), seq: START, payload: dice.bytes(dice.below(100)) });
}

function mutated(frame: Uint8Array, dice: Dice): Uint8Array {
  const bytes = frame.slice();
  const at = (): number => dice.below(Math.max(1, bytes.length));
  switch (dice.below(6)) {
    case 0: // bits
      for (let i = 0; i <= dice.below(4); i++) bytes[at()] = (bytes[at()] ?? 0) ^ (1 << dice.below(8));
      return bytes;
    case 1: // cut short
      return bytes.subarray(0, dice.below(bytes.length));
    case 2: // too long
      return Uint8Array.from([...bytes, ...dice.bytes(1 + dice.below(20))]);
    case 3: { // a piece twice
      const from = at();
      return Uint8Array.from([...bytes.subarray(0, from), ...bytes.subarray(dice.below(from + 1))]);
    }
    case 4: // lengths and types of CBOR, at their ends
      bytes[at()] = dice.pick([0x00, 0x17, 0x18, 0x1b, 0x3b, 0x5b, 0x5f, 0x7b, 0x9b, 0x9f, 0xbb, 0xbf, 0xd8, 0xf6, 0xf7, 0xfb, 0xff]);
      return bytes;
    default: // a piece of nothing
      bytes.set(dice.bytes(Math.min(8, bytes.length)), dice.below(Math.max(1, bytes.length - 8)));
      return bytes;
  }
}

const random = (dice: Dice): Uint8Array => {
  const bytes = dice.bytes(dice.below(dice.chance(0.01) ? 5000 : 200));
  if (bytes.length > 0 && dice.chance(0.7)) bytes[0] = dice.pick([1, 2, 3]);
  return bytes;
};

/** `frames`: in all, a half on connections with a room open. A seed that found something can be run again. */
export async function garbage(target: Target, frames: number, seed = 1): Promise<object> {
  const dice = seeded(seed);
  const { creator: witness, epoch } = await target.room();
  // Many, since each refusal of a key takes its time.
  const attackers = await Promise.all(Array.from({ length: 64 }, (_, i) => (i % 2 === 0 ? target.client() : target.member(epoch))));
  const internal = (): number => attackers.flatMap(({ controls }) => controls).filter((control) => control.t === 'error' && control.code === 'internal').length;
  const answers = (client: RelayClient): number => client.controls.length + client.acks.length;
  let sent = 0;
  for (let n = 0; n < frames; n++) {
    const client = attackers[n % attackers.length];
    const frame = dice.chance(0.5) ? random(dice) : dice.chance(0.9) ? mutated(honest(epoch, dice), dice) : honest(epoch, dice);
    if (client === undefined || client.closed !== undefined) assert.fail(`seed ${seed}: connection ${n % attackers.length} was closed with ${client?.closed?.code} after ${n} frames`);
    client.raw(frame);
    sent++;
    // In portions, so that nobody's buffers are what is measured.
    if (n % 10_000 === 9999) await Promise.all(attackers.map((attacker) => attacker.settle()));
  }
  await Promise.all(attackers.map((attacker) => attacker.settle()));
  assert.equal(internal(), 0, `seed ${seed}: a frame met something unforeseen`);
  const closed = attackers.flatMap((client) => client.closed ?? []);
  assert.deepEqual(closed, [], `seed ${seed}`);
  const answered = attackers.reduce((sum, client) => sum + answers(client), 0);
  assert.ok(answered > frames / 2, `${answered} answers to ${frames} frames: they were read`);
  const codes = new Set(attackers.flatMap(({ controls }) => controls.flatMap((control) => (control.t === 'error' ? [control.code] : []))));
  for (const code of ['bad-frame', 'no-access', 'not-open'] as const) assert.ok(codes.has(code), `none came as far as ${code}`);
  await witness.settle();
  for (const client of [witness, ...attackers]) client.socket.terminate();
  return { sent, answered, codes: [...codes].sort((a, b) => a.localeCompare(b)) };
}

/** The same with the limits as they are: whoever sends garbage on and on is cut off. */
export async function garbageWithinLimits(target: Target): Promise<object> {
  const dice = seeded(2);
  const client = await target.client();
  let sent = 0;
  while (client.closed === undefined && sent < 50_000) {
    for (let i = 0; i < 100; i++) client.raw(random(dice));
    sent += 100;
    await new Promise((resolve) => { setImmediate(resolve); });
  }
  await client.until(() => client.closed !== undefined);
  assert.equal(client.closed?.code, 4429);
  return { cutAfter: sent };
}
