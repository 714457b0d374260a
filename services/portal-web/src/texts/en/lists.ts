/** Texts of all lists, and of a list without rows. */

export const appointments = {
  lead: 'One row per appointment, with its newest status at each connector.',
};

export const transactions = {
  lead: 'Every change, once for each connector of its Source App.',
};

export const list = {
  open: 'Open the details of %{what}',
  filter: 'Filter',
  clearFilter: 'Clear the filter',
  filters: 'Filter criteria',
  columns: 'Columns',
  density: 'Row height',
  comfortable: 'Comfortable',
  compact: 'Compact',
  defaultColumns: 'Default columns',
  unsavedChanges: 'Leave this page? Your unsaved changes will be lost.',
  export: 'Export',
  excel: 'Excel',
  csv: 'CSV, with commas',
  jsonl: 'JSON lines, for programs',
  more: 'More',
  newest: 'First page',
  previous: 'Previous',
  next: 'Next',
  page: 'Page %{page}',
  perPage: 'Rows per page',
  newRows: '%{smart_count} new |||| %{smart_count} new',
  manyNewRows: '%{count} or more new',
  showNewRows: 'Show new rows',
  refresh: 'Refresh',
  views: 'Saved views',
  saveView: 'Save this view',
  viewName: 'Name of the view',
  shared: 'Share with all users',
  noViews: 'No saved views yet. Set filter, order and columns, then save them under a name.',
  deleteView: 'Delete the view %{name}',
  save: 'Save',
  cancel: 'Cancel',
  select: 'Select %{what}',
  selectAll: 'Select all rows on this page',
  selected: '%{smart_count} selected |||| %{smart_count} selected',
  any: 'Any',
  yes: 'Yes',
  selectAllMatching: 'Select all that match the filter',
  allSelected: 'All that match the filter are selected',
  clearSelection: 'Clear the selection',
  keys: 'Move between rows with the arrow keys. Press Enter to open a row, Space to select it.',
  searchHint: 'Subject, numbers, reason …',
  viewSaved: 'The view is saved.',
};

export const empty = {
  filtered: 'Nothing matches these criteria.',
  filteredHint: 'Remove a criterion, or click the filter icon again to clear them all.',
  appointments: 'No appointments yet.',
  appointmentsHint:
    'An appointment appears here when a planner moves it in Dime.Scheduler and the webhook reaches ingest.',
  transactions: 'No transactions yet.',
  transactionsHint:
    'Each change that Dime.Scheduler reports becomes one transaction per connector of its Source App.',
  errors: 'No errors.',
  errorsHint:
    'Every transaction was sent successfully or archived. New failures appear here automatically.',
  causesHint:
    'Failures with the same code, reason and connector are counted together, because one fix can resolve them all.',
  operations: 'No operations yet.',
  operationsHint:
    'Retry All and Archive All in Error Tracking start operations. Follow, pause and cancel them here.',
  logs: 'No log messages found.',
  logsHint: 'Choose a lower level or another service to see more messages.',
  connectors: 'No connectors yet.',
  connectorsHint:
    'A connector (MBOC setting) sends the appointments of one Source App to one back office. Create the first connector, or import the list of your old portal.',
  users: 'No accounts.',
  usersHint: 'Create an account for each user. The audit shows the actions of each account.',
  audit: 'No entries yet.',
  auditHint: 'Every change on this website appears here, with the values before it.',
  figures: 'No transactions in this period.',
  lanes: 'No lanes. Create a connector, or start a dispatcher.',
  keys: 'No API keys.',
  versions: 'Only one version so far.',
  items: 'No transactions in this state.',
};
