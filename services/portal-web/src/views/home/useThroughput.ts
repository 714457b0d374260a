/** Figures of a stretch of time, one bar for each step, empty ones too. */

import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, the } from '@/api/client';
import type { Figure } from '@/api/types';
import type { Bar } from '@/charts/StackedBarChart';

export type Range = 'lastHour' | 'lastDay' | 'lastWeek';

const STEPS = {
  lastHour: { step: 'minute', seconds: 60, count: 60 },
  lastDay: { step: 'hour', seconds: 3_600, count: 24 },
  lastWeek: { step: 'hour', seconds: 3_600, count: 168 },
} as const;
const READ_EVERY_MS = 15_000;

export interface Summed {
  bars: Bar[];
  accepted: number;
  success: number;
  skipped: number;
  troubled: number;
}

export function useFigures(range: Range): UseQueryResult<Summed> {
  const { step, seconds, count } = STEPS[range];
  return useQuery({
    queryKey: ['figures', range],
    refetchInterval: READ_EVERY_MS,
    placeholderData: (before) => before,
    queryFn: async () => {
      const end = Math.floor(Date.now() / 1000 / seconds) * seconds + seconds;
      const first = end - count * seconds;
      const { items } = await the(
        api.GET('/api/figures', {
          params: { query: { step, at_from: text(first), at_to: text(end) } },
        }),
      );
      return summed(items, first, seconds, count);
    },
  });
}

function summed(figures: Figure[], first: number, seconds: number, count: number): Summed {
  const bars = Array.from({ length: count }, (_, place) => ({
    at: text(first + place * seconds),
    counts: [0, 0, 0],
  }));
  const sums = { accepted: 0, success: 0, skipped: 0, troubled: 0 };
  for (const figure of figures) {
    const troubled = figure.failed + figure.refused;
    sums.accepted += figure.accepted;
    sums.success += figure.success;
    sums.skipped += figure.skipped;
    sums.troubled += troubled;
    const bar = bars[Math.floor((Date.parse(figure.at) / 1000 - first) / seconds)];
    if (bar)
      bar.counts = [figure.success, figure.skipped, troubled].map(
        (more, place) => more + (bar.counts[place] ?? 0),
      );
  }
  return { bars, ...sums };
}

function text(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}
