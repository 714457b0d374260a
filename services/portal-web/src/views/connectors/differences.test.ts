import { expect, test } from 'vitest';
import { aConnector, aVersion } from '@/api/testData';
import { differences, fieldLabelKey, versionDifferences } from '@/views/connectors/differences';

test('equal connectors have no differences', () => {
  expect(differences(aConnector(), aConnector({ version: 2 }))).toEqual([]);
});

test('each field that differs has its values before and after', () => {
  const after = aConnector({ uri: null, actions: ['create'], enabled: false });

  expect(differences(aConnector(), after)).toEqual([
    { field: 'field.enabled', before: 'true', after: 'false' },
    { field: 'field.uri', before: 'https://hooks.cronus.example/', after: '' },
    {
      field: 'connectors.label.actions',
      before: 'create, update, delete',
      after: 'create',
    },
  ]);
});

test('a secret that was replaced is listed without its value', () => {
  const before = aVersion({ secrets: ['password'], secrets_entered: { password: 1 } });
  const after = aVersion({ secrets: ['password'], secrets_entered: { password: 2 } });

  expect(versionDifferences(before, after, 'replaced')).toEqual([
    { field: 'connectors.label.password', before: '•••', after: '••• (replaced)' },
  ]);
});

test('a secret that is new is listed among the secrets that are set', () => {
  const after = aVersion({ secrets: ['password'], secrets_entered: { password: 2 } });

  expect(versionDifferences(aVersion(), after, 'replaced')).toEqual([
    { field: 'connectors.label.secrets', before: '', after: 'password' },
  ]);
});

test('fields and secrets of the API have labels', () => {
  expect(fieldLabelKey('limits.partitions')).toBe('connectors.label.partitions');
  expect(fieldLabelKey('secrets.password')).toBe('connectors.label.password');
  expect(fieldLabelKey('unheard_of')).toBeUndefined();
});
