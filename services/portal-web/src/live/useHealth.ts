/** How the whole system is: asked for now and then, and told at once when it changes. */

import { useQuery, useQueryClient, type UseQueryResult } from '@tanstack/react-query';
import { api, the } from '@/api/client';
import type { Health } from '@/api/types';
import { useLive } from '@/live/useLiveEvents';

const KEY = ['status'];
const ASKED_EVERY_MS = 20_000;

export function useHealth(): UseQueryResult<Health> {
  const client = useQueryClient();
  useLive('status', () => void client.invalidateQueries({ queryKey: KEY }));
  return useQuery({
    queryKey: KEY,
    queryFn: () => the(api.GET('/api/status')),
    refetchInterval: ASKED_EVERY_MS,
    retry: false,
  });
}
