/** The eight statuses, and which of them leave a delivery unsuccessful. */

import type { AppliedState, Delivery, Status } from '@/api/types';

export const STATUSES: readonly Status[] = [
  'Success',
  'Failed',
  'Skipped',
  'MBOC Publish Disabled',
  'MBOC Not Provided',
  'Invalid MBOC Back Office System',
  'Invalid MBOC Back Office Type',
  'Invalid MBOC URI',
];

export const APPLIED_STATES: readonly AppliedState[] = [
  'waiting',
  'applied',
  'refused',
  'reverted',
  'cannot be told',
];

/** Return whether a delivery has ended and the outcome of its last attempt is unknown. */
export function isOutcomeUnknown(
  delivery: Partial<Pick<Delivery, 'status' | 'outcome_unknown'>>,
): boolean {
  return Boolean(delivery.outcome_unknown) && delivery.status === 'Failed';
}

/**
 * Return whether a finished delivery belongs in Error Tracking, because it was neither sent nor
 * skipped. The API's filter `troubled` has the same rule.
 */
export function isUnsuccessful(status: Status | null | undefined): boolean {
  return status !== 'Success' && status !== 'Skipped';
}
