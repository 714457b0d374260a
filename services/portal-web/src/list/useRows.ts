/** The rows of the current page. */

import { useCallback } from 'react';
import { useGetList } from 'react-admin';
import type { Row } from '@/api/types';
import { criteriaToQuery } from '@/list/criteriaQuery';
import { isDescending, sortField } from '@/list/sort';
import type { ListState } from '@/list/useListState';

export interface Rows<R extends Row> {
  rows: R[] | undefined;
  next: string | null;
  error: unknown;
  isFetching: boolean;
  refetch: () => void;
}

export function useRows<R extends Row>(
  resource: string,
  listState: ListState,
  perPage: number,
  fixedFilter: Record<string, string | boolean> = {},
  refetchInterval?: number,
): Rows<R> {
  const result = useGetList<R>(
    resource,
    {
      filter: { ...criteriaToQuery(resource, listState.criteria), ...fixedFilter },
      sort: {
        field: sortField(listState.sort),
        order: isDescending(listState.sort) ? 'DESC' : 'ASC',
      },
      pagination: { page: 1, perPage },
      meta: { after: listState.after },
    },
    {
      refetchInterval: refetchInterval ?? false,
      placeholderData: (before: unknown) => before as never,
    },
  );
  const { refetch: refetchList } = result;
  const refetch = useCallback(() => void refetchList(), [refetchList]);
  const { next = null } = (result.meta ?? {}) as { next?: string | null };
  return { rows: result.data, next, error: result.error, isFetching: result.isFetching, refetch };
}
