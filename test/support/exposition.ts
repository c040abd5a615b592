/**
 * Reads Prometheus' text format as strictly as Prometheus does, so that what is not valid throws.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
 */
export interface Family {
  readonly type: string;
  readonly help: string;
  /** By the sample's name and labels as they are written. */
  readonly samples: Map<string, number>;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (\S+)$/;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]Inf|NaN)$/;
const SUFFIXES = ['_bucket', '_sum', '_count'];

const valueOf = (text: string): number => (text.endsWith('Inf') ? Number(text.replace('Inf', 'Infinity')) : Number(text));

export function readExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line must end with a line feed');
  const families = new Map<string, Family>();
  let current = '';
  for (const line of text.split('\n').slice(0, -1)) {
    const [, help, helped = '', about = ''] = /^# (HELP) (\S+) (.*)$/.exec(line) ?? [];
    const [, , typed = '', type = ''] = /^# (TYPE) (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line) ?? [];
    if (help !== undefined) {
      if (families.has(helped)) throw new Error(`${helped} comes twice`);
      families.set(helped, { type: '', help: about, samples: new Map() });
      current = helped;
    } else if (typed !== '') {
      if (typed !== current) throw new Error(`the type of ${typed} does not follow its help`);
      families.set(typed, { type, help: families.get(typed)?.help ?? '', samples: new Map() });
    } else {
      const [, name = '', labels = '', number = ''] = SAMPLE.exec(line) ?? [];
      if (!NUMBER.test(number)) throw new Error(`no sample: ${line}`);
      const family = families.get(current);
      const belongs = name === current || (family?.type === 'histogram' && SUFFIXES.some((suffix) => name === `${current}${suffix}`));
      if (family === undefined || !belongs) throw new Error(`${name} stands under ${current}`);
      const key = labels === '' ? name : `${name}{${labels}}`;
      if (family.samples.has(key)) throw new Error(`${key} comes twice`);
      family.samples.set(key, valueOf(number));
    }
  }
  for (const [name, family] of families) if (family.type === 'histogram') checkHistogram(name, family);
  return families;
}

function checkHistogram(name: string, { samples }: Family): void {
  const buckets = [...samples].filter(([key]) => key.startsWith(`${name}_bucket{`)).map(([key, count]) => ({ le: valueOf(/le="([^"]+)"/.exec(key)?.[1] ?? 'NaN'), count }));
  const ascending = buckets.every(({ le, count }, i) => i === 0 || (le > (buckets[i - 1]?.le ?? 0) && count >= (buckets[i - 1]?.count ?? 0)));
  if (buckets.length === 0 || !ascending || buckets.at(-1)?.le !== Number.POSITIVE_INFINITY) throw new Error(`${name} has no ascending classes that end with +Inf`);
  if (samples.get(`${name}_count`) !== buckets.at(-1)?.count || samples.get(`${name}_sum`) === undefined) throw new Error(`${name} has another count than its last class`);
}
