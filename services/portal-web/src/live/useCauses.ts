/** The causes of failures, and the number of unsuccessful transactions, for the menu and Home. */

import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Cause } from '@/api/types';

export const CAUSES_KEY = ['causes'];

export function useCauses(): UseQueryResult<Cause[]> {
  return useQuery({
    queryKey: CAUSES_KEY,
    queryFn: async () => (await unwrap(api.GET('/api/causes'))).items,
    refetchInterval: 30_000,
  });
}

export function useErrorCount(): number | undefined {
  return useCauses().data?.reduce((sum, cause) => sum + cause.count, 0);
}
