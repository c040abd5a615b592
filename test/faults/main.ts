/**
 * `npm run faults`: the relay's promises under faults, in the large. The short form of each is a test in test/node/faults/.
 *
 *   npm run faults             200 kills, 200 power cuts, and the rest: about ten minutes
 *   npm run faults -- --long   1,000 kills and 1,000 cuts
 *   npm run faults -- kill     only the parts named: kill, power, network, disk, clock
 *
 * Progress goes to stderr, one JSON object to stdout; exits 1 where a promise was broken. SOTTO_FAULTS_SEED repeats the dice of a run.
 */
import { parseArgs } from 'node:util';
import { finish, progress, type Bar } from '../bench/report.ts';
import type { Violation } from './checker/check.ts';
import { jumpingClock } from './clock.ts';
import { failingDisk } from './disk.ts';
import { killCycles } from './kill.ts';
import { badNetwork } from './network.ts';
import { powerCuts } from './power/cuts.ts';
import { chosenSeed } from './seed.ts';
import { Shim } from './shim/shim.ts';

interface Part {
  readonly figures: Readonly<Record<string, number>>;
  readonly bars: readonly Bar[];
}

interface Run {
  readonly seed: number;
  readonly long: boolean;
  /** A sentence where this machine has none. */
  readonly shim: Shim | string;
}

function judged(what: string, broken: readonly (Violation | string)[]): Bar {
  for (const one of broken.slice(0, 10)) progress(`  BROKEN ${what}: ${typeof one === 'string' ? one : `${one.rule}: ${one.what} in room ${one.room}`}`);
  return { what: `promises broken: ${what}`, atMost: 0, got: broken.length };
}

const PARTS: Readonly<Record<string, (run: Run) => Promise<Part | undefined>>> = {
  async kill({ seed, long }) {
    const wanted = long ? 1000 : 200;
    const { cycles, acked, unknown, violations } = await killCycles({ seed, cycles: wanted, rooms: 25, perHistory: 25, acks: 1500, progress: (line) => progress(`  ${line}`) });
    return {
      figures: { kills: cycles, 'kill: acked': acked, 'kill: without an answer': unknown },
      bars: [{ what: 'kills', atLeast: wanted, got: cycles }, { what: 'attempts that a kill left without an answer', atLeast: cycles, got: unknown }, judged('kill -9 under load', violations)],
    };
  },

  async power({ seed, long, shim }) {
    if (typeof shim === 'string') return undefined;
    const [workloads, each] = [long ? 20 : 5, 50];
    let [cuts, envelopes] = [0, 0];
    const broken: string[] = [];
    for (let i = 0; i < workloads; i++) {
      const result = await powerCuts({ shim, seed: seed + i, batches: 300, cuts: each });
      cuts += result.cuts;
      envelopes += result.envelopes;
      broken.push(...result.broken.map((sentence) => `seed ${seed + i}, ${sentence}`));
      progress(`  ${cuts} power cuts, ${envelopes} envelopes looked at, ${broken.length} promises broken`);
    }
    const proof = await powerCuts({ shim, seed, batches: 100, cuts: each, synchronous: 'NORMAL' });
    return {
      figures: { 'power cuts': cuts, 'power: envelopes looked at': envelopes },
      bars: [
        { what: 'power cuts', atLeast: 200, got: cuts }, judged('power cut', broken),
        { what: 'cuts that find a loss with synchronous=NORMAL, as the counter-proof', atLeast: 1, got: proof.broken.length },
      ],
    };
  },

  async network({ seed, long }) {
    const { acked, unknown, connections, violations } = await badNetwork({ seed, rooms: 12, acks: 10_000, each: long ? 500 : 100 });
    const bad = Object.entries(connections).reduce((sum, [manner, count]) => sum + (manner === 'plain' ? 0 : count), 0);
    progress(`  ${JSON.stringify(connections)}`);
    return {
      figures: { 'network: bad connections': bad, 'network: acked': acked, 'network: without an answer': unknown },
      bars: [{ what: 'connections that misbehaved', atLeast: 100, got: bad }, judged('a network that misbehaves', violations)],
    };
  },

  async disk({ seed, long, shim }) {
    if (typeof shim === 'string') return undefined;
    const figures: Record<string, number> = {};
    const bars: Bar[] = [];
    for (const fault of ['full', 'write-error', 'sync-error'] as const) {
      const times = long ? 30 : 8;
      const { told, health, recovery, read, violations } = await failingDisk({ shim, seed, fault, times, rooms: 12 });
      const code = fault === 'full' ? 'relay-full' : 'unavailable';
      progress(`  ${fault}, ${times} times: ${JSON.stringify(told)}, well again after ${Math.round(recovery)} ms at most`);
      figures[`disk, ${fault}: senders told`] = told[code] ?? 0;
      figures[`disk, ${fault}: ms until /healthz said that all is well`] = recovery;
      bars.push(
        judged(`disk, ${fault}`, violations), { what: `disk, ${fault}: senders told ${code}`, atLeast: times, got: told[code] ?? 0 },
        { what: `disk, ${fault}: times that /healthz said so`, atLeast: times, got: health.filter(({ status, problem }) => status === 503 && problem === (fault === 'full' ? 'disk-full' : 'io-error')).length },
        { what: `disk, ${fault}: envelopes read meanwhile`, atLeast: times, got: read },
      );
    }
    return { figures, bars };
  },

  async clock({ seed, long, shim }) {
    if (typeof shim === 'string') return undefined;
    const { jumps, acked, refused, lost, violations } = await jumpingClock({ shim, seed, rooms: 12, jumps: long ? 400 : 80 });
    return {
      figures: { 'clock: jumps': jumps, 'clock: acked': acked },
      bars: [judged('clock set back and forth', violations), { what: 'clock: refusals and lost connections', atMost: 0, got: refused + lost }],
    };
  },
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' }, long: { type: 'boolean' } } });
const unknown = positionals.filter((name) => !Object.hasOwn(PARTS, name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. The parts are: ${Object.keys(PARTS).join(', ')}.`);
  process.exit(2);
}
const run: Run = { seed: chosenSeed(), long: values.long === true, shim: Shim.make() };
progress(`SOTTO_FAULTS_SEED=${run.seed}`);
const figures: Record<string, number> = {};
const bars: Bar[] = [];
const skipped: string[] = [];
for (const [name, part] of Object.entries(PARTS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  progress(name);
  const began = performance.now();
  const result = await part(run);
  if (result === undefined) skipped.push(name);
  else {
    Object.assign(figures, result.figures, { [`${name}: seconds`]: (performance.now() - began) / 1000 });
    bars.push(...result.bars);
  }
}
if (typeof run.shim !== 'string') run.shim.dispose();
finish({
  name: `faults${run.long ? ', long' : ''}, seed ${run.seed}`, runs: 1, figures, ratios: {}, bars,
  ...(typeof run.shim === 'string' && skipped.length > 0 ? { skipped: `${skipped.join(', ')}: ${run.shim}` } : {}),
});
