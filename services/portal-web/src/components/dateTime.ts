/** Moments and durations as text. */

import type { TextFunction } from '@/texts/texts';

export function deviceTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Return day and time to the second, without the day if it is today. */
export function formatMoment(moment: Date, zone: string, now = new Date()): string {
  const isToday = formatDay(moment, zone) === formatDay(now, zone);
  return isToday
    ? formatTime(moment, zone)
    : `${formatDay(moment, zone)} ${formatTime(moment, zone)}`;
}

/** Return day and time to the second. */
export function formatDateTime(moment: Date, zone: string): string {
  return `${formatDay(moment, zone)} ${formatTime(moment, zone)}`;
}

function formatDay(moment: Date, zone: string): string {
  return formattersFor(zone).day.format(moment);
}

export function formatTime(moment: Date, zone: string): string {
  return formattersFor(zone).time.format(moment);
}

const cache = new Map<string, { day: Intl.DateTimeFormat; time: Intl.DateTimeFormat }>();

/** Formatters are cached by zone, because creating one takes longer than rendering a row. */
function formattersFor(zone: string) {
  const formatters = cache.get(zone) ?? {
    day: new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }),
    time: new Intl.DateTimeFormat('sv-SE', { timeZone: zone, timeStyle: 'medium' }),
  };
  cache.set(zone, formatters);
  return formatters;
}

/** Return hours and minutes. */
export function formatHour(moment: Date, zone: string): string {
  return formatTime(moment, zone).slice(0, 5);
}

/** Return an instant as a `datetime-local` input shows it, to the minute. */
export function toInputValue(instant: string | number, zone: string): string {
  const moment = new Date(instant);
  return Number.isNaN(moment.getTime())
    ? ''
    : formatDateTime(moment, zone).replace(' ', 'T').slice(0, 16);
}

/**
 * Return the instant that a `datetime-local` input holds. When clocks go back, it is one of the two
 * instants. The result is empty while the user types the year.
 */
export function parseInputValue(input: string, zone: string): string {
  if (!/^[1-9]\d{3}-/.test(input)) return '';
  const asUtc = Date.parse(`${input}Z`);
  const offsetAt = (at: number) => Date.parse(`${toInputValue(at, zone)}Z`) - at;
  const at = asUtc - offsetAt(asUtc - offsetAt(asUtc));
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

/** Return a duration in its largest unit, such as "3 min" or "2 h". */
export function formatDuration(seconds: number, text: TextFunction): string {
  const [size, unit] = UNITS.find(([step]) => seconds >= step) ?? [1, 's'];
  return text(`time.${unit}`, {
    count: Math.max(0, unit === 's' ? Math.round(seconds) : Math.floor(seconds / size)),
  });
}

/** Return the duration of a call, in milliseconds below one second. */
export function formatElapsed(milliseconds: number, text: TextFunction): string {
  return milliseconds < 1_000
    ? text('time.ms', { count: Math.round(milliseconds) })
    : text('time.s', { count: (milliseconds / 1_000).toFixed(1) });
}

/**
 * Return a date of Dime.Scheduler in a readable form. Its time zone is unknown, so it is not
 * converted.
 */
export function formatSourceDate(text: string | null | undefined): string | null {
  return text
    ? text
        .replace('T', ' ')
        .replace(/\.\d+/, '')
        .replace(/(\d\d:\d\d):00(?!:)/, '$1')
    : null;
}
