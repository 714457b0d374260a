import { expect, test } from 'vitest';
import { criteriaToQuery } from '@/list/criteriaQuery';

test('a criterion that the API takes several times is a list', () => {
  expect(criteriaToQuery('deliveries', { status: 'Failed\nSkipped', job_no: 'J1' })).toEqual({
    status: ['Failed', 'Skipped'],
    job_no: ['J1'],
  });
});

test('a criterion that the API takes once is a single value', () => {
  expect(
    criteriaToQuery('deliveries', {
      search: 'door lock',
      received_from: '2026-07-21T00:00:00Z',
      subject_begins: 'Inspect',
    }),
  ).toEqual({
    search: 'door lock',
    received_from: '2026-07-21T00:00:00Z',
    subject_begins: 'Inspect',
  });
});

test('numbers and booleans get their type', () => {
  expect(
    criteriaToQuery('deliveries', {
      appointment_id: '7\n8',
      attempt_from: '-1',
      troubled: 'true',
      code_empty: 'false',
    }),
  ).toEqual({ appointment_id: [7, 8], attempt_from: -1, troubled: true, code_empty: false });
});

test('a value of the wrong type stays a text, so that the API can name it', () => {
  expect(criteriaToQuery('deliveries', { appointment_id: 'seven', troubled: 'maybe' })).toEqual({
    appointment_id: ['seven'],
    troubled: 'maybe',
  });
});

test('the same name has a type of its own in each list', () => {
  expect(criteriaToQuery('deliveries', { action: 'create' })).toEqual({ action: ['create'] });
  expect(criteriaToQuery('audit', { action: 'retry' })).toEqual({ action: 'retry' });
});

test('an unknown criterion stays a list of texts', () => {
  expect(criteriaToQuery('deliveries', { color: 'red' })).toEqual({ color: ['red'] });
});
