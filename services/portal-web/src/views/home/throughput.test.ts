import { expect, test } from 'vitest';
import type { Figure } from '@/api/types';
import { percent, sumUp, toTimestamp } from '@/views/home/throughput';

const START = Date.parse('2026-07-21T08:00:00Z') / 1000;

function aFigure(at: string, values: Partial<Figure>): Figure {
  return { at, accepted: 0, success: 0, skipped: 0, failed: 0, refused: 0, ...values } as Figure;
}

test('every interval has a bar, also an empty one', () => {
  const { bars } = sumUp([aFigure('2026-07-21T08:01:00Z', { success: 2 })], START, 60, 3);

  expect(bars).toEqual([
    { at: '2026-07-21T08:00:00Z', counts: [0, 0, 0] },
    { at: '2026-07-21T08:01:00Z', counts: [2, 0, 0] },
    { at: '2026-07-21T08:02:00Z', counts: [0, 0, 0] },
  ]);
});

test('the figures of all connectors are added up', () => {
  const figures = [
    aFigure('2026-07-21T08:00:00Z', { accepted: 3, success: 1, failed: 1, refused: 1 }),
    aFigure('2026-07-21T08:00:00Z', { accepted: 1, skipped: 1 }),
  ];

  const { bars, ...sums } = sumUp(figures, START, 60, 1);

  expect(sums).toEqual({ accepted: 4, success: 1, skipped: 1, unsuccessful: 2 });
  expect(bars[0]?.counts).toEqual([1, 1, 2]);
});

test('a percentage is 100 only if all succeeded', () => {
  expect(percent(1_999, 2_000)).toBe('99.9');
  expect(percent(2_000, 2_000)).toBe('100');
  expect(percent(0, 7)).toBe('0.0');
});

test('timestamps have no fraction of a second', () => {
  expect(toTimestamp(START)).toBe('2026-07-21T08:00:00Z');
});
