/** All connectors, for choosing one by name. */

import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { api, the } from '@/api/client';
import type { Connector } from '@/api/types';

export const CONNECTORS = ['connectors'];

export function useConnectors(): UseQueryResult<Connector[]> {
  return useQuery({
    queryKey: CONNECTORS,
    queryFn: async () => (await the(api.GET('/api/connectors'))).items,
    staleTime: 15_000,
  });
}

export function useConnectorChoices(): { value: string; label: string }[] {
  return (useConnectors().data ?? []).map(({ connector_id, name }) => ({
    value: connector_id,
    label: name,
  }));
}
