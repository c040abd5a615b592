/** What is read and written by hand is what the CBOR library reads and writes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from 'cborg';
import * as fc from 'fast-check';
import { concat } from '../../../shared/bytes.ts';
import { decodeClientControl, encodeControl } from '../../../shared/control.ts';
import { readPull, readReopen, writeOpened, writePulled } from '../../../shared/returning.ts';
import { clientControls, relayControls } from './arbitrary-frames.ts';

const byLibrary = (control: object): Uint8Array => concat(Uint8Array.of(2), encode(control));

test('opened and pulled are written as the library writes them, whatever the numbers', () => {
  fc.assert(fc.property(relayControls.opened, (control) => assert.deepEqual(writeOpened(control), byLibrary(control))), { numRuns: 2000 });
  fc.assert(fc.property(relayControls.pulled, (control) => assert.deepEqual(writePulled(control), byLibrary(control))), { numRuns: 2000 });
});

test('reopen and pull are read as they were written', () => {
  fc.assert(fc.property(clientControls.reopen, (control) => assert.deepEqual(readReopen(encodeControl(control)), { ...control })), { numRuns: 2000 });
  fc.assert(fc.property(clientControls.pull, (control) => assert.deepEqual(readPull(encodeControl(control)), { ...control })), { numRuns: 2000 });
});

test('every other control is left to the library', () => {
  for (const [t, arbitrary] of Object.entries(clientControls)) {
    fc.assert(fc.property(arbitrary as fc.Arbitrary<Parameters<typeof encodeControl>[0]>, (control) => {
      const frame = encodeControl(control);
      assert.equal(readReopen(frame) !== undefined, t === 'reopen');
      assert.equal(readPull(frame) !== undefined, t === 'pull');
      assert.deepEqual(decodeClientControl(frame), structuredClone(control));
    }), { numRuns: 100 });
  }
});

/** As the library reads it, where it is one of these two and in the form that it would write. */
function strictly(frame: Uint8Array): unknown {
  try {
    const value: unknown = decode(frame.subarray(1), { strict: true, rejectDuplicateMapKeys: true, allowUndefined: false });
    return frame[0] === 2 && Buffer.from(byLibrary(value as object)).equals(frame) ? value : undefined;
  } catch {
    return undefined;
  }
}

test('whatever is changed in them, added or cut off: nothing is read that the library reads otherwise', () => {
  const changed = fc.tuple(fc.oneof(clientControls.reopen, clientControls.pull), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }), fc.nat(140), fc.uint8Array({ maxLength: 2 }), fc.boolean());
  let read = 0;
  fc.assert(fc.property(changed, ([control, changes, length, more, cut]) => {
    const frame = encodeControl(control).slice();
    for (const [at, byte] of changes) frame[at % frame.length] = byte;
    const given = cut ? frame.subarray(0, length) : concat(frame, more);
    const found = readReopen(given) ?? readPull(given);
    if (found === undefined) return;
    read++;
    assert.deepEqual(found, strictly(given));
  }), { numRuns: 20_000 });
  assert.ok(read > 100, 'some changes leave a frame that is one');
});
