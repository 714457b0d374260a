/**
 * Live updates of the list of appointments. Statuses change in place, and new appointments are
 * counted.
 */

import { useQueryClient } from '@tanstack/react-query';
import type { AppointmentRow, Delivery } from '@/api/types';
import type { ListState } from '@/list/useListState';
import { useNewRows, type NewRows } from '@/list/useNewRows';
import type { Rows } from '@/list/useRows';
import { mergeIntoAppointment } from '@/live/mergeEvents';
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
      (page) =>
        page && { ...page, data: page.data.map((row) => mergeIntoAppointment(row, events)) },
    );
    const visibleKeys = new Set(rows.rows?.map((row) => row.appointment_key));
    const keys = events
      .flatMap((event) => event.appointment?.key ?? [])
      .filter((key) => !visibleKeys.has(key));
    if (countsNewRows && keys.length > 0) add(keys);
  });
  useLiveEvents('resync', () => rows.refetch());
  return { count: newRows.size, reset };
}
