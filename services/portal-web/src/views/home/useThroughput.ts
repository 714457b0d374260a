/** The throughput of a period, with one bar per interval, empty ones included. */

import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { sumUp, toTimestamp, type Throughput } from '@/views/home/throughput';

export type Range = 'lastHour' | 'lastDay' | 'lastWeek';

const INTERVALS = {
  lastHour: { step: 'minute', seconds: 60, count: 60 },
  lastDay: { step: 'hour', seconds: 3_600, count: 24 },
  lastWeek: { step: 'hour', seconds: 3_600, count: 168 },
} as const;
const POLL_INTERVAL_MS = 15_000;

export function useThroughput(range: Range): UseQueryResult<Throughput> {
  const { step, seconds, count } = INTERVALS[range];
  return useQuery({
    queryKey: ['figures', range],
    refetchInterval: POLL_INTERVAL_MS,
    placeholderData: (before) => before,
    queryFn: async () => {
      const end = Math.floor(Date.now() / 1000 / seconds) * seconds + seconds;
      const first = end - count * seconds;
      const { items } = await unwrap(
        api.GET('/api/figures', {
          params: { query: { step, at_from: toTimestamp(first), at_to: toTimestamp(end) } },
        }),
      );
      return sumUp(items, first, seconds, count);
    },
  });
}
