/** How moments and spans are written. */

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
  const found = kept.get(zone) ?? { day: new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' }), time: new Intl.DateTimeFormat('sv-SE', { timeZone: zone, timeStyle: 'medium' }) };
  kept.set(zone, found);
  return found;
}

/** Hours and minutes only. */
export function hour(moment: Date, zone: string): string {
  return time(moment, zone).slice(0, 5);
}

const STEPS: readonly (readonly [number, string])[] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
];

/** A span in the largest unit that says enough: "3 min", "2 h". */
export function span(seconds: number): string {
  for (const [size, unit] of STEPS) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${Math.max(0, Math.round(seconds))} s`;
}

/** What a call took: milliseconds while they say more. */
export function took(milliseconds: number): string {
  return milliseconds < 1_000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1_000).toFixed(1)} s`;
}

/** A date as Dime.Scheduler wrote it, its zone unknown or its own: only made easier to read. */
export function own(text: string | null | undefined): string | null {
  return text ? text.replace('T', ' ').replace(/\.\d+/, '').replace(/(\d\d:\d\d):00(?!:)/, '$1') : null;
}
