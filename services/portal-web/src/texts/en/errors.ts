/** Texts of Error Tracking, and of the plan of an operation. */

export const errors = {
  held: 'Held lanes. Their transactions wait and continue automatically.',
  list: 'List',
  groups: 'By cause',
  overtaken: 'Overtaken',
  overtakenLead:
    'A newer version of these appointments arrived at the same back office. Nothing is missing there.',
  archiveOvertaken: 'Archive all overtaken',
  checkNow: 'Check now',
  retryAll: 'Retry All',
  archiveAll: 'Archive All',
  show: 'Show transactions',
  noteFor: 'Note about this cause',
  notePlaceholder: 'Who fixes it, and until when',
  saveNote: 'Save the note',
  noteSaved: 'The note is saved.',
  addNote: 'Add a note',
  lead: 'Transactions that were not sent successfully. Fix the cause, then retry. Archive those that you can ignore.',
  retryThese: 'Retry these',
  archiveThese: 'Archive these',
};

export const plan = {
  retry: 'Retry All',
  check: 'Check now',
  archive: 'Archive All',
  restore: 'Restore',
  making: 'Preparing the plan …',
  count: '%{smart_count} transaction |||| %{smart_count} transactions',
  byConnector: 'By connector',
  byCause: 'By cause',
  takes: 'At this pace it takes about %{duration}.',
  pace: 'Transactions per second, at most',
  paceHint: 'Choose a low number for a back office that has just recovered.',
  ramp: 'Start slowly',
  rampHint: 'Sends one at a time first, then faster as they succeed.',
  stopAt: 'Stop when this share fails (%)',
  stopAtHint: 'Empty: never stop.',
  startRetry: 'Retry %{smart_count} transaction |||| Retry %{smart_count} transactions',
  startCheck: 'Check %{smart_count} transaction |||| Check %{smart_count} transactions',
  startArchive: 'Archive %{smart_count} transaction |||| Archive %{smart_count} transactions',
  startRestore: 'Restore %{smart_count} transaction |||| Restore %{smart_count} transactions',
  nothing:
    'No transactions are left. They were sent in the meantime, or another user handled them.',
  changed: 'The transactions have changed. Check the new plan, then start again.',
  explainRetry:
    'Each transaction is sent again with the current MBOC settings. If a newer version of its appointment was already sent, it is skipped.',
  explainCheck:
    'Each back office is asked whether it has the record. Records that are missing are sent again. Only transactions with an unknown outcome are checked.',
  explainArchive: 'They leave Error Tracking and are not sent. You can restore them later.',
  explainRestore: 'They return to Error Tracking.',
  started: 'Started. Follow the progress under Operations.',
};
