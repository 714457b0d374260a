/** The API keys of the signed-in user. An admin sees the keys of all users. */

import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { ApiKey } from '@/api/types';

export const API_KEYS_KEY = ['api-keys'];

export function useApiKeys(): UseQueryResult<ApiKey[]> {
  return useQuery({
    queryKey: API_KEYS_KEY,
    queryFn: async () =>
      (await unwrap(api.GET('/api/api-keys', { params: { query: { limit: 200 } } }))).items,
  });
}
