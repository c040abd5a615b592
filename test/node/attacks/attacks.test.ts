/**
 * The short form of `npm run attacks`: the same attacks on a relay in a process of its own, in numbers that take seconds. After each, two people
 * make a room and talk.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blobGarbage, downloads, IMPATIENT_BLOBS, slowUploads } from '../../attacks/blobs.ts';
import { crossSite } from '../../attacks/cross-site.ts';
import { garbage, garbageWithinLimits } from '../../attacks/garbage.ts';
import { greater, guessing } from '../../attacks/guessing.ts';
import { malformed, unfinished } from '../../attacks/malformed.ts';
import { pingFlood } from '../../attacks/pings.ts';
import { replay } from '../../attacks/replay.ts';
import { hasSlowHttpTest, IMPATIENT, slowHttpTest, slowloris } from '../../attacks/slowloris.ts';
import { stalledPullers, stalledReaders } from '../../attacks/stalled-readers.ts';
import { Target, underAttack, WIDE_OPEN } from '../../attacks/target.ts';

test('slowloris: nine ways of holding a connection for nothing', async (context) => {
  context.diagnostic(JSON.stringify(await underAttack(IMPATIENT, (target) => slowloris(target, 10))));
});

test('slowloris by slowhttptest', { skip: hasSlowHttpTest() ? false : 'slowhttptest is not installed (apt install slowhttptest)' }, async (context) => {
  context.diagnostic(JSON.stringify(await underAttack(IMPATIENT, (target) => slowHttpTest(target, 200, 3, ['-H']))));
});

test('100,000 random and mutated frames, with a room open and without', async (context) => {
  context.diagnostic(JSON.stringify(await underAttack(WIDE_OPEN, (target) => garbage(target, 100_000))));
});

test('garbage and floods of pings, within the limits as they are: cut off', async (context) => {
  context.diagnostic(JSON.stringify(await underAttack([], async (target) => ({ garbage: await garbageWithinLimits(target), pings: await pingFlood(target, 10_000) }))));
});

test('oversized, fragmented and forbidden frames; frames that never end', async (context) => {
  context.diagnostic(JSON.stringify(await underAttack(['memory=32MiB'], async (target) => ({ malformed: await malformed(target, 3), unfinished: await unfinished(target, 40, 160) }))));
});

test('200 who do not read while 100 MB pass, and some who ask for all and read nothing', async (context) => {
  context.diagnostic(JSON.stringify(await underAttack(WIDE_OPEN, (target) => stalledReaders(target, 200, 100, 64))));
  context.diagnostic(JSON.stringify(await underAttack([...WIDE_OPEN, 'memory=16MiB'], (target) => stalledPullers(target, 100, 180, 4000))));
});

test('pages of a foreign origin; signatures used again, elsewhere, for something else', async (context) => {
  context.diagnostic(JSON.stringify(await underAttack([], async (target) => ({ crossSite: await crossSite(target), replay: await replay(target) }))));
});

test('guessing: a room that is there and one that is not answer alike, and take as long', async (context) => {
  context.diagnostic(JSON.stringify(await underAttack([...WIDE_OPEN, 'idle-rooms=0'], (target) => guessing(target, 100))));
});

test('attachments: 10,000 broken requests, uploads that drip, downloads that nobody reads, and many at once', async (context) => {
  context.diagnostic(JSON.stringify(await underAttack(['grants-per-connection=1000', 'upload-bytes-per-second-and-address=1GiB'], (target) => blobGarbage(target, 10_000))));
  context.diagnostic(JSON.stringify(await underAttack(IMPATIENT_BLOBS, async (target) => ({ slow: await slowUploads(target, 20), downloads: await downloads(target, 100, 20, 100) }))));
});

test('the measures themselves: ranks tell what differs, a relay that is gone is noticed', async () => {
  assert.equal(greater([1, 2, 3], [1, 2, 3]), 0.5);
  assert.equal(greater([4, 5], [1, 2, 3]), 1);
  assert.equal(greater([1], [1, 2]), 0.25);
  const target = await Target.start();
  await target.end();
  await assert.rejects(target.probe(), /the relay is gone/);
});
