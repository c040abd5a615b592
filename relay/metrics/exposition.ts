/** Prometheus' text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
import type { Histogram } from '../counters.ts';
import { assertNever } from '../../shared/never.ts';

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

interface Named {
  readonly name: string;
  readonly help: string;
}

export interface Sample {
  /** One label and its value; values are words of ours, never of clients. */
  readonly label?: readonly [name: string, value: string];
  readonly value: number;
}

export type Metric =
  | (Named & { readonly type: 'counter' | 'gauge'; readonly samples: readonly Sample[] })
  /** `per`: how many of the histogram's units make one of the metric's. */
  | (Named & { readonly type: 'histogram'; readonly histogram: Histogram; readonly per: number });

export const exposition = (metrics: readonly Metric[]): string => metrics.map((metric) => `${head(metric)}${lines(metric).join('')}`).join('');

const head = ({ name, help, type }: Metric): string => `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`;

function lines(metric: Metric): readonly string[] {
  const { name, type } = metric;
  switch (type) {
    case 'counter':
    case 'gauge':
      return metric.samples.map(({ label, value }) => `${name}${labels(label)} ${number(value)}\n`);
    case 'histogram': {
      const { histogram: { bounds, counts, sum }, per } = metric;
      let count = 0;
      const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, i) => `${name}_bucket${labels(['le', number(bound / per)])} ${(count += counts[i] ?? 0)}\n`);
      return [...buckets, `${name}_sum ${number(sum / per)}\n`, `${name}_count ${count}\n`];
    }
    default:
      return assertNever(type);
  }
}

const labels = (label: Sample['label']): string =>
  label === undefined ? '' : `{${label[0]}="${label[1].replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"}`;

function number(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
