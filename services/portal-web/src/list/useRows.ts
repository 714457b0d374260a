/** The rows of one page, and what has come in the meantime. */

import { useCallback } from 'react';
import { useGetList } from 'react-admin';
import type { Place } from '@/list/useListState';
import type { Row } from '@/list/column';
import { queryOf } from '@/list/multiValue';

export interface Rows<R extends Row> {
  rows: R[] | undefined;
  next: string | null;
  error: unknown;
  isBusy: boolean;
  again: () => void;
}

export function useRows<R extends Row>(
  list: string,
  place: Place,
  perPage: number,
  fixed: Record<string, string | boolean> = {},
  every?: number,
): Rows<R> {
  const isDown = place.sort.startsWith('-');
  const found = useGetList<R>(
    list,
    {
      filter: { ...queryOf(place.criteria), ...fixed },
      sort: { field: place.sort.replace(/^-/, ''), order: isDown ? 'DESC' : 'ASC' },
      pagination: { page: 1, perPage },
      meta: { after: place.after },
    },
    { refetchInterval: every ?? false, placeholderData: (before: unknown) => before as never },
  );
  const { refetch } = found;
  const again = useCallback(() => void refetch(), [refetch]);
  const { next = null } = (found.meta ?? {}) as { next?: string | null };
  return { rows: found.data, next, error: found.error, isBusy: found.isFetching, again };
}
