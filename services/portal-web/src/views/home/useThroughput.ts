/** The throughput of a period, with one bar per interval, empty ones included. */

import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Figure } from '@/api/types';
import type { Bar } from '@/charts/StackedBarChart';

export type Range = 'lastHour' | 'lastDay' | 'lastWeek';

const INTERVALS = {
  lastHour: { step: 'minute', seconds: 60, count: 60 },
  lastDay: { step: 'hour', seconds: 3_600, count: 24 },
  lastWeek: { step: 'hour', seconds: 3_600, count: 168 },
} as const;
const POLL_INTERVAL_MS = 15_000;

export interface Throughput {
  bars: Bar[];
  accepted: number;
  success: number;
  skipped: number;
  unsuccessful: number;
}

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

function sumUp(figures: Figure[], first: number, seconds: number, count: number): Throughput {
  const bars = Array.from({ length: count }, (_, index) => ({
    at: toTimestamp(first + index * seconds),
    counts: [0, 0, 0],
  }));
  const sums = { accepted: 0, success: 0, skipped: 0, unsuccessful: 0 };
  for (const figure of figures) {
    const unsuccessful = figure.failed + figure.refused;
    sums.accepted += figure.accepted;
    sums.success += figure.success;
    sums.skipped += figure.skipped;
    sums.unsuccessful += unsuccessful;
    const bar = bars[Math.floor((Date.parse(figure.at) / 1000 - first) / seconds)];
    if (bar)
      bar.counts = [figure.success, figure.skipped, unsuccessful].map(
        (more, index) => more + (bar.counts[index] ?? 0),
      );
  }
  return { bars, ...sums };
}

function toTimestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
