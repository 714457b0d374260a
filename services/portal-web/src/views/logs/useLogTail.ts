/**
 * The newest log messages, polled every two seconds. While paused, the list stays still and new
 * messages are counted.
 */

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import type { LogLine } from '@/api/types';

const POLL_INTERVAL_MS = 2_000;
const PAGE_SIZE = 100;

interface Page {
  items: LogLine[];
  next: string | null;
}

export interface LogTail {
  lines: LogLine[] | undefined;
  newLines: number;
  error: unknown;
  loadOlder: (() => void) | null;
}

export function useLogTail(criteria: Record<string, string>, isPaused: boolean): LogTail {
  const query = { level: 'info', ...criteria };
  const view = JSON.stringify(query);
  const result = useQuery({
    queryKey: ['logs', view],
    queryFn: () => fetchPage(query),
    refetchInterval: POLL_INTERVAL_MS,
  });
  const [frozen, freeze] = useFrozenPage(view, isPaused, result.data);
  const visible = frozen ?? result.data;
  const loadOlder = async ({ items, next }: Page) => {
    const page = await fetchPage({ ...query, after: next ?? '' });
    freeze({ items: [...items, ...page.items], next: page.next });
  };
  return {
    lines: visible?.items,
    newLines: countNewer(visible, result.data),
    error: result.error,
    loadOlder: visible?.next ? () => void loadOlder(visible) : null,
  };
}

/** The page that stays visible while paused. */
function useFrozenPage(
  view: string,
  isPaused: boolean,
  latest: Page | undefined,
): readonly [Page | null, (page: Page) => void] {
  const [frozen, setFrozen] = useState<{ view: string; page: Page } | null>(null);
  const isFrozen = isPaused && frozen?.view === view;
  if (isPaused && !isFrozen && latest) setFrozen({ view, page: latest });
  if (!isPaused && frozen) setFrozen(null);
  return [isFrozen ? frozen.page : null, (page) => setFrozen({ view, page })];
}

/** Return the number of messages before the first visible one. */
function countNewer(visible: Page | undefined, latest: Page | undefined): number {
  const first = visible?.items[0]?.log_id;
  const index = latest?.items.findIndex((line) => line.log_id === first) ?? 0;
  return index < 0 ? PAGE_SIZE : index;
}

async function fetchPage(query: Record<string, string>): Promise<Page> {
  return unwrap(api.GET('/api/logs', { params: { query: { ...query, limit: PAGE_SIZE } } }));
}
