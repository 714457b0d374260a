import { expect, test } from 'vitest';
import { MAX_MATCHES, segmentsOf } from '@/views/transactions/sent/find';

test('every match is a segment in any case', () => {
  expect(segmentsOf('Job and job', 'JOB')).toEqual([
    { text: 'Job', match: 0 },
    { text: ' and ', match: null },
    { text: 'job', match: 1 },
  ]);
});

test('a text without a word or without a match stays in one segment', () => {
  expect(segmentsOf('Job', '')).toEqual([{ text: 'Job', match: null }]);
  expect(segmentsOf('Job', 'task')).toEqual([{ text: 'Job', match: null }]);
});

test('signs of patterns are plain text', () => {
  expect(segmentsOf('a.b [c]', '.b [')).toEqual([
    { text: 'a', match: null },
    { text: '.b [', match: 0 },
    { text: 'c]', match: null },
  ]);
});

test('no text is lost when a letter has a longer small form', () => {
  expect(segmentsOf('İ job', 'job')).toEqual([{ text: 'İ job', match: null }]);
});

test('the number of matches is limited, and the rest of the text stays', () => {
  const segments = segmentsOf('a'.repeat(MAX_MATCHES + 5), 'a');

  expect(segments.filter(({ match }) => match !== null)).toHaveLength(MAX_MATCHES);
  expect(segments.map(({ text }) => text).join('')).toHaveLength(MAX_MATCHES + 5);
});
