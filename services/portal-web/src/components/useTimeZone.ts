/** The time zone in which the pages show moments. */

import { usePreferences } from '@/account/preferences';
import { deviceTimeZone } from '@/components/dateTime';

export function useTimeZone(): string {
  return usePreferences().preferences.time_zone ?? deviceTimeZone();
}
