/**
 * Live updates of the list of appointments. Statuses change in place, and new appointments are
 * counted.
 */

import { useQueryClient } from '@tanstack/react-query';
import type { AppointmentRow, Delivery } from '@/api/types';
import type { ListState } from '@/list/useListState';
import type { Rows } from '@/list/useRows';
import { useNewRows, type NewRows } from '@/list/useNewRows';
import { useLiveEvents } from '@/live/useLiveEvents';

interface CachedPage {
  data: AppointmentRow[];
}

export function useLiveAppointments(rows: Rows<AppointmentRow>, listState: ListState): NewRows {
  const client = useQueryClient();
  const [newRows, add, reset] = useNewRows(listState);
  const countsNewRows =
    listState.after === null &&
    listState.sort === '-last_transaction_at' &&
    Object.keys(listState.criteria).length === 0;
  useLiveEvents<Delivery>('delivery', (events) => {
    client.setQueriesData<CachedPage>(
      { queryKey: ['appointments', 'getList'] },
      (page) => page && { ...page, data: page.data.map((row) => mergeEvents(row, events)) },
    );
    const shown = new Set(rows.rows?.map((row) => row.appointment_key));
    const keys = events
      .flatMap((event) => event.appointment?.key ?? [])
      .filter((key) => !shown.has(key));
    if (countsNewRows && keys.length > 0) add(keys);
  });
  useLiveEvents('resync', () => rows.refetch());
  return { count: newRows.size, reset };
}

/**
 * Merge events into the deliveries of a row. The delivery of a newer transaction replaces the older
 * one.
 */
function mergeEvents(row: AppointmentRow, events: Delivery[]): AppointmentRow {
  const own = events.filter((event) => event.appointment?.key === row.appointment_key);
  if (own.length === 0) return row;
  const deliveries = row.deliveries.map((latest) => {
    const event = own.findLast(
      (one) =>
        one.connector_id === latest.connector_id &&
        (one.delivery_id === latest.delivery_id || one.received_at >= row.last_transaction_at),
    );
    return event
      ? {
          ...latest,
          delivery_id: event.delivery_id,
          status: event.status ?? null,
          phase: event.phase,
        }
      : latest;
  });
  return { ...row, deliveries };
}
