/** Times as people say them, in the language of the page. */
import { msg } from '@lit/localize';
import { plural } from './counts.ts';
import { spoken } from './spoken.ts';

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();
function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${spoken()} ${name}`;
  const known = formats.get(key);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat(spoken(), options);
  formats.set(key, made);
  return made;
}

const words = {
  get today() { return msg('Today'); },
  get yesterday() { return msg('Yesterday'); },
  get now() { return msg('just now'); },
  days: (count: number) => plural(count, msg('a day|{n} days')),
  weeks: (count: number) => plural(count, msg('a week|{n} weeks')),
  months: (count: number) => plural(count, msg('a month|{n} months')),
} as const;

const daysAgo = (at: number, now: number): number => Math.round((midnight(now) - midnight(at)) / DAY);

function midnight(at: number): number {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

/** 18:42 */
export const clockTime = (at: number): string => format('clock', { hour: 'numeric', minute: '2-digit' }).format(at);

/** Friday, 20 November 2026 at 18:42:07 */
export const exactTime = (at: number): string => format('exact', { dateStyle: 'full', timeStyle: 'medium' }).format(at);

/** In a list: the time of today, yesterday, a weekday, then a date. */
export function listTime(at: number, now: number = Date.now()): string {
  const ago = daysAgo(at, now);
  if (ago <= 0) return clockTime(at);
  if (ago === 1) return words.yesterday;
  if (ago < 7) return format('weekday', { weekday: 'short' }).format(at);
  if (new Date(at).getFullYear() === new Date(now).getFullYear()) return format('short date', { day: 'numeric', month: 'short' }).format(at);
  return format('year', { day: 'numeric', month: 'short', year: 'numeric' }).format(at);
}

/** The line above a day. */
export function dayName(at: number, now: number = Date.now()): string {
  const ago = daysAgo(at, now);
  if (ago === 0) return words.today;
  if (ago === 1) return words.yesterday;
  if (ago > 1 && ago < 7) return format('long weekday', { weekday: 'long' }).format(at);
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return sameYear
    ? format('day', { weekday: 'short', day: 'numeric', month: 'long' }).format(at)
    : format('day and year', { day: 'numeric', month: 'long', year: 'numeric' }).format(at);
}

/** Until something ends: "Sat, 28 Nov, 18:42". */
export const endTime = (at: number): string =>
  format('end', { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }).format(at);

/** "Sat 28 Nov"; today the hour. */
export const endDay = (at: number, now: number = Date.now()): string =>
  daysAgo(at, now) === 0 ? clockTime(at) : format('end day', { weekday: 'short', day: 'numeric', month: 'short' }).format(at);

/** 12 November 2026 */
export const dateOf = (at: number): string => format('date', { day: 'numeric', month: 'long', year: 'numeric' }).format(at);

/** How long something lasts by now: "9 weeks". */
export function longAgo(at: number, now: number = Date.now()): string {
  const days = Math.max(1, Math.floor((now - at) / DAY));
  if (days < 14) return words.days(days);
  return days < 120 ? words.weeks(Math.floor(days / 7)) : words.months(Math.floor(days / 30));
}

/** "3 hours ago", "in 5 days". */
export function fromNow(at: number, now: number = Date.now()): string {
  const relative = new Intl.RelativeTimeFormat(spoken(), { numeric: 'auto' });
  const minutes = Math.round((at - now) / 60_000);
  if (Math.abs(minutes) < 1) return words.now;
  if (Math.abs(minutes) < 60) return relative.format(minutes, 'minute');
  const hours = Math.round(minutes / 60);
  if (Math.abs(hours) < 24) return relative.format(hours, 'hour');
  return relative.format(daysAgo(now, at), 'day');
}
