/** How moments and spans are written. */

import type { Text } from '@/texts/texts';

export function zoneOfDevice(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Day and time to the second in a zone; the day is left out when it is today. */
export function written(moment: Date, zone: string, now = new Date()): string {
  const isToday = day(moment, zone) === day(now, zone);
  return isToday ? time(moment, zone) : `${day(moment, zone)} ${time(moment, zone)}`;
}

/** Day and time, always both. */
export function whole(moment: Date, zone: string): string {
  return `${day(moment, zone)} ${time(moment, zone)}`;
}

function day(moment: Date, zone: string): string {
  return formats(zone).day.format(moment);
}

export function time(moment: Date, zone: string): string {
  return formats(zone).time.format(moment);
}

const kept = new Map<string, { day: Intl.DateTimeFormat; time: Intl.DateTimeFormat }>();

/** Made once per zone: making one takes longer than a row. */
function formats(zone: string) {
  const found = kept.get(zone) ?? {
    day: new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }),
    time: new Intl.DateTimeFormat('sv-SE', { timeZone: zone, timeStyle: 'medium' }),
  };
  kept.set(zone, found);
  return found;
}

/** Hours and minutes only. */
export function hour(moment: Date, zone: string): string {
  return time(moment, zone).slice(0, 5);
}

/** What a browser's date field shows for an instant, to the minute in a zone. */
export function asEntered(instant: string | number, zone: string): string {
  const moment = new Date(instant);
  return Number.isNaN(moment.getTime()) ? '' : whole(moment, zone).replace(' ', 'T').slice(0, 16);
}

/**
 * The instant that somebody entered in a zone, one of the two where clocks are put back; none while
 * the year is still being typed.
 */
export function instantOf(entered: string, zone: string): string {
  if (!/^[1-9]\d{3}-/.test(entered)) return '';
  const asUtc = Date.parse(`${entered}Z`);
  const ahead = (at: number) => Date.parse(`${asEntered(at, zone)}Z`) - at;
  const at = asUtc - ahead(asUtc - ahead(asUtc));
  return Number.isNaN(at) ? '' : new Date(at).toISOString();
}

const STEPS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const;

/** A span in the largest unit that says enough: "3 min", "2 h". */
export function span(seconds: number, text: Text): string {
  const [size, unit] = STEPS.find(([step]) => seconds >= step) ?? [1, 's'];
  return text(`time.${unit}`, {
    count: Math.max(0, unit === 's' ? Math.round(seconds) : Math.floor(seconds / size)),
  });
}

/** What a call took: milliseconds while they say more. */
export function took(milliseconds: number, text: Text): string {
  return milliseconds < 1_000
    ? text('time.ms', { count: Math.round(milliseconds) })
    : text('time.s', { count: (milliseconds / 1_000).toFixed(1) });
}

/** A date as Dime.Scheduler wrote it, its zone unknown or its own: only made easier to read. */
export function own(text: string | null | undefined): string | null {
  return text
    ? text
        .replace('T', ' ')
        .replace(/\.\d+/, '')
        .replace(/(\d\d:\d\d):00(?!:)/, '$1')
    : null;
}
