import { expect, test } from 'vitest';
import { criteriaToParams, joinValues, paramsToCriteria, splitValues } from '@/list/multiValue';

test('values survive being joined and split', () => {
  const values = ['Failed', 'Invalid MBOC URI', 'a, b'];

  expect(splitValues(joinValues(values))).toEqual(values);
});

test('an empty criterion has no values', () => {
  expect(splitValues('')).toEqual([]);
});

test('a criterion with several values repeats its name in the address', () => {
  const criteria = { status: joinValues(['Failed', 'Skipped']), job_no: 'J1', code: '' };

  expect(criteriaToParams(criteria)).toEqual([
    ['status', 'Failed'],
    ['status', 'Skipped'],
    ['job_no', 'J1'],
  ]);
});

test('an address restores the criteria', () => {
  const criteria = { status: joinValues(['Failed', 'Skipped']), job_no: 'J1' };

  expect(paramsToCriteria(criteriaToParams(criteria))).toEqual(criteria);
});
