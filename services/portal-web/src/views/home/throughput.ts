/** The throughput of a period, from the figures of its intervals. */

import type { Figure } from '@/api/types';
import type { Bar } from '@/charts/StackedBarChart';

export interface Throughput {
  bars: Bar[];
  accepted: number;
  success: number;
  skipped: number;
  unsuccessful: number;
}

/** Return the totals, and one bar per interval from `first`, empty ones included. */
export function sumUp(
  figures: Figure[],
  first: number,
  seconds: number,
  count: number,
): Throughput {
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

/** Return an instant, in seconds, as the API writes it. */
export function toTimestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** Return a percentage that is below 100 unless all succeeded. */
export function percent(part: number, whole: number): string {
  const share = (100 * part) / whole;
  return share === 100 ? '100' : (Math.floor(share * 10) / 10).toFixed(1);
}
