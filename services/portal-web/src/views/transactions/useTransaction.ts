/** One delivery, polled until it is done, and its actions. */

import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useNotify } from 'react-admin';
import { api, unwrap } from '@/api/client';
import type { Delivery, DeliveryDetails, Operation } from '@/api/types';
import { errorMessage } from '@/components/ErrorAlert';
import { useLiveEvents } from '@/live/useLiveEvents';
import { useText } from '@/texts/texts';

const POLL_INTERVAL_MS = 1_500;

export function useTransaction(id: string): UseQueryResult<DeliveryDetails> {
  const client = useQueryClient();
  const key = ['delivery', id];
  useLiveEvents<Delivery>('delivery', (events) => {
    if (events.some((event) => event.delivery_id === id))
      void client.invalidateQueries({ queryKey: key });
  });
  return useQuery({
    queryKey: key,
    queryFn: () =>
      unwrap(api.GET('/api/deliveries/{delivery_id}', { params: { path: { delivery_id: id } } })),
    refetchInterval: (query) =>
      query.state.data && query.state.data.phase !== 'done' ? POLL_INTERVAL_MS : false,
  });
}

export type TransactionAction = 'retry' | 'check' | 'archive' | 'restore';
export type TransactionActionMutation = UseMutationResult<Operation, unknown, TransactionAction>;

const CONFIRMATIONS = {
  retry: 'details.retried',
  check: 'details.checked',
  archive: 'details.archived',
  restore: 'details.restored',
} as const;
const POLLS_AFTER_ACTION = 6;

export function useTransactionAction(id: string): TransactionActionMutation {
  const client = useQueryClient();
  const notify = useNotify();
  const text = useText();
  return useMutation({
    mutationFn: (action: TransactionAction) => {
      const params = { params: { path: { delivery_id: id } } };
      if (action === 'retry')
        return unwrap(api.POST('/api/deliveries/{delivery_id}/retry', params));
      if (action === 'check')
        return unwrap(api.POST('/api/deliveries/{delivery_id}/check', params));
      return action === 'archive'
        ? unwrap(api.POST('/api/deliveries/{delivery_id}/archive', params))
        : unwrap(api.POST('/api/deliveries/{delivery_id}/restore', params));
    },
    onSuccess: (_, action) => {
      notify(text(CONFIRMATIONS[action]));
      // the action runs a moment later, and these polls show it even without live updates
      for (let poll = 1; poll <= POLLS_AFTER_ACTION; poll += 1)
        setTimeout(
          () => void client.invalidateQueries({ queryKey: ['delivery', id] }),
          poll * POLL_INTERVAL_MS,
        );
    },
    onError: (error) => notify(errorMessage(error, text), { type: 'error' }),
  });
}
