/** One delivery, read anew while something is under way, and what can be asked for it. */

import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useNotify } from 'react-admin';
import { api, the } from '@/api/client';
import type { Delivery, DeliveryDetails, Operation } from '@/api/types';
import { useLive } from '@/live/useLiveEvents';
import { sentence } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';

const LOOKED_AGAIN_MS = 1_500;

export function useDelivery(id: string): UseQueryResult<DeliveryDetails> {
  const client = useQueryClient();
  const key = ['delivery', id];
  useLive<Delivery>('delivery', (events) => {
    if (events.some((event) => event.delivery_id === id))
      void client.invalidateQueries({ queryKey: key });
  });
  return useQuery({
    queryKey: key,
    queryFn: () =>
      the(api.GET('/api/deliveries/{delivery_id}', { params: { path: { delivery_id: id } } })),
    refetchInterval: (query) =>
      query.state.data && query.state.data.phase !== 'done' ? LOOKED_AGAIN_MS : false,
  });
}

export type Ask = 'retry' | 'archive' | 'restore';
export type Asking = UseMutationResult<Operation, unknown, Ask>;

const ASKED = {
  retry: 'details.resent',
  archive: 'details.archived',
  restore: 'details.restored',
} as const;
const LOOKS = 6;

export function useAsking(id: string): Asking {
  const client = useQueryClient();
  const notify = useNotify();
  const text = useText();
  return useMutation({
    mutationFn: (ask: Ask) => {
      const params = { params: { path: { delivery_id: id } } };
      if (ask === 'retry') return the(api.POST('/api/deliveries/{delivery_id}/retry', params));
      return ask === 'archive'
        ? the(api.POST('/api/deliveries/{delivery_id}/archive', params))
        : the(api.POST('/api/deliveries/{delivery_id}/restore', params));
    },
    onSuccess: (_, ask) => {
      notify(text(ASKED[ask]));
      // it is carried out a moment later; live updates tell of it, and without them these looks do
      for (let look = 1; look <= LOOKS; look += 1)
        setTimeout(
          () => void client.invalidateQueries({ queryKey: ['delivery', id] }),
          look * LOOKED_AGAIN_MS,
        );
    },
    onError: (error) => notify(sentence(error, text), { type: 'error' }),
  });
}
