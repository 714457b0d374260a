import { expect, test } from 'vitest';
import { daysLeft, endsSoon } from '@/views/profile/keyLifetime';

const NOW = Date.parse('2026-07-21T12:00:00Z');

test('a key without an end has no days left to count', () => {
  expect(daysLeft({ expires_at: null }, NOW)).toBeNull();
  expect(endsSoon({ expires_at: null }, NOW)).toBe(false);
});

test('a key that ends within two weeks ends soon', () => {
  expect(daysLeft({ expires_at: '2026-08-04T11:00:00Z' }, NOW)).toBe(14);
  expect(endsSoon({ expires_at: '2026-08-04T11:00:00Z' }, NOW)).toBe(true);
  expect(endsSoon({ expires_at: '2026-08-04T13:00:00Z' }, NOW)).toBe(false);
});

test('an expired key does not end soon', () => {
  expect(endsSoon({ expires_at: '2026-07-21T11:00:00Z' }, NOW)).toBe(false);
});
