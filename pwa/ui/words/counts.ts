import { spoken } from './spoken.ts';

/** What Unicode calls the kinds of number that a language tells apart (CLDR), in the order in which a message has them. */
const KINDS = ['zero', 'one', 'two', 'few', 'many', 'other'] as const;

/** 1,234 as one writes it here. */
export const number = (value: number): string => new Intl.NumberFormat(spoken()).format(value);

/** "7 days". */
export const lasting = (value: number, unit: 'second' | 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year'): string =>
  new Intl.NumberFormat(spoken(), { style: 'unit', unit, unitDisplay: 'long' }).format(value);

/** "Anna, Ben and Carla". */
export const listed = (parts: readonly string[]): string => new Intl.ListFormat(spoken(), { type: 'conjunction' }).format(parts);

/** The kinds that a language has, as a message gives them: English "one" and "other", Arabic all six, Japanese "other" alone. */
export function kindsOf(language: string): readonly Intl.LDMLPluralRule[] {
  const known = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  return KINDS.filter((kind) => known.includes(kind));
}

/**
 * The one of several whole sentences that is said of so many: `plural(n, msg('{n} person|{n} people'))`. A translation has
 * as many as its language tells apart, in the order zero, one, two, few, many, other; the last stands for those that it leaves out.
 * `{n}` is the number, `{name}` what else is named so: put in after choosing, so that no name can be taken for a sentence.
 */
export function plural(count: number, message: string, values: Readonly<Record<string, string>> = {}): string {
  const sentences = message.split('|');
  const kinds = kindsOf(spoken().split('-', 1)[0] ?? 'en');
  const sentence = sentences[kinds.indexOf(new Intl.PluralRules(spoken()).select(count))] ?? sentences.at(-1) ?? '';
  return sentence.replaceAll(/\{(\w+)\}/gu, (whole, name: string) => (name === 'n' ? number(count) : values[name] ?? whole));
}
