/**
 * Live updates of Transactions and Error Tracking. Rows change in place, and new rows are counted
 * until the user shows them.
 */

import { useQueryClient } from '@tanstack/react-query';
import type { Delivery, DeliveryRow } from '@/api/types';
import type { ListState } from '@/list/useListState';
import { useNewRows, type NewRows } from '@/list/useNewRows';
import type { Rows } from '@/list/useRows';
import { matches } from '@/live/matches';
import { mergeIntoDelivery } from '@/live/mergeEvents';
import { useLiveEvents } from '@/live/useLiveEvents';

interface CachedPage {
  data: DeliveryRow[];
}

export function useLiveTransactions(rows: Rows<DeliveryRow>, listState: ListState): NewRows {
  return useLiveList(rows, listState, false);
}

export function useLiveErrors(rows: Rows<DeliveryRow>, listState: ListState): NewRows {
  return useLiveList(rows, listState, listState.criteria.overtaken !== 'true');
}

/** Merge events into the rows, and count the new deliveries that match the criteria. */
function useLiveList(
  rows: Rows<DeliveryRow>,
  listState: ListState,
  onlyUnsuccessful: boolean,
): NewRows {
  const client = useQueryClient();
  const [newRows, add, reset] = useNewRows(listState);
  const isNewestFirst = listState.after === null && listState.sort === '-received_at';
  useLiveEvents<Delivery>('delivery', (events) => {
    const visibleIds = new Set(rows.rows?.map((row) => row.delivery_id));
    const latest = new Map(events.map((event) => [event.delivery_id, event]));
    if ([...latest.keys()].some((id) => visibleIds.has(id))) {
      client.setQueriesData<CachedPage>(
        { queryKey: ['deliveries', 'getList'] },
        (page) => page && { ...page, data: page.data.map((row) => mergeIntoDelivery(row, latest)) },
      );
    }
    if (!isNewestFirst) return;
    const matching = [...latest.values()].filter(
      (event) =>
        !visibleIds.has(event.delivery_id) && matches(event, listState.criteria, onlyUnsuccessful),
    );
    if (matching.length > 0) add(matching.map((event) => event.delivery_id));
  });
  useLiveEvents('resync', () => rows.refetch());
  const visibleIds = new Set(rows.rows?.map((row) => row.delivery_id));
  return { count: [...newRows].filter((id) => !visibleIds.has(id)).length, reset };
}
