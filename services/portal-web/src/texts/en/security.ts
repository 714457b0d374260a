/** Texts of the second factor, the verification, the sessions and the notices. */

export const verification = {
  title: 'Enter your password again',
  lead: 'This is a sensitive change, and you last entered your password some time ago. Your entries are not lost.',
  password: 'Your password',
  submit: 'Continue',
};

export const strength = {
  label: 'Strength',
  short: 'Too short: at least 12 characters',
  veryWeak: 'Guessed at once',
  weak: 'Easy to guess',
  fair: 'Can be guessed: add a word',
  strong: 'Hard to guess',
  veryStrong: 'Very hard to guess',
};

export const secondFactor = {
  title: 'Second factor',
  lead: 'A code of an authenticator app, in addition to your password.',
  on: 'On',
  off: 'Off',
  left: '%{smart_count} recovery code left |||| %{smart_count} recovery codes left',
  enrol: 'Set up a second factor',
  replace: 'Use another phone',
  renew: 'Create new recovery codes',
  disable: 'Disable the second factor',
  disableLead: 'Afterwards the password alone signs you in.',
  disabled: 'The second factor is disabled.',
  begin: 'Show the QR code',
  scan: 'Scan this image with an authenticator app, then enter the code that the app shows.',
  qrCode: 'QR code with the secret of your account',
  byHand: 'Without a camera, enter this secret in the app:',
  secret: 'Secret',
  code: 'Code',
  codeHint: 'Six digits of your authenticator app, or a recovery code.',
  firstCodeHint: 'Six digits that the app shows now.',
  confirm: 'Confirm',
  enrolled: 'Your second factor is ready. Your other sessions have ended.',
  recoveryCodes: 'Recovery codes',
  recoveryLead:
    'If you lose your phone, each of these codes signs you in once. Store them in a safe place, because they are not shown again.',
  copy: 'Copy the codes',
  download: 'Download the codes',
  stored: 'I have stored the recovery codes',
  done: 'Finish',
};

export const sessions = {
  title: 'Sessions',
  lead: 'The browsers in which you are signed in. A further sign-in after twenty ends the oldest.',
  browser: 'Browser',
  address: 'Address',
  signedIn: 'Signed in',
  current: 'This browser',
  end: 'End',
  endOne: 'End the session of %{browser} at %{address}',
  ended: 'The session has ended.',
  endAll: 'Sign out everywhere',
};

export const notices = {
  password_reset: 'Your password was reset by %{by} at %{at}.',
  second_factor_reset: 'Your second factor was removed by %{by} at %{at}.',
  failed_sign_ins:
    'There was %{smart_count} failed sign-in with your name before %{at}. |||| There were %{smart_count} failed sign-ins with your name before %{at}.',
  dismiss: 'Dismiss',
};

export const restriction = {
  password: 'Change your password',
  passwordLead:
    'Another person chose your password, so only you should know the next one. Then you can go on.',
  second_factor: 'Set up a second factor',
  second_factorLead:
    'Your account needs a code of an authenticator app, in addition to your password. Then you can go on.',
};
