/** A moment in the user's time zone. The tooltip shows the exact instant. */

import { memo } from 'react';
import { formatDuration, formatDateTime, formatMoment } from '@/components/dateTime';
import { useNow } from '@/components/useNow';
import { useTimeZone } from '@/components/useTimeZone';
import { useText, type TextFunction } from '@/texts/texts';

export const Timestamp = memo(function Timestamp({
  at,
  isRelative = false,
}: {
  at?: string | null;
  isRelative?: boolean;
}) {
  const zone = useTimeZone();
  const text = useText();
  if (!at) return null;
  const moment = new Date(at);
  if (Number.isNaN(moment.getTime())) return <>{at}</>;
  const content = isRelative ? (
    <RelativeTime at={moment.getTime()} text={text} />
  ) : (
    formatMoment(moment, zone)
  );
  return (
    <time
      dateTime={at}
      title={text('time.exact', { local: formatDateTime(moment, zone), zone, utc: at })}
      style={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}
    >
      {content}
    </time>
  );
});

function RelativeTime({ at, text }: { at: number; text: TextFunction }) {
  return <>{formatDuration((useNow() - at) / 1000, text)}</>;
}
