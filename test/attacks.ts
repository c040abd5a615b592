/**
 * `npm run attacks`: every attack in full, on relays of its own on this machine's loopback, one after the other. Prints JSON; ends with 1 where the
 * relay did not stand one of them. `npm run attacks -- replay guessing` runs those alone.
 */
import { blobGarbage, downloads, IMPATIENT_BLOBS, slowUploads } from './attacks/blobs.ts';
import { crossSite } from './attacks/cross-site.ts';
import { garbage, garbageWithinLimits } from './attacks/garbage.ts';
import { guessing } from './attacks/guessing.ts';
import { malformed, unfinished } from './attacks/malformed.ts';
import { pingFlood } from './attacks/pings.ts';
import { replay } from './attacks/replay.ts';
import { hasSlowHttpTest, IMPATIENT, slowHttpTest, slowloris } from './attacks/slowloris.ts';
import { stalledPullers, stalledReaders } from './attacks/stalled-readers.ts';
import { underAttack, WIDE_OPEN } from './attacks/target.ts';

const SEED = Date.now() % 1_000_000;

const attacks: Readonly<Record<string, () => Promise<object>>> = {
  slowloris: () => underAttack(IMPATIENT, (target) => slowloris(target, 100)),
  slowhttptest: async () => (hasSlowHttpTest() ? underAttack([], (target) => slowHttpTest(target, 1000, 30)) : { skipped: 'slowhttptest is not installed (apt install slowhttptest)' }),
  blobs: async () => ({
    garbage: await underAttack([], (target) => blobGarbage(target, 200_000, SEED)), seed: SEED,
    ...(await underAttack(IMPATIENT_BLOBS, async (target) => ({ slow: await slowUploads(target, 40), downloads: await downloads(target, 400, 40, 2000) }))),
  }),
  garbage: () => underAttack(WIDE_OPEN, async (target) => ({ seed: SEED, ...(await garbage(target, 1_000_000, SEED)) })),
  'garbage-within-limits': () => underAttack([], garbageWithinLimits),
  malformed: () => underAttack([], (target) => malformed(target, 50)),
  unfinished: () => underAttack(['memory=64MiB'], (target) => unfinished(target, 200, 250)),
  pings: () => underAttack([], (target) => pingFlood(target, 100_000)),
  'stalled-readers': () => underAttack([...WIDE_OPEN, 'bytes-per-room=2GiB'], (target) => stalledReaders(target, 200, 500, 64)),
  'stalled-pullers': () => underAttack([...WIDE_OPEN, 'memory=16MiB'], (target) => stalledPullers(target, 300, 250, 30_000)),
  'cross-site': () => underAttack([], crossSite),
  replay: () => underAttack([], replay),
  guessing: () => underAttack([...WIDE_OPEN, 'idle-rooms=0'], (target) => guessing(target, 500)),
};

const wanted = process.argv.slice(2).filter((name) => !name.startsWith('-'));
const unknown = wanted.filter((name) => !(name in attacks));
if (unknown.length > 0) {
  console.error(`There is no attack ${unknown.join(', ')}. There are: ${Object.keys(attacks).join(' ')}.`);
  process.exit(2);
}
const results: Record<string, object> = {};
for (const [name, attack] of Object.entries(attacks)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const began = performance.now();
  results[name] = await attack().then(
    (facts) => ({ stood: true, ...facts, seconds: Math.round((performance.now() - began) / 1000) }),
    (error: unknown) => {
      process.exitCode = 1;
      return { stood: false, error: error instanceof Error ? error.message : String(error) };
    },
  );
  console.error(`${name}: ${'error' in results[name] ? 'it did not stand' : 'it stands'}`);
}
console.log(JSON.stringify(results, null, 2));
// Clients of an attack that failed may still be connected.
process.exit();
