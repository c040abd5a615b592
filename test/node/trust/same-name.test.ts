/** Names that look alike, and who had one first. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { IdentityKey } from '../../../pwa/engine/mls/index.ts';
import { Names, seen, type Named } from '../../../pwa/engine/trust/same-name.ts';
import { looksLike, skeletonsOf } from '../../../pwa/engine/trust/skeleton.ts';

const ALIKE: readonly (readonly [string, string, string])[] = [
  ['Ada', 'ada', 'case'],
  ['Ada', 'Аdа', 'Cyrillic letters'],
  ['Hans', 'Ηans', 'a Greek capital that is no H in small letters'],
  ['Νίκος', 'ΝΙΚΟΣ', 'Greek, in capitals and without accents'],
  ['Bo', 'B0', 'a digit'],
  ['Bo', 'B\u200Bo', 'a zero-width space'],
  ['Bo', '\u202EBo\u202C', 'an override of direction'],
  ['Bo', 'B\u00ADo', 'a soft hyphen'],
  ['Zoë', 'Zoe\u0308', 'a composed letter'],
  ['Zoe', 'Zoë', 'a mark'],
  ['Ann Lee', 'Ann  Lee', 'spaces'],
  ['Ann Lee', 'AnnLee.', 'punctuation'],
  ['Bill', 'BilI', 'a capital i for an l'],
  ['Bill', 'Bi1l', 'a one for an l'],
  ['Mia', 'Rnia', 'two letters for one'],
  ['Bo', '𝐁𝐨', 'mathematical letters'],
  ['Bo', 'Ｂｏ', 'full width'],
  ['Strasse', 'Straße', 'a ligature'],
  ['Oscar', 'Ӧscar', 'a Cyrillic letter with a mark'],
];

for (const [name, other, why] of ALIKE) {
  test(`alike: ${name} by ${why}`, () => {
    assert.ok(looksLike(name, other));
    assert.ok(looksLike(other, name));
  });
}

test('names that a person tells apart are apart', () => {
  const names = ['Ada', 'Ida', 'Bo', 'Bob', 'Иван', 'Ivan', '李雷', '韩梅梅', 'Müller', 'Miller', 'عمر', 'علي', '🐝', '🐢', 'A', 'B'];
  for (const one of names) for (const other of names) if (one !== other) assert.ok(!looksLike(one, other), `${one} and ${other}`);
});

test('a name of nothing visible resembles none, not even itself', () => {
  for (const name of ['', ' ', '\u200B\u200D', '...', '\u0301']) assert.deepEqual(skeletonsOf(name), []);
});

test('no text throws, and each that has a skeleton looks like itself, in any normal form and any case of it', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (name) => {
    if (skeletonsOf(name).length > 0) assert.ok(looksLike(name, name));
    if (skeletonsOf(name).length > 0) for (const form of ['NFC', 'NFD'] as const) assert.ok(looksLike(name, name.normalize(form)));
  }));
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(...Array.from('abcdeinrvwABINRVWéö ΑΗΝηνаНн')), minLength: 1, maxLength: 20 }), (name) => {
    if (skeletonsOf(name).length > 0) assert.ok(looksLike(name, name.toLowerCase()));
  }));
});

const person = (n: number): IdentityKey => new Uint8Array(32).fill(n) as IdentityKey;
const named = (n: number, name: string): Named => ({ person: person(n), name });

test('whoever was seen first has the name; later ones resemble them', () => {
  const sightings = seen(seen([], [named(1, 'Ada'), named(2, 'Bo')]), [named(1, 'Ada'), named(2, 'Bo'), named(3, 'Аda')]);
  const names = new Names(sightings, []);
  assert.equal(names.before(named(1, 'Ada')), null);
  assert.equal(names.before(named(2, 'Bo')), null);
  assert.deepEqual(names.before(named(3, 'Аda')), { person: person(1), verified: false });
  // Also of one who changes their name later.
  assert.deepEqual(names.before(named(2, 'ADA')), { person: person(1), verified: false });
});

test('a name is remembered after its person is gone or called otherwise', () => {
  const sightings = seen(seen([], [named(1, 'Ada')]), [named(1, 'Countess')]);
  assert.deepEqual(new Names(sightings, []).before(named(2, 'Ada')), { person: person(1), verified: false });
  assert.equal(new Names(sightings, []).before(named(1, 'Ada')), null);
});

test('whom one verified has their name before all others, from any room; they resemble nobody', () => {
  const sightings = seen([], [named(9, 'Bo')]);
  const names = new Names(sightings, [named(2, 'Bo')]);
  assert.deepEqual(names.before(named(9, 'Bo')), { person: person(2), verified: true });
  assert.equal(names.before(named(2, 'Bo')), null);
  // Under a name that they took since, in this room.
  const renamed = seen(seen([], [named(2, 'Bo')]), [named(2, 'Bobby'), named(9, 'Bobby')]);
  assert.deepEqual(new Names(renamed, [named(2, 'Bo')]).before(named(9, 'Bobby')), { person: person(2), verified: true });
  // Verified themselves: two people who are both known.
  assert.equal(new Names(sightings, [named(2, 'Bo'), named(9, 'Bo')]).before(named(9, 'Bo')), null);
});

test('nothing new is the same list; what is remembered is bounded', () => {
  const sightings = seen([], [named(1, 'Ada')]);
  assert.equal(seen(sightings, [named(1, 'Ada')]), sightings);
  let many: readonly Named[] = [];
  for (let n = 0; n < 1100; n++) many = seen(many, [named(1, `name ${n}`)]);
  assert.equal(many.length, 1024);
  assert.equal(many.at(-1)?.name, 'name 1099');
});
