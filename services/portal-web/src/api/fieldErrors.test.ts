import { expect, test } from 'vitest';
import { errorsByField } from '@/api/fieldErrors';

test('errors are nested by the path of their field, without the prefix of the body', () => {
  const errors = errorsByField([
    { field: 'body.uri', message: 'must be an address' },
    { field: 'body.limits.partitions', message: 'must be at least 1' },
    { field: 'limits.calls_in_flight', message: 'must be a number' },
  ]);

  expect(errors).toEqual({
    uri: 'must be an address',
    limits: { partitions: 'must be at least 1', calls_in_flight: 'must be a number' },
  });
});

test('a problem without field errors has none', () => {
  expect(errorsByField(undefined)).toEqual({});
});
