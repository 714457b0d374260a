/** A moment in the administrator's zone, with the exact instant on hover. */

import { memo } from 'react';
import { usePreferences } from '@/account/preferences';
import { span, whole, written, zoneOfDevice } from '@/components/dateTime';
import { useNow } from '@/components/useNow';
import { useText, type Text } from '@/texts/texts';

export function useZone(): string {
  return usePreferences().preferences.time_zone ?? zoneOfDevice();
}

export const Moment = memo(function Moment({
  at,
  ago = false,
}: {
  at?: string | null;
  ago?: boolean;
}) {
  const zone = useZone();
  const text = useText();
  if (!at) return null;
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <>{at}</>;
  const said = ago ? <Since at={moment.getTime()} text={text} /> : written(moment, zone);
  return (
    <time
      dateTime={at}
      title={text('time.exact', { local: whole(moment, zone), zone, utc: at })}
      style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}
    >
      {said}
    </time>
  );
});

function Since({ at, text }: { at: number; text: Text }) {
  return <>{span((useNow() - at) / 1000, text)}</>;
}
