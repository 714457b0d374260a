/** The health of the whole system, polled and updated at once by live events. */

import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Health } from '@/api/types';
import { useLiveEvents } from '@/live/useLiveEvents';

const HEALTH_KEY = ['status'];
const POLL_INTERVAL_MS = 20_000;

export function useHealth(): UseQueryResult<Health> {
  const client = useQueryClient();
  useLiveEvents('status', () => void client.invalidateQueries({ queryKey: HEALTH_KEY }));
  return useQuery({
    queryKey: HEALTH_KEY,
    queryFn: () => unwrap(api.GET('/api/status')),
    refetchInterval: POLL_INTERVAL_MS,
    retry: false,
  });
}
