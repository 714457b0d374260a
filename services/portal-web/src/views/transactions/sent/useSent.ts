/** The recorded content of one delivery. Each is read when it is opened, because reads are audited. */

import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { KeptAnswer, MappedRequest, Payload } from '@/api/types';
import { parseExactly } from '@/views/transactions/sent/asText';

/** The content of an attempt does not change, so it is read once while the page is open. */
const READ_ONCE = { staleTime: Infinity, gcTime: 0, retry: false, refetchOnWindowFocus: false };

export function usePayload(deliveryId: string): UseQueryResult<Payload> {
  return useQuery({
    ...READ_ONCE,
    queryKey: ['sent', deliveryId, 'payload'],
    queryFn: async () => {
      const body = await unwrap(
        api.GET('/api/deliveries/{delivery_id}/payload', {
          params: { path: { delivery_id: deliveryId } },
          parseAs: 'text',
        }),
      );
      return parseExactly(body) as Payload;
    },
  });
}

export function useMappedRequest(
  deliveryId: string,
  attempt: number,
): UseQueryResult<MappedRequest> {
  return useQuery({
    ...READ_ONCE,
    queryKey: ['sent', deliveryId, 'request', attempt],
    queryFn: () =>
      unwrap(
        api.GET('/api/deliveries/{delivery_id}/attempts/{attempt}/request', {
          params: { path: { delivery_id: deliveryId, attempt } },
        }),
      ),
  });
}

export function useKeptAnswer(deliveryId: string, attempt: number): UseQueryResult<KeptAnswer> {
  return useQuery({
    ...READ_ONCE,
    queryKey: ['sent', deliveryId, 'answer', attempt],
    queryFn: () =>
      unwrap(
        api.GET('/api/deliveries/{delivery_id}/attempts/{attempt}/answer', {
          params: { path: { delivery_id: deliveryId, attempt } },
        }),
      ),
  });
}
