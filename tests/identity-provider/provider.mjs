/**
 * A real OpenID Connect provider for the tests, on loopback.
 *
 * Run it as `node provider.mjs '{"issuer": ..., "port": ..., "clients": [...], "accounts": {...}}'`.
 * `accounts` holds the claims of each login. Every password is right. It prints `ready`, and ends
 * when its standard input ends, so that it never outlives a test.
 */

import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { issuer, port, clients, accounts } = JSON.parse(process.argv[2]);

const provider = new Provider(issuer, {
  clients,
  claims: { openid: ['sub', 'roles', 'realm_access'], profile: ['preferred_username'], email: ['email'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['a key of the tests'] },
  pkce: { required: () => true },
  findAccount: (_, login) => ({
    accountId: login,
    claims: () => ({ sub: login, preferred_username: login, ...accounts[login] }),
  }),
  // every account has consented, as in a company's own provider
  loadExistingGrant: async (context) => {
    const { client, session } = context.oidc;
    const grant = new context.oidc.provider.Grant({
      accountId: session.accountId,
      clientId: client.clientId,
    });
    grant.addOIDCScope('openid profile email');
    await grant.save();
    return grant;
  },
});

createServer(provider.callback()).listen(port, '127.0.0.1', () => console.log('ready'));
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
