/** How moments and spans are written. */

import type { Text } from '@/texts/texts';

export function deviceTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Day and time to the second in a zone; the day is left out when it is today. */
export function formatMoment(moment: Date, zone: string, now = new Date()): string {
  const isToday = formatDay(moment, zone) === formatDay(now, zone);
  return isToday
    ? formatTime(moment, zone)
    : `${formatDay(moment, zone)} ${formatTime(moment, zone)}`;
}

/** Day and time, always both. */
export function formatDateTime(moment: Date, zone: string): string {
  return `${formatDay(moment, zone)} ${formatTime(moment, zone)}`;
}

function formatDay(moment: Date, zone: string): string {
  return formattersFor(zone).formatDay.format(moment);
}

export function formatTime(moment: Date, zone: string): string {
  return formattersFor(zone).formatTime.format(moment);
}

const cache = new Map<
  string,
  { formatDay: Intl.DateTimeFormat; formatTime: Intl.DateTimeFormat }
>();

/** Made once per zone: making one takes longer than a row. */
function formattersFor(zone: string) {
  const found = cache.get(zone) ?? {
    formatDay: new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }),
    formatTime: new Intl.DateTimeFormat('sv-SE', { timeZone: zone, timeStyle: 'medium' }),
  };
  cache.set(zone, found);
  return found;
}

/** Hours and minutes only. */
export function formatHour(moment: Date, zone: string): string {
  return formatTime(moment, zone).slice(0, 5);
}

/** What a browser's date field shows for an instant, to the minute in a zone. */
export function toInputValue(instant: string | number, zone: string): string {
  const moment = new Date(instant);
  return Number.isNaN(moment.getTime())
    ? ''
    : formatDateTime(moment, zone).replace(' ', 'T').slice(0, 16);
}

/**
 * The instant that somebody entered in a zone, one of the two where clocks are put back; none while
 * the year is still being typed.
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

/** A span in the largest unit that says enough: "3 min", "2 h". */
export function formatDuration(seconds: number, text: Text): string {
  const [size, unit] = UNITS.find(([step]) => seconds >= step) ?? [1, 's'];
  return text(`time.${unit}`, {
    count: Math.max(0, unit === 's' ? Math.round(seconds) : Math.floor(seconds / size)),
  });
}

/** What a call took: milliseconds while they say more. */
export function formatElapsed(milliseconds: number, text: Text): string {
  return milliseconds < 1_000
    ? text('time.ms', { count: Math.round(milliseconds) })
    : text('time.s', { count: (milliseconds / 1_000).toFixed(1) });
}

/** A date as Dime.Scheduler wrote it, its zone unknown or its own: only made easier to read. */
export function formatSourceDate(text: string | null | undefined): string | null {
  return text
    ? text
        .replace('T', ' ')
        .replace(/\.\d+/, '')
        .replace(/(\d\d:\d\d):00(?!:)/, '$1')
    : null;
}
