/** Texts of statuses, phases, triggers and actions. The eight statuses stay to the letter. */

export const status = {
  none: 'In progress',
  Success: 'Success',
  'MBOC Publish Disabled': 'MBOC Publish Disabled',
  'MBOC Not Provided': 'MBOC Not Provided',
  'Invalid MBOC Back Office System': 'Invalid MBOC Back Office System',
  'Invalid MBOC Back Office Type': 'Invalid MBOC Back Office Type',
  'Invalid MBOC URI': 'Invalid MBOC URI',
  Skipped: 'Skipped',
  Failed: 'Failed',
};

/** The meaning of each status. */
export const statusMeaning = {
  Success: 'The back office received it. Only the back office knows whether the data is valid.',
  'MBOC Publish Disabled': 'The connector is disabled, so nothing was sent.',
  'MBOC Not Provided':
    'The appointment is not linked to a task and job, or no connector has the Source App of its job.',
  'Invalid MBOC Back Office System':
    'The connector has no System. It must be BC, NAV, CRM or a webhook.',
  'Invalid MBOC Back Office Type': 'The connector has an unknown System or API type.',
  'Invalid MBOC URI': 'The URI of the connector is empty or malformed.',
  Skipped:
    'A newer version of the appointment was already sent, or the connector does not take this action. No data is missing.',
  Failed: 'The attempt failed. See the reason below.',
};

/** The next step of an administrator, for each status. */
export const nextStep = {
  Success: 'Nothing. If the record looks wrong, check it in the back office.',
  'MBOC Publish Disabled': 'Enable the connector, then retry.',
  'MBOC Not Provided':
    'Link the appointment to a task and job in Dime.Scheduler, or set this Source App in a connector. Then retry.',
  'Invalid MBOC Back Office System': 'Set System in the MBOC settings, then retry.',
  'Invalid MBOC Back Office Type': 'Correct System or API type in the MBOC settings, then retry.',
  'Invalid MBOC URI': 'Enter the URI in the MBOC settings, test the connection, then retry.',
  Skipped: 'Nothing.',
  Failed: 'Fix the reason, test the connection, then retry.',
};

/** An outcome that the answer of the back office did not confirm. */
export const outcome = {
  unknown: 'Outcome unknown',
  unknownMeaning: 'No answer came, so the back office may have stored the appointment.',
  nextStep:
    'Wait for the next check, or check now. A check asks the back office, and sends the appointment only if it is missing. If the back office cannot be asked, look there first. A retry sends the appointment again.',
  check: 'Last check',
  next: 'Next check:',
  noNext: 'There is no further automatic check.',
};

/** The states of a received record at the back office. */
export const applied = {
  waiting: 'Waiting',
  applied: 'Applied',
  refused: 'Refused',
  reverted: 'Reverted',
  'cannot be told': 'Cannot be told',
};

export const appliedMeaning = {
  waiting: 'The back office has the record and has not processed it yet.',
  applied: 'The back office has processed the record.',
  refused: 'The back office received the record and refused to process it.',
  reverted: 'The back office processed the record and then reverted it.',
  'cannot be told': 'The back office did not report the state of the record.',
};

export const phase = {
  pending: 'Pending',
  'in progress': 'In progress',
  held: 'Held',
  done: 'Done',
  archived: 'Archived',
};

/** The meaning of each phase. */
export const phaseMeaning = {
  pending: 'The transaction waits in the lane of its connector.',
  'in progress': 'The transaction is being sent to the back office.',
  held: 'The back office does not work, so its lane is held. Single calls test it, and the lane continues automatically.',
  done: 'The last attempt has ended.',
  archived: 'The transaction is archived.',
};

export const trigger = {
  Service: 'Service',
  Website: 'Website',
  'Timer job': 'Timer job',
};

export const action = {
  create: 'Create',
  update: 'Update',
  delete: 'Delete',
};
