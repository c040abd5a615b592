/** Edits, deletions, reactions, pins and votes: the same in the end for all, however they came. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { EnvelopeId } from '../../../shared/ids.ts';
import { MOST_EDITS, normalForm, shapeOf, type Effect } from '../../../pwa/engine/messages/effects.ts';
import type { IdentityKey } from '../../../pwa/engine/mls/index.ts';
import type { EffectBody } from '../../../pwa/engine/wire/bodies.ts';

const identity = (i: number): IdentityKey => new Uint8Array(32).fill(i) as IdentityKey;
const envelope = (i: number): EnvelopeId => Uint8Array.from({ length: 16 }, (_, at) => (at < 2 ? i >> (8 * at) : 0)) as EnvelopeId;
const OF = envelope(60_000);
const AUTHOR = identity(0);

let counted = 0;
const effect = (from: number, position: number, body: EffectBody, byAdmin = false): Effect =>
  ({ id: envelope(++counted), position, at: position * 1000, sender: { person: identity(from), name: `${from}` }, byAdmin, body });

const body: fc.Arbitrary<EffectBody> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('edit' as const), of: fc.constant(OF), text: fc.string({ maxLength: 4 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), of: fc.constant(OF) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('react' as const), of: fc.constant(OF), emoji: fc.constantFrom('👍', '❤️', '😂'), on: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pin' as const), of: fc.constant(OF), on: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('vote' as const), of: fc.constant(OF), choices: fc.array(fc.nat({ max: 3 }), { maxLength: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), of: fc.constant(OF) }) },
);

/** A set of effects; positions may repeat, as those of own messages settled late do. */
const effects = fc.array(fc.record({ from: fc.nat({ max: 3 }), position: fc.nat({ max: 30 }), byAdmin: fc.boolean(), body }), { maxLength: 25 })
  .map((all) => all.map(({ from, position, byAdmin, body: what }, i): Effect =>
    ({ id: envelope(i), position, at: position, sender: { person: identity(from), name: '' }, byAdmin, body: what })));

describe('effects on a message', () => {
  test('end in one state, whatever the order, the grouping and the repeats of their arrival', () => {
    fc.assert(fc.property(
      effects.chain((all) => fc.record({
        all: fc.constant(all),
        order: fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
        repeats: fc.subarray(all), cut: fc.nat({ max: all.length }),
      })),
      ({ all, order, repeats, cut }) => {
        const atOnce = normalForm(all, AUTHOR);
        let oneByOne: readonly Effect[] = [];
        for (const next of [...order, ...repeats]) oneByOne = normalForm([...oneByOne, next], AUTHOR);
        const inTwo = normalForm([...normalForm(order.slice(cut), AUTHOR), ...normalForm(order.slice(0, cut), AUTHOR)], AUTHOR);
        // What came before its message waits as it is, and is judged when the author is known.
        const waited = normalForm([...normalForm(order.slice(0, cut), AUTHOR), ...repeats, ...order], AUTHOR);
        for (const other of [oneByOne, inTwo, waited]) {
          assert.deepEqual(other, atOnce);
          assert.deepEqual(shapeOf(other), shapeOf(atOnce));
        }
      },
    ), { numRuns: 2000 });
  });

  test('from those who may not do nothing', () => {
    fc.assert(fc.property(effects, (all) => {
      const forbidden = all.filter(({ sender, byAdmin, body: what }) => {
        const byAuthor = sender.person[0] === 0;
        return what.kind === 'edit' ? !byAuthor : (what.kind === 'delete' || what.kind === 'close') && !byAuthor && !byAdmin;
      });
      assert.deepEqual(normalForm(all, AUTHOR), normalForm(all.filter((one) => !forbidden.includes(one)), AUTHOR));
    }));
  });

  test('a deletion leaves nothing else, not even what was there before or comes after', () => {
    const all = [effect(0, 1, { kind: 'edit', of: OF, text: 'secret' }), effect(0, 2, { kind: 'delete', of: OF }), effect(1, 3, { kind: 'react', of: OF, emoji: '👍', on: true })];
    assert.deepEqual(normalForm(all, AUTHOR).map(({ body: { kind } }) => kind), ['delete']);
  });

  test('the last edit stands, and those before it are its history', () => {
    const edits = Array.from({ length: MOST_EDITS + 5 }, (_, i) => effect(0, i, { kind: 'edit', of: OF, text: `v${i}` }));
    const shape = shapeOf(normalForm(edits.toReversed(), AUTHOR));
    assert.equal(shape.edits.length, MOST_EDITS);
    assert.equal(shape.edits.at(-1)?.body.text, `v${MOST_EDITS + 4}`);
  });

  test('a reaction is given and taken back; one person’s vote is the last before the poll was closed', () => {
    const shape = shapeOf(normalForm([
      effect(1, 1, { kind: 'react', of: OF, emoji: '👍', on: true }), effect(2, 2, { kind: 'react', of: OF, emoji: '👍', on: true }), effect(1, 3, { kind: 'react', of: OF, emoji: '👍', on: false }),
      effect(1, 4, { kind: 'vote', of: OF, choices: [0] }), effect(1, 5, { kind: 'vote', of: OF, choices: [1] }), effect(0, 6, { kind: 'close', of: OF }), effect(1, 7, { kind: 'vote', of: OF, choices: [2] }),
    ], AUTHOR));
    assert.deepEqual(shape.reactions.map(({ emoji, by }) => [emoji, by.map(({ name }) => name)]), [['👍', ['2']]]);
    assert.deepEqual(shape.votes.map((vote) => vote.body.choices), [[1]]);
    assert.equal(shape.isClosed, true);
  });
});
