/** Sizes and lengths as people say them. */
import { msg, str } from '@lit/localize';
import { spoken } from './spoken.ts';

const STEPS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** "2.4 MB"; bytes. */
export function fileSize(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(STEPS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1000 ** step;
  const digits = step === 0 || amount >= 99.5 ? 0 : 1;
  return new Intl.NumberFormat(spoken(), { style: 'unit', unit: STEPS[step] ?? 'byte', unitDisplay: step === 0 ? 'long' : 'short', maximumFractionDigits: digits }).format(amount);
}

/** "1:05"; milliseconds. */
export function clockLength(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const two = new Intl.NumberFormat(spoken(), { minimumIntegerDigits: 2 });
  const one = new Intl.NumberFormat(spoken(), { useGrouping: false });
  return `${one.format(Math.floor(seconds / 60))}:${two.format(seconds % 60)}`;
}

/** For a screen reader: "1 min 5 sec". */
export function spokenLength(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const unit = (name: 'minute' | 'second', amount: number): string => new Intl.NumberFormat(spoken(), { style: 'unit', unit: name, unitDisplay: 'long' }).format(amount);
  return seconds < 60 ? unit('second', seconds) : msg(str`${unit('minute', Math.floor(seconds / 60))} ${unit('second', seconds % 60)}`);
}
