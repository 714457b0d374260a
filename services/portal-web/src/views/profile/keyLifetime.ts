/** The days that an API key has left. */

import type { ApiKey } from '@/api/types';

const DAY_MS = 86_400_000;
/** The website warns of keys that end within these days. */
export const WARNING_DAYS = 14;

/** Return the whole days until the end of a key, or null for a key without an end. */
export function daysLeft({ expires_at }: Pick<ApiKey, 'expires_at'>, now: number): number | null {
  if (!expires_at) return null;
  return Math.ceil((new Date(expires_at).getTime() - now) / DAY_MS);
}

/** Whether a key ends soon. An expired key does not. */
export function endsSoon(key: Pick<ApiKey, 'expires_at'>, now: number): boolean {
  const days = daysLeft(key, now);
  return days !== null && days > 0 && days <= WARNING_DAYS;
}
