/**
 * The newest lines, read every two seconds; while paused they stand still and what comes is
 * counted.
 */

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, the } from '@/api/client';
import type { LogLine } from '@/api/types';

const READ_EVERY_MS = 2_000;
const LINES = 100;

interface Page {
  items: LogLine[];
  next: string | null;
}

export interface Tail {
  lines: LogLine[] | undefined;
  waiting: number;
  error: unknown;
  older: (() => void) | null;
}

export function useTail(criteria: Record<string, string>, isPaused: boolean): Tail {
  const query = { level: 'info', ...criteria };
  const view = JSON.stringify(query);
  const found = useQuery({
    queryKey: ['logs', view],
    queryFn: () => read(query),
    refetchInterval: READ_EVERY_MS,
  });
  const [kept, keep] = useKept(view, isPaused, found.data);
  const shown = kept ?? found.data;
  const older = async ({ items, next }: Page) => {
    const page = await read({ ...query, after: next ?? '' });
    keep({ items: [...items, ...page.items], next: page.next });
  };
  return {
    lines: shown?.items,
    waiting: newer(shown, found.data),
    error: found.error,
    older: shown?.next ? () => void older(shown) : null,
  };
}

/** What was last shown is what stays while paused. */
function useKept(
  view: string,
  isPaused: boolean,
  latest: Page | undefined,
): readonly [Page | null, (page: Page) => void] {
  const [kept, setKept] = useState<{ view: string; page: Page } | null>(null);
  const isKept = isPaused && kept?.view === view;
  if (isPaused && !isKept && latest) setKept({ view, page: latest });
  if (!isPaused && kept) setKept(null);
  return [isKept ? kept.page : null, (page) => setKept({ view, page })];
}

/** How many lines came before the first that is shown. */
function newer(shown: Page | undefined, latest: Page | undefined): number {
  const first = shown?.items[0]?.log_id;
  const place = latest?.items.findIndex((line) => line.log_id === first) ?? 0;
  return place < 0 ? LINES : place;
}

async function read(query: Record<string, string>): Promise<Page> {
  return the(api.GET('/api/logs', { params: { query: { ...query, limit: LINES } } }));
}
