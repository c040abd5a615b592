/**
 * The simulation, for as many seeds as one likes.
 *
 *   npm run simulate -- --seeds 10000          seeds 1 … 10000
 *   npm run simulate -- --seed 4711            one, again
 *   npm run simulate -- --from 500 --seeds 100 --suite xwing --against member
 */
import { parseArgs } from 'node:util';
import { ADVERSARIES, simulate } from './support/simulation.ts';

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '500' }, from: { type: 'string', default: '1' }, seed: { type: 'string' }, suite: { type: 'string', default: 'x25519' }, against: { type: 'string', default: 'nobody' } },
});
const suite = values.suite === 'xwing' ? 'xwing' : 'x25519';
const against = ADVERSARIES.find((name) => name === values.against) ?? 'nobody';
const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const failed: number[] = [];
const points = new Map<string, number>();
const done = new Map<string, number>();
const lies = new Map<string, readonly string[]>();
let messages = 0;
let crashes = 0;
const began = Date.now();
for (let seed = from; seed < from + count; seed++) {
  try {
    const result = await simulate(seed, { suite, against });
    messages += result.messages;
    crashes += result.crashes;
    for (const [deed, times] of result.done) done.set(deed, (done.get(deed) ?? 0) + times);
    const { lie } = result;
    if (lie !== undefined && lie.told > 0) lies.set(lie.name, [...(lies.get(lie.name) ?? []), lie.alarms.length === 0 ? 'without effect' : [...new Set(lie.alarms)].join('+')]);
    for (const [point, times] of result.points) points.set(point, (points.get(point) ?? 0) + times);
  } catch (cause) {
    failed.push(seed);
    console.error(cause instanceof Error ? cause.message : cause);
  }
  if ((seed - from + 1) % 100 === 0) console.log(`${seed - from + 1} seeds, ${((Date.now() - began) / 1000).toFixed(1)} s`);
}
for (const [point, times] of [...points].sort(([a], [b]) => a.localeCompare(b))) console.log(`  ${String(times).padStart(6)} crashes ${point}`);
for (const [deed, times] of [...done].sort(([a], [b]) => a.localeCompare(b))) console.log(`  ${String(times).padStart(6)} times ${deed}`);
for (const [lie, ends] of lies) console.log(`  ${lie}: ${[...new Set(ends)].map((end) => `${ends.filter((other) => other === end).length} ${end}`).join(', ')}`);
console.log(`${count - failed.length} of ${count} seeds agree; ${messages} messages, ${crashes} crashes, ${((Date.now() - began) / 1000).toFixed(1)} s`);
if (failed.length > 0) {
  console.log(`failed: ${failed.join(' ')}`);
  process.exitCode = 1;
}
