/**
 * `npm run bench:groups`: what a room costs as it grows, on X-Wing and, for the ratio, on the suite with X25519 alone.
 * The bars are a phone's, divided: a mid-range phone's browser takes about four times as long as this kind of machine.
 */
import { loadSodium } from '../../pwa/engine/crypto/sodium.ts';
import type { Suite } from '../../pwa/engine/mls/index.ts';
import { PARTS } from './groups/attribution.ts';
import { grown } from './groups/grow.ts';
import { measure, OPERATIONS, type Measured } from './groups/measure.ts';
import { WRITERS, written } from './groups/written.ts';
import { finish, progress } from './report.ts';

const SIZES = [2, 10, 50, 100, 250] as const;
const SUITES: readonly Suite[] = ['xwing', 'x25519'];
const RUNS = 7;
/** The size at which rooms must be quick. */
const LARGE = 100;
/** An assumption, not a measurement: no phone is at hand where this runs. */
const PHONE = 4;
const PHONE_JOIN_MS = 600;
const PHONE_PROCESS_MS = 100;

const figures: Record<string, number> = {};
const ratios: Record<string, number> = {};
const at: Record<Suite, Map<number, Measured>> = { xwing: new Map(), x25519: new Map() };

await loadSodium();
for (const suite of SUITES) {
  for await (const group of grown(suite, SIZES)) {
    const measured = await measure(group, RUNS);
    at[suite].set(group.members, measured);
    progress(`${suite}, ${group.members} members`);
    for (const name of OPERATIONS) {
      const { parts, rest, total } = measured.where[name];
      const shares = PARTS.filter((part) => parts[part].calls > 0).map((part) => `${part} ${parts[part].ms.toFixed(1)} (${parts[part].calls})`);
      progress(`  ${name.padEnd(16)} ${measured.ms[name].toFixed(2).padStart(8)} ms; of ${total.toFixed(1)}: ${[...shares, `rest ${rest.toFixed(1)}`].join(', ')}`);
      const key = `${suite}, ${group.members}: ${name}`;
      figures[`${key}, ms`] = measured.ms[name];
      for (const part of PARTS) if (parts[part].calls > 0) figures[`${key}, share of ${part}`] = parts[part].ms / total;
      figures[`${key}, share of the rest`] = rest / total;
    }
    progress(`  ${Object.entries(measured.bytes).map(([name, bytes]) => `${name} ${bytes}`).join(', ')} bytes`);
    for (const [name, bytes] of Object.entries(measured.bytes)) figures[`${suite}, ${group.members}: ${name}, bytes`] = bytes;
  }
}

for await (const { members, written: by } of written('xwing', SIZES)) {
  for (const name of WRITERS) {
    const { bytes, records, stores } = by[name];
    progress(`xwing, ${members}: written for each ${name}: ${bytes.toFixed(0)} bytes in ${records.toFixed(1)} records (${Object.entries(stores).map(([store, share]) => `${store} ${share.toFixed(0)}`).join(', ')})`);
    figures[`xwing, ${members}: written, ${name}, bytes`] = bytes;
    figures[`xwing, ${members}: written, ${name}, records`] = records;
    for (const [store, share] of Object.entries(stores)) figures[`xwing, ${members}: written, ${name}, share of ${store}`] = share / bytes;
  }
}

const measuredAt = (suite: Suite, members: number): Measured => {
  const measured = at[suite].get(members);
  if (measured === undefined) throw new RangeError(`nothing was measured at ${members}`);
  return measured;
};
const large = measuredAt('xwing', LARGE);
for (const name of OPERATIONS) ratios[`${name} at ${LARGE}, X-Wing to X25519`] = large.ms[name] / measuredAt('x25519', LARGE).ms[name];

ratios['a phone to this machine, assumed'] = PHONE;
const slowest = Math.max(...(['process: update', 'process: remove', 'process: join'] as const).map((name) => large.ms[name]));
finish({
  name: 'groups', runs: RUNS, figures, ratios,
  bars: [
    { what: `join at ${LARGE} members, ms (a phone's ${PHONE_JOIN_MS} by ${PHONE})`, atMost: PHONE_JOIN_MS / PHONE, got: large.ms.join },
    { what: `slowest commit processed at ${LARGE} members, ms (a phone's ${PHONE_PROCESS_MS} by ${PHONE})`, atMost: PHONE_PROCESS_MS / PHONE, got: slowest },
  ],
});
