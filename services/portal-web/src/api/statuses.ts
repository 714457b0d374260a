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
 * Whether a finished delivery belongs in Error Tracking: it was neither sent nor skipped. The same
 * rule as the API's filter `troubled`.
 */
export function isUnsuccessful(status: Status | null | undefined): boolean {
  return status !== 'Success' && status !== 'Skipped';
}
