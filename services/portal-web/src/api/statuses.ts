/** The eight statuses, and which of them leave a delivery unsuccessful. */

import type { Status } from '@/api/types';

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

/**
 * Return whether a finished delivery belongs in Error Tracking, because it was neither sent nor
 * skipped. The API's filter `troubled` has the same rule.
 */
export function isUnsuccessful(status: Status | null | undefined): boolean {
  return status !== 'Success' && status !== 'Skipped';
}
