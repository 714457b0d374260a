import { expect, test } from 'vitest';
import { isUnsuccessful, STATUSES } from '@/api/statuses';

test('Success and Skipped are the only statuses outside Error Tracking', () => {
  expect(STATUSES.filter((status) => !isUnsuccessful(status))).toEqual(['Success', 'Skipped']);
});

test('a finished delivery without a status is unsuccessful', () => {
  expect(isUnsuccessful(null)).toBe(true);
});
