/** What counts as the same text, and what a query finds in it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { folded, foldedWithPlaces } from '../../../pwa/engine/search/folding.ts';
import { findLastTerm, findTerm, holdsAll, placesOf, termsOf } from '../../../pwa/engine/search/query.ts';
import { emptySignature, mayHold, sign } from '../../../pwa/engine/search/signature.ts';

const finds = (query: string, text: string): boolean => holdsAll(folded(text), termsOf(query));

describe('folding', () => {
  for (const [written, plain] of [
    ['Zürich', 'zurich'], ['ＡＢＣ', 'abc'], ['Straße', 'strasse'], ['Łódź', 'lodz'], ['Ærø', 'aero'], ['İstanbul', 'istanbul'], ['a\nb\u00a0c', 'a b c'], ['don’t', "don't"],
    ['ガギ', 'がぎ'], ['ｶﾞ', 'か\u3099'.normalize('NFC')], ['한국', '한국'], ['مُحَمَّد', 'محمد'], ['مدرسة', 'مدرسه'], ['zero\u200bwidth', 'zerowidth'],
  ] as const) {
    test(`${written} is ${plain}`, () => assert.equal(folded(written).normalize('NFC'), plain));
  }

  test('says where each unit came from, and folds the same with places and without', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { text: plain, places } = foldedWithPlaces(text);
      assert.equal(plain, folded(text));
      assert.equal(places.length, plain.length);
      for (const [i, place] of places.entries()) assert.ok(place >= (places[i - 1] ?? 0) && place < text.normalize('NFC').length);
    }));
  });
});

describe('a query', () => {
  for (const [query, text, found] of [
    ['zurich', 'Morgen in Zürich', true], ['ZÜR', 'morgen in zurich', true], ['uric', 'Zürich', true], ['ri', 'Zürich', false], ['zu', 'in Zürich', true], ['zu', 'Bezug', false],
    ['dinner friday', 'Friday: dinner?', true], ['dinner friday', 'dinner on monday', false], ['"on friday"', 'dinner on friday', true], ['"friday on"', 'dinner on friday', false],
    ['"on fri', 'dinner on friday', true], ['東京', '明日は東京へ', true], ['京', '明日は東京へ', true], ['👍', 'ok👍', true], ['c++', 'we write C++ here', true], ['', 'anything', true],
  ] as const) {
    test(`‘${query}’ ${found ? 'finds' : 'does not find'} ‘${text}’`, () => assert.equal(finds(query, text), found));
  }

  test('looks for the longest word first, and for none twice', () => {
    assert.deepEqual(termsOf('at dinner at noon').map(({ text }) => text), ['dinner', 'noon', 'at']);
    assert.deepEqual(termsOf('  "" " '), []);
  });

  test('from the front and from the back finds in the same texts', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '東') }), fc.string({ unit: fc.constantFrom('a', 'b', 'é', '東'), minLength: 1, maxLength: 4 }), (text, word) => {
      const plain = folded(text);
      for (const term of termsOf(word)) assert.equal(findTerm(plain, term, 0, plain.length) === -1, findLastTerm(plain, term, plain.length) === -1);
    }));
  });

  test('marks what was found in the text as it was written', () => {
    const text = 'Straße in Zürich, zürich!';
    const marked = placesOf(text, termsOf('zurich strasse')).map(([start, end]) => text.slice(start, end));
    assert.deepEqual(marked, ['Straße', 'Zürich', 'zürich']);
    assert.deepEqual(placesOf('banana', termsOf('ana nan')), [[1, 6]]);
  });
});

describe('a signature', () => {
  test('never hides what is there', () => {
    const letters = fc.constantFrom('a', 'b', 'c', ' ', '-', 'é', 'ß', '東', '京', 'ท', '👍');
    fc.assert(fc.property(fc.array(fc.string({ unit: letters }), { maxLength: 6 }), fc.string({ unit: letters, minLength: 1, maxLength: 6 }), (texts, query) => {
      const signature = emptySignature();
      for (const text of texts) sign(signature, folded(text));
      for (const term of termsOf(query)) {
        const there = texts.some((text) => holdsAll(folded(text), [term]));
        assert.ok(!there || mayHold(signature, term));
      }
    }), { numRuns: 500 });
  });

  test('rules out most of what is not', () => {
    const signature = emptySignature();
    sign(signature, 'the quick brown fox jumps over the lazy dog');
    assert.deepEqual(['quick', 'bro', 'do', 'quiet', 'own', 'ox', 'cat', 'zu'].map((word) => mayHold(signature, termsOf(word)[0] ?? assert.fail())), [true, true, true, false, true, false, false, false]);
  });
});
