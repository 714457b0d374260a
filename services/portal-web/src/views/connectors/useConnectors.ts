/** All connectors, also as choices of a select. */

import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Connector } from '@/api/types';

export const CONNECTORS_KEY = ['connectors'];

export function useConnectors(): UseQueryResult<Connector[]> {
  return useQuery({
    queryKey: CONNECTORS_KEY,
    queryFn: async () => (await unwrap(api.GET('/api/connectors'))).items,
    staleTime: 15_000,
  });
}

export function useConnectorChoices(): { value: string; label: string }[] {
  return (useConnectors().data ?? []).map(({ connector_id, name }) => ({
    value: connector_id,
    label: name,
  }));
}
