import { expect, test } from 'vitest';
import { aConnector } from '@/api/testData';
import { secretsToEnterAgain } from '@/views/connectors/destinations';
import { toFormValues } from '@/views/connectors/formValues';

const client = aConnector({
  system: 'Webhook',
  uri: 'https://hook.example/a',
  secrets: ['client_secret', 'headers', 'signing_secret', 'uri_query', 'token_query'],
  authentication: {
    type: 'OAuth2 (secret in body)',
    login: null,
    client_id: 'app',
    tenant_id: null,
    token_url: 'https://login.example/token',
    scope: null,
  },
});
const user = aConnector({
  system: 'NAV',
  uri: 'https://nav.example/WS',
  secrets: ['password', 'signing_secret'],
  authentication: { ...client.authentication, type: 'NTLM', login: 'DIME' },
});

test('no secret must be entered again while nothing moves', () => {
  for (const connector of [client, user])
    expect(secretsToEnterAgain(connector, toFormValues(connector))).toEqual({});
});

test.each(['HTTPS://Hook.Example:443/other', 'https://hook.example./a'])(
  'another spelling of the origin moves nothing: %s',
  (uri) => {
    expect(secretsToEnterAgain(client, { ...toFormValues(client), uri })).toEqual({});
  },
);

test.each(['http://hook.example/a', 'https://hook.example:444/a', 'https://other.example/a'])(
  'another origin moves each secret that goes there: %s',
  (uri) => {
    expect(secretsToEnterAgain(client, { ...toFormValues(client), uri })).toEqual({
      client_secret: ['address'],
      headers: ['address'],
      signing_secret: ['address'],
      uri_query: ['address'],
    });
  },
);

test('a query in the address is entered by it', () => {
  const values = { ...toFormValues(client), uri: 'https://other.example/a?sig=1' };

  expect(secretsToEnterAgain(client, values)).not.toHaveProperty('uri_query');
});

test('another token endpoint or tenant moves the client secret', () => {
  const values = toFormValues(client);
  const token_url = 'https://other.example/token';

  const found = secretsToEnterAgain(client, {
    ...values,
    authentication: { ...values.authentication, token_url },
  });

  expect(found).toEqual({ client_secret: ['token_endpoint'], token_query: ['token_endpoint'] });
});

test('a password that becomes readable must be entered again', () => {
  const values = toFormValues(user);

  const found = secretsToEnterAgain(user, {
    ...values,
    authentication: { ...values.authentication, login: 'basic=DIME' },
  });

  expect(found).toEqual({ password: ['scheme'] });
});

test('an unused secret stays', () => {
  const values = { ...toFormValues(user), uri: '' };

  expect(secretsToEnterAgain(user, values)).toEqual({});
});
