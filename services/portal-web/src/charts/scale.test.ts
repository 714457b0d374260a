import { expect, test } from 'vitest';
import { niceCeiling, ticks } from '@/charts/scale';

test.each([
  [0, 4],
  [4, 4],
  [5, 5],
  [6, 10],
  [11, 20],
  [50, 50],
  [51, 100],
  [1200, 2000],
])('the axis for %d ends at %d', (value, end) => {
  expect(niceCeiling(value)).toBe(end);
});

test('ticks divide the axis by four', () => {
  expect(ticks(20)).toEqual([0, 5, 10, 15, 20]);
});

test('only whole numbers are ticks', () => {
  expect(ticks(10)).toEqual([0, 5, 10]);
});
