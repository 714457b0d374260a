import { expect, test } from 'vitest';
import { aConnector } from '@/api/testData';
import { EMPTY_FORM, toConnectorFields, toFormValues } from '@/views/connectors/formValues';

test('a connector survives the form', () => {
  const connector = aConnector({
    description: 'For orders',
    mapping: { fields: { Subject: 'Title' } },
    limits: {
      calls_in_flight: 4,
      calls_per_second: 0.5,
      connect_timeout_s: 5,
      total_timeout_s: 60,
      partitions: 2,
    },
  });

  const fields = toConnectorFields(toFormValues(connector));

  expect(fields).toMatchObject({
    name: 'Orders',
    description: 'For orders',
    uri: connector.uri,
    mapping: connector.mapping,
    limits: connector.limits,
  });
});

test('empty texts are sent as null, and empty limits as their defaults', () => {
  const fields = toConnectorFields({
    ...EMPTY_FORM,
    limits: {
      calls_in_flight: '',
      calls_per_second: ' ',
      connect_timeout_s: '',
      total_timeout_s: '',
      partitions: '',
    },
  });

  expect([fields.system, fields.uri, fields.mapping, fields.ca_certificate]).toEqual([
    null,
    null,
    null,
    null,
  ]);
  expect(fields.limits).toEqual({
    calls_in_flight: null,
    calls_per_second: null,
    connect_timeout_s: 5,
    total_timeout_s: 60,
    partitions: 1,
  });
});

test('names are trimmed, addresses and logins are sent as typed', () => {
  const fields = toConnectorFields({
    ...EMPTY_FORM,
    name: ' Orders ',
    uri: 'https://hooks.cronus.example/ ',
    authentication: { ...EMPTY_FORM.authentication, login: ' DIME' },
  });

  expect([fields.name, fields.uri, fields.authentication.login]).toEqual([
    'Orders',
    'https://hooks.cronus.example/ ',
    ' DIME',
  ]);
});

test('an untouched secret is not sent, and a removed one is sent empty', () => {
  expect(toConnectorFields(EMPTY_FORM)).not.toHaveProperty('password');
  expect(toConnectorFields({ ...EMPTY_FORM, password: '' })).toHaveProperty('password', '');
});

test('headers are sent only if the user entered some', () => {
  expect(toConnectorFields(EMPTY_FORM)).not.toHaveProperty('headers');
  expect(
    toConnectorFields({
      ...EMPTY_FORM,
      headers: [
        { name: 'X-Key', value: 'made-up' },
        { name: '', value: 'without a name' },
      ],
    }),
  ).toHaveProperty('headers', { 'X-Key': 'made-up' });
});

test('a mapping that is not JSON is refused before it is sent', () => {
  expect(() => toConnectorFields({ ...EMPTY_FORM, mapping: '{' })).toThrow(SyntaxError);
});
