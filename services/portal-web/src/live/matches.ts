/** The test whether a live event belongs on the current list. */

import { isOutcomeUnknown, isUnsuccessful } from '@/api/statuses';
import type { Delivery } from '@/api/types';
import { splitValues } from '@/list/multiValue';

const EVENT_FIELDS: Record<string, (event: Delivery) => string | number | null | undefined> = {
  status: (event) => event.status,
  phase: (event) => event.phase,
  connector_id: (event) => event.connector_id,
  transaction_id: (event) => event.transaction_id,
  code: (event) => event.code,
  cause: (event) => event.cause,
  action: (event) => event.action,
  trigger: (event) => event.trigger,
  source_app: (event) => event.appointment?.source_app,
  job_no: (event) => event.appointment?.job_no,
  task_no: (event) => event.appointment?.task_no,
  appointment_id: (event) => event.appointment?.appointment_id,
  appointment_key: (event) => event.appointment?.key,
  applied: (event) => event.applied?.state,
  outcome_unknown: (event) => String(isOutcomeUnknown(event)),
  overtaken: (event) => String(Boolean(event.overtaken_by)),
};

/**
 * Return whether the delivery of an event meets the criteria of the list. A criterion that the
 * event has no field for counts as not met.
 */
export function matches(
  event: Delivery,
  criteria: Record<string, string>,
  onlyUnsuccessful: boolean,
): boolean {
  if (event.archived || (onlyUnsuccessful && !isUnsuccessfulEvent(event))) return false;
  return Object.entries(criteria).every(([name, value]) =>
    splitValues(value).includes(String(EVENT_FIELDS[name]?.(event) ?? '')),
  );
}

function isUnsuccessfulEvent(event: Delivery): boolean {
  return event.phase === 'done' && isUnsuccessful(event.status) && !event.overtaken_by;
}
