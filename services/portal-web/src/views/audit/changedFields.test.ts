import { expect, test } from 'vitest';
import { changedFields } from '@/views/audit/changedFields';

test('only fields that differ are listed, nested ones under dotted names', () => {
  const before = { name: 'Orders', limits: { partitions: 1, total_timeout_s: 60 } };
  const after = { name: 'Orders', limits: { partitions: 2, total_timeout_s: 60 } };

  expect(changedFields(before, after)).toEqual([
    { field: 'limits.partitions', before: '1', after: '2' },
  ]);
});

test('a new object has no values before', () => {
  expect(changedFields(null, { name: 'Orders' })).toEqual([
    { field: 'name', before: '', after: 'Orders' },
  ]);
});

test('lists are compared as a whole', () => {
  expect(changedFields({ actions: ['create'] }, { actions: ['create', 'update'] })).toEqual([
    { field: 'actions', before: '["create"]', after: '["create","update"]' },
  ]);
});

test('a plain value is shown without a name', () => {
  expect(changedFields('old', 'new')).toEqual([{ field: '·', before: 'old', after: 'new' }]);
});
