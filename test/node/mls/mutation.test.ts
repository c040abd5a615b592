/** Changed bytes give an MlsError and nothing else: no raw error, no wrong answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '../../../shared/bytes.ts';
import { groupRecords, loadSodium, MlsError, readGroupInfo, restoreGroup, type Suite } from '../../../pwa/engine/mls/index.ts';
import { deliver, founder, newcomer } from '../../support/members.ts';
import { seeded, type Dice } from '../../support/dice.ts';

await loadSodium();

const SEED = Number(process.env.SOTTO_SEED ?? 1);

async function specimens(suite: Suite) {
  const alice = await founder(suite);
  const bob = await newcomer(await alice.group.groupInfo());
  await deliver(bob.message, [alice]);
  const { message: application } = await alice.group.encrypt(utf8('hello'));
  const { message: commit } = await alice.group.commit({ extensions: [{ name: 'room', data: utf8('room') }] });
  const { message: removal } = await alice.group.commit({ remove: [bob.group.me] });
  const groupInfo = await alice.group.groupInfo();
  const { message: join } = await newcomer(groupInfo);
  const receive = (bytes: Uint8Array): Promise<unknown> => bob.group.receive(bytes, () => true);
  return { application, commit, removal, join, groupInfo, receive, records: groupRecords(bob.group) };
}

/** Every truncation at first, then single bits all over, then bytes put in and taken out. */
function* mutations(original: Uint8Array, dice: Dice, count: number): Generator<Uint8Array> {
  for (let n = 0; n < count; n++) {
    const at = dice.below(original.length);
    const flipped = original.slice();
    flipped[at] = (flipped[at] ?? 0) ^ (1 << dice.below(8));
    yield flipped;
    yield original.slice(0, n < 64 ? Math.min(n, original.length - 1) : at);
    yield Uint8Array.from([...original.subarray(0, at), dice.below(256), ...original.subarray(at)]);
    yield Uint8Array.from([...original.subarray(0, at), ...original.subarray(at + 1 + dice.below(4))]);
  }
  // The header, where lengths and kinds are, bit by bit.
  for (let at = 0; at < Math.min(96, original.length); at++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = original.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
      yield flipped;
    }
  }
}

async function refused(attempt: () => Promise<unknown>, what: string): Promise<void> {
  await assert.rejects(attempt, (error) => {
    assert.ok(error instanceof MlsError, `${what} left as ${String(error)}`);
    return true;
  }, `${what} was taken`);
}

for (const suite of ['x25519', 'xwing'] as const) {
  for (const kind of ['application', 'commit', 'removal', 'join', 'groupInfo'] as const) {
    test(`${suite}: a changed ${kind} is refused, typed (seed ${SEED})`, async () => {
      const all = await specimens(suite);
      const original = all[kind];
      const read = kind === 'groupInfo' ? readGroupInfo : all.receive;
      for (const changed of mutations(original, seeded(SEED), suite === 'x25519' ? 120 : 40)) {
        if (Buffer.compare(changed, original) !== 0) await refused(() => read(changed), `a changed ${kind}`);
      }
      await read(original);
    });
  }
}

test('a changed store is read as another or refused, typed', async () => {
  const { records } = await specimens('x25519');
  const dice = seeded(SEED);
  for (const record of records) {
    for (const bytes of mutations(record.bytes, dice, 60)) {
      try {
        restoreGroup(records.map((other) => (other === record ? { ...record, bytes } : other)));
      } catch (error) {
        assert.ok(error instanceof MlsError && error.code === 'bad-state', `left as ${String(error)}`);
      }
    }
  }
});

test('noise is refused, typed', async () => {
  const { receive } = await specimens('x25519');
  const dice = seeded(SEED);
  for (let n = 0; n < 300; n++) {
    const noise = dice.bytes(dice.below(200));
    await refused(() => receive(noise), 'noise');
    await refused(() => readGroupInfo(noise), 'noise');
    // With a header that leads the decoder on.
    await refused(() => receive(Uint8Array.from([0, 1, 0, 1 + dice.below(5), ...noise])), 'noise');
  }
});
