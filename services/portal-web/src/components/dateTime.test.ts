import { describe, expect, test } from 'vitest';
import {
  formatDateTime,
  formatDuration,
  formatElapsed,
  formatHour,
  formatMoment,
  formatSourceDate,
  parseInputValue,
  toInputValue,
} from '@/components/dateTime';
import type { TextFunction } from '@/texts/texts';

const NOON = new Date('2026-07-21T12:30:15Z');
const text: TextFunction = (key, values) => `${values?.count ?? ''} ${key.replace('time.', '')}`;

describe('a moment', () => {
  test('is shown in the chosen time zone', () => {
    expect(formatDateTime(NOON, 'Asia/Tokyo')).toBe('2026-07-21 21:30:15');
    expect(formatHour(NOON, 'America/New_York')).toBe('08:30');
  });

  test('has no day if it is today in that zone', () => {
    const now = new Date('2026-07-21T14:59:00Z');

    expect(formatMoment(NOON, 'Asia/Tokyo', now)).toBe('21:30:15');
  });

  test('has its day if the day has changed in that zone', () => {
    const now = new Date('2026-07-21T15:01:00Z');

    expect(formatMoment(NOON, 'Asia/Tokyo', now)).toBe('2026-07-21 21:30:15');
  });
});

describe('the input of a moment', () => {
  test('is read in the chosen time zone', () => {
    expect(parseInputValue('2026-07-07T08:30', 'America/New_York')).toBe(
      '2026-07-07T12:30:00.000Z',
    );
    expect(parseInputValue('2026-12-07T08:30', 'America/New_York')).toBe(
      '2026-12-07T13:30:00.000Z',
    );
  });

  test('is one of the two instants when clocks go back', () => {
    const instant = parseInputValue('2026-10-25T02:30', 'Europe/Brussels');

    expect(['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z']).toContain(instant);
  });

  test.each(['', '0202-07-21T08:30', '2026-07', '2026-99-99T08:30'])(
    'is empty or a whole moment, never an error: %s',
    (input) => {
      expect(parseInputValue(input, 'UTC')).toMatch(/^$|^2026-07-01T/);
    },
  );

  test('shows the instant that it was read as', () => {
    const instant = parseInputValue('2026-07-07T08:30', 'Asia/Kolkata');

    expect(toInputValue(instant, 'Asia/Kolkata')).toBe('2026-07-07T08:30');
  });

  test('is empty for a text that is no date', () => {
    expect(toInputValue('yesterday', 'UTC')).toBe('');
  });
});

test.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3599, '59 min'],
  [7200, '2 h'],
  [200_000, '2 d'],
  [-3, '0 s'],
])('%d seconds are written as %s', (seconds, written) => {
  expect(formatDuration(seconds, text)).toBe(written);
});

test('a call below one second is written in milliseconds', () => {
  expect(formatElapsed(999, text)).toBe('999 ms');
  expect(formatElapsed(1_500, text)).toBe('1.5 s');
});

test.each([
  ['2026-07-21T08:00:00', '2026-07-21 08:00'],
  ['2026-07-21T08:00:30.125', '2026-07-21 08:00:30'],
  ['2026-07-21T08:00:00+02:00', '2026-07-21 08:00+02:00'],
])('a date of Dime.Scheduler is only shortened: %s', (date, written) => {
  expect(formatSourceDate(date)).toBe(written);
});

test('a missing date of Dime.Scheduler stays missing', () => {
  expect(formatSourceDate(null)).toBeNull();
  expect(formatSourceDate('')).toBeNull();
});
