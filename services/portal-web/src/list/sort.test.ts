import { expect, test } from 'vitest';
import { isDescending, nextSort, sortField } from '@/list/sort';

test('a first click sorts moments from the newest down', () => {
  expect(nextSort('subject', 'received_at')).toBe('-received_at');
  expect(nextSort('subject', 'at')).toBe('-at');
});

test('a first click sorts everything else from the lowest up', () => {
  expect(nextSort('-received_at', 'subject')).toBe('subject');
  expect(nextSort('-received_at', 'attempt')).toBe('attempt');
});

test('a second click reverses the order', () => {
  expect(nextSort('subject', 'subject')).toBe('-subject');
  expect(nextSort('-subject', 'subject')).toBe('subject');
  expect(nextSort('-received_at', 'received_at')).toBe('received_at');
});

test('an order has a field and a direction', () => {
  expect([sortField('-at'), isDescending('-at')]).toEqual(['at', true]);
  expect([sortField('at'), isDescending('at')]).toEqual(['at', false]);
});
