/** Texts of signing in, of the profile and of the accounts. */

export const role = {
  viewer: 'Viewer',
  operator: 'Operator',
  admin: 'Admin',
  viewerMay: 'can see everything except accounts and the audit',
  operatorMay: 'can also test connections, retry, archive and write notes',
  adminMay: 'can also change connectors and accounts, and read the audit',
};

export const signIn = {
  title: 'Sign in',
  lead: 'See the changes that Dime.Scheduler sent to your back offices, and fix those that failed.',
  name: 'Name',
  password: 'Password',
  submit: 'Sign in',
  refused:
    'The name or the password is wrong, or the account is disabled. Ask an administrator if you cannot sign in.',
  locked: 'Too many attempts. Wait %{seconds} s, then try again.',
  unreachable: 'The server cannot be reached. Check the network, then try again.',
  codeLead: 'Enter a code to finish the sign-in of %{name}.',
  back: 'Use another account',
  show: 'Show the characters',
  hide: 'Hide the characters',
  expired: 'Your session has ended. Sign in again to return to this page.',
  first:
    'No account yet? An administrator creates the first one on the server. See “Accounts” in the operations guide.',
};

export const users = {
  title: 'Users',
  lead: 'The accounts of this website. A first sign-in with OpenID Connect creates one.',
  create: 'Create an account',
  created: 'The account is created.',
  changed: 'The account is changed.',
  newPassword: 'Set a new password',
  passwordSet: 'The new password is set. All sessions of the account have ended.',
  disabled: 'Disabled',
  enabled: 'Enabled',
  you: 'you',
  firstHint: 'At least 12 characters. The owner must change this password at the first sign-in.',
  resetHint:
    'At least 12 characters. The sessions and API keys of the account end, and the owner must change the password.',
  security: 'Sign-in',
  secondFactor: 'Second factor',
  passwordOnly: 'Password only',
  mustChange: 'Must change the password',
  endSessions: 'End all sessions',
  sessionsEnded: 'All sessions of the account have ended.',
  resetSecondFactor: 'Remove the second factor',
  secondFactorReset: 'The second factor is removed. All sessions of the account have ended.',
  passwordHint: 'At least 12 characters. Length matters more than special characters.',
  lastSignIn: 'Last sign-in',
  never: 'never',
  save: 'Save',
  edit: 'Edit %{name}',
};

export const profile = {
  title: 'Profile',
  password: 'Password',
  old: 'Current password',
  new: 'New password',
  again: 'Repeat the new password',
  notSame: 'The two passwords differ.',
  change: 'Change the password',
  changed: 'The password is changed. Your other sessions have ended.',
  revokeKeys: 'Also revoke my API keys. Programs that use them stop working.',
  keys: 'API keys',
  keysLead: 'For programs that call the API. A key is shown only once.',
  createKey: 'Create a key',
  keyName: 'Purpose',
  expires: 'Valid until',
  expiresHint: 'Empty: 90 days.',
  noEnd: 'No end',
  daysLeft: '%{smart_count} day left |||| %{smart_count} days left',
  expired: 'Expired',
  keysEndSoon:
    'Some keys end within %{days} days. Create new keys, and give them to the programs in time.',
  keyOnce: 'Copy the key now. It is not shown again.',
  revoke: 'Revoke',
  revokeSure: 'Programs that use this key stop working at once.',
  revoked: 'The key is revoked.',
  preferences: 'Preferences',
  zone: 'Time zone',
  zoneHint: 'All times on these pages are in this zone. Empty: the zone of this device (%{zone}).',
};
