/** What every benchmark prints: progress to stderr, and last, to stdout, one JSON object. Exits 1 where a bar is missed. */
import { cpus, totalmem } from 'node:os';

/** `goal`: what is striven for; missing it is told, and is no failure. */
export type Bar =
  | { readonly what: string; readonly atLeast: number; readonly got: number; readonly goal?: boolean }
  | { readonly what: string; readonly atMost: number; readonly got: number; readonly goal?: boolean };

const isMet = (bar: Bar): boolean => ('atLeast' in bar ? bar.got >= bar.atLeast : bar.got <= bar.atMost);

export interface Report {
  readonly name: string;
  /** Of each figure, how many times it was measured; the figures are medians. */
  readonly runs: number;
  /** The unit is in the name. */
  readonly figures: Readonly<Record<string, number>>;
  readonly ratios: Readonly<Record<string, number>>;
  readonly bars: readonly Bar[];
  /** What could not be measured here, and why. */
  readonly skipped?: string;
}

export const progress = (line: string): void => void process.stderr.write(`${line}\n`);

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  if (low === undefined || high === undefined) throw new RangeError('no values');
  return (low + high) / 2;
}

/** Three significant digits: more would claim too much. */
const rounded = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value.toPrecision(3))]));

export function finish({ name, runs, figures, ratios, bars, skipped }: Report): void {
  const judged = bars.map((bar) => ({ ...bar, got: Number(bar.got.toPrecision(3)), met: isMet(bar) }));
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.version };
  console.log(JSON.stringify({ name, machine, runs, ...(skipped === undefined ? {} : { skipped }), figures: rounded(figures), ratios: rounded(ratios), bars: judged }));
  if (judged.some(({ met, goal }) => !met && goal !== true)) process.exitCode = 1;
}
