/** Texts around every page: menu, top bar, footer and errors. */

export const app = {
  name: 'Back Office Connector',
  skip: 'Skip to the content',
  loading: 'Loading …',
};

export const menu = {
  label: 'Views',
  open: 'Open the menu',
  close: 'Close the menu',
  collapse: 'Collapse the menu',
  expand: 'Expand the menu',
  home: 'Home',
  appointments: 'Appointments',
  transactions: 'Transactions',
  errors: 'Error Tracking',
  operations: 'Operations',
  logs: 'Logs',
  status: 'Status',
  connectors: 'Connectors',
  users: 'Users',
  audit: 'Audit',
  profile: 'Profile',
  watch: 'Monitor',
  run: 'Operate',
  setUp: 'Set up',
  waiting:
    '%{smart_count} transaction not sent successfully |||| %{smart_count} transactions not sent successfully',
};

export const shell = {
  theme: 'Theme',
  light: 'Light',
  dark: 'Dark',
  system: 'Same as the system',
  account: 'Account',
  signOut: 'Sign out',
  docs: 'API documentation',
  footer: 'Status',
  live: 'Live',
  notLive: 'Live updates are interrupted. The website reconnects automatically.',
  copied: 'Copied',
  copy: 'Copy %{what}',
};

export const state = {
  well: 'Healthy',
  troubled: 'Degraded',
  down: 'Down',
  unknown: 'Unknown',
};

export const error = {
  title: 'This cannot be shown now',
  retry: 'Try again',
  unreachable:
    'The server cannot be reached. Check the network. The website tries again automatically.',
  forbidden: 'This needs a higher role than yours. Ask an administrator.',
  unverified: 'Nothing was changed, because you did not enter your password again.',
  notFound: 'This does not exist, or was deleted.',
  databaseUnavailable:
    'The database cannot be reached now. No data is lost. See the Status page for details.',
  bug: 'An error occurred in the website. Reload the page. If it happens again, report your last steps to an administrator.',
  home: 'Go to Home',
  notYet: 'This server does not have this part of the API.',
  invalid: 'Some fields are invalid. Correct them, then save again.',
};

export const notFound = {
  title: 'Page not found',
  lead: 'The address may be outdated or incomplete.',
};
