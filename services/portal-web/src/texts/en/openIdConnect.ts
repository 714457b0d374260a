/** Texts of sign-in with OpenID Connect. The server sends the reason of a refusal, never a text. */

export const oidc = {
  submit: 'Sign in with %{label}',
  useLocal: 'Use a local account',
  local: 'Local account',
  kind: 'Signs in with',
  kindLocal: 'Password',
  kindOidc: 'OpenID Connect',
  roleOfProvider:
    'The OpenID Connect provider decides the role (%{role}) at each sign-in, and checks the password.',
  verify: 'Go to the provider',
  verifyLead:
    'The provider asks you to sign in again, and brings you back to this page. Then repeat the action within ten minutes.',
  refused: {
    state:
      'This sign-in has expired, or was started in another tab or browser. Start the sign-in again here.',
    used: 'This sign-in was used already. Start the sign-in again.',
    denied:
      'The sign-in was cancelled, or the provider does not allow it. Ask the administrator of the provider.',
    unavailable: 'The provider is unavailable. Sign in with a local account, or try again later.',
    provider:
      'The provider and the portal do not fit together. An administrator must compare the settings PORTAL_API_OIDC_* with the registration at the provider. The log of portal-api has the details.',
    code: 'The provider did not accept the sign-in. Start the sign-in again.',
    signature:
      'The ID token of the provider has no valid signature. Start the sign-in again. If this persists, report it to an administrator.',
    issuer:
      'The answer came from another issuer or tenant than PORTAL_API_OIDC_ISSUER and PORTAL_API_OIDC_TENANTS allow. Use another account, or ask an administrator.',
    audience:
      'The ID token is for another application. An administrator must check PORTAL_API_OIDC_CLIENT_ID.',
    nonce: 'The ID token belongs to another sign-in. Start the sign-in again.',
    clock:
      'The ID token has expired or is not valid yet. An administrator must check the clock of the server.',
    token: 'The ID token is incomplete or invalid. Report this to an administrator.',
    'no-role':
      'You have no role in this portal. Ask the administrator of the provider for one of the roles or groups in PORTAL_API_OIDC_ROLES. The provider sends them in the claim of PORTAL_API_OIDC_ROLES_CLAIM.',
    'no-name':
      'The provider sent no valid name for your account. An administrator must check PORTAL_API_OIDC_NAME_CLAIM.',
    'name-taken':
      'Another account has your name. Accounts are never merged. Ask an administrator for help.',
    disabled: 'Your account is disabled. Ask an administrator.',
    'other-account':
      'You signed in as another person than before. Sign in again with the account of this session.',
    'not-verified':
      'The provider did not ask you to sign in again. Report this to an administrator.',
    busy: 'Too many sign-ins at the same time. Try again in a few seconds.',
    database: 'The database cannot be reached now. Try again in a few seconds.',
  },
};
