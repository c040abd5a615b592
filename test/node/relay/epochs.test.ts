/** The rule of reading against a plain restatement of it, on random trees; and the bytes of a shared buffer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Batch } from '../../../relay/delivery/batch.ts';
import { DedupeWindow } from '../../../relay/delivery/dedupe.ts';
import { EpochTree, isBeyondClosing, isReadable, readableHead, type Epoch } from '../../../relay/delivery/epochs.ts';
import type { AccessKey, EpochId, InviteKey, Seq } from '../../../shared/ids.ts';
import type { EpochRecord } from '../../../relay/store/store.ts';

const idOf = (number: number): EpochId => Uint8Array.from({ length: 16 }, (_, i) => (i === 0 ? number : 0)) as EpochId;

const record = (number: number, parent: number | undefined, closing: boolean): EpochRecord =>
  ({ number, parent, id: idOf(number), access: new Uint8Array(32) as AccessKey, closing, seq: number as Seq, invites: [] });

/** A tree of up to 40 epochs, each hung below any earlier one. */
const trees = fc.array(fc.record({ below: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), closing: fc.boolean() }), { minLength: 0, maxLength: 39 })
  .map((steps) => [record(0, undefined, false), ...steps.map(({ below, closing }, i) => record(i + 1, Math.floor(below * (i + 1)), closing))]);

/** R(e) by its definition: e, and the descendants reached without crossing a closing commit. */
function readableSet(records: readonly EpochRecord[], from: number): Set<number> {
  const readable = new Set([from]);
  for (const { number, parent, closing } of records) if (parent !== undefined && readable.has(parent) && !closing) readable.add(number);
  return readable;
}

const isBelow = (records: readonly EpochRecord[], from: number, at: number | undefined): boolean => at !== undefined && (at === from || isBelow(records, from, records[at]?.parent));

test('a key reads its epoch and what follows up to the next closing commits', () => {
  fc.assert(fc.property(trees, fc.array(fc.nat(39), { minLength: 1, maxLength: 3 }), (records, picks) => {
    const tree = new EpochTree(records);
    const held = picks.map((pick) => pick % records.length);
    const proven = new Set(held.map((number) => tree.get(idOf(number)) as Epoch));
    const readable = new Set(held.flatMap((number) => [...readableSet(records, number)]));
    for (const { number } of records) {
      const epoch = tree.get(idOf(number)) as Epoch;
      assert.equal(isReadable(proven, epoch), readable.has(number));
      if (proven.size === 1) assert.equal(isBeyondClosing(proven, epoch), isBelow(records, held[0] as number, number) && !readable.has(number));
    }
    const head = 1000 as Seq;
    const grows = [...readable].some((number) => !records.some(({ parent }) => parent === number));
    const lastCommit = Math.max(0, ...records.filter(({ parent }) => parent !== undefined && readable.has(parent)).map(({ seq }) => seq));
    assert.equal(readableHead(tree, proven, head), grows ? head : lastCommit);
  }));
});

test('an epoch that is taken back leaves no trace', () => {
  fc.assert(fc.property(trees, (records) => {
    const tree = new EpochTree(records);
    for (let kept = records.length - 1; kept > 0; kept--) {
      tree.removeLast();
      const fresh = new EpochTree(records.slice(0, kept));
      assert.deepEqual(tree.tips().map(({ number }) => number), fresh.tips().map(({ number }) => number));
      assert.equal(tree.nextNumber, kept);
      assert.equal(tree.get(idOf(kept)), undefined);
    }
  }));
});

/** An envelope id that is that number's; few differ in more than some bits, as one who wants them to collide would choose. */
const idNumber = (n: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => (i % 4 === 0 ? ((n >> (i / 4 * 2)) & 3) << 6 : i === 15 ? n >> 8 : 0));

test('the window remembers the newest ids, and what was taken back not at all', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 1000 }), (span, total) => {
    const window = new DedupeWindow(span);
    for (let seq = 1; seq <= total; seq++) window.add(seq as Seq, idNumber(seq));
    for (let seq = Math.max(1, total - span + 1); seq <= total; seq++) assert.equal(window.seqOf(idNumber(seq)), seq);
    for (let seq = 1; seq <= total - 2 * span; seq++) assert.equal(window.seqOf(idNumber(seq)), undefined);
    window.forget(idNumber(total));
    assert.equal(window.seqOf(idNumber(total)), undefined);
  }), { numRuns: 30 });
});

test('the window against a map, with ids taken back between others', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.boolean()), { maxLength: 200 }), (steps) => {
    const window = new DedupeWindow(1000);
    const model = new Map<number, number>();
    for (const [i, [n, forget]] of steps.entries()) {
      const bytes = Buffer.concat([Buffer.alloc(3), idNumber(n)]);
      if (forget) {
        window.forget(bytes, 3);
        model.delete(n);
      } else {
        window.add((i + 1) as Seq, bytes, 3);
        model.set(n, i + 1);
      }
    }
    for (let n = 0; n <= 60; n++) assert.equal(window.seqOf(idNumber(n)), model.get(n));
  }));
});

/** The payloads of unmasked, final binary frames (RFC 6455 §5.2), one behind the other. */
function payloadsOf(wire: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = 0; at < wire.length;) {
    assert.equal(wire[at], 0x82);
    const short = wire.readUInt8(at + 1);
    const [header, length] = short < 126 ? [2, short] : short === 126 ? [4, wire.readUInt16BE(at + 2)] : [10, Number(wire.readBigUInt64BE(at + 2))];
    payloads.push(wire.subarray(at + header, at + header + length));
    at += header + length;
  }
  return payloads;
}

test('a shared buffer holds the very frames that went in, each as one message', () => {
  const frames = [0, 1, 125, 126, 127, 65_535, 65_536, 70_000].map((size, i) => new Uint8Array(size).fill(i + 1));
  const batch = new Batch(frames);
  assert.equal(batch.wire, batch.wire, 'built once');
  assert.deepEqual(payloadsOf(batch.wire).map((payload) => new Uint8Array(payload)), frames);
});

test('what is pruned of a tree changes nothing for what is left', () => {
  fc.assert(fc.property(trees, fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (records, registrations, more) => {
    const epochs = registrations + more;
    const withInvites = records.map((one) => ({ ...one, invites: [{ key: new Uint8Array(32) as InviteKey, uses: 0, expires: 0 }] }));
    const [whole, pruned] = [new EpochTree(withInvites), new EpochTree(withInvites)];
    pruned.prune(registrations, epochs);
    const tips = new Set(whole.tips().map(({ number }) => number));
    assert.deepEqual(pruned.tips().map(({ number }) => number), [...tips]);
    assert.equal(pruned.nextNumber, records.length);
    for (const { number } of records) {
      const epoch = pruned.get(idOf(number));
      assert.equal(epoch !== undefined, tips.has(number) || number >= records.length - epochs, `${number} of ${records.length}`);
      assert.equal((epoch?.invites.length ?? 0) > 0, tips.has(number) || number >= records.length - registrations);
    }
    assert.deepEqual([...pruned.newestFirst()].map(({ number }) => number), [...whole.newestFirst()].map(({ number }) => number).filter((number) => pruned.get(idOf(number)) !== undefined));
    pruned.add({ ...record(records.length, records.length - 1, false), id: idOf(200) });
    pruned.removeLast();
    assert.equal(pruned.nextNumber, records.length);
  }));
});
