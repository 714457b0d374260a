/**
 * Keeps the list of appointments up to date: statuses change where they stand, appointments that
 * moved are counted.
 */

import { useQueryClient } from '@tanstack/react-query';
import type { Delivery } from '@/api/types';
import type { Place } from '@/list/useListState';
import type { Rows } from '@/list/useRows';
import { useFresh, type Fresh } from '@/list/useNewRows';
import { useLive } from '@/live/useLiveEvents';
import type { AppointmentListed } from '@/views/appointments/AppointmentList';

interface Listed {
  data: AppointmentListed[];
}

export function useLiveAppointments(rows: Rows<AppointmentListed>, place: Place): Fresh {
  const client = useQueryClient();
  const [fresh, add, reset] = useFresh(place);
  const counts =
    place.after === null &&
    place.sort === '-last_transaction_at' &&
    Object.keys(place.criteria).length === 0;
  useLive<Delivery>('delivery', (events) => {
    client.setQueriesData<Listed>(
      { queryKey: ['appointments', 'getList'] },
      (page) => page && { ...page, data: page.data.map((row) => merged(row, events)) },
    );
    const shown = new Set(rows.rows?.map((row) => row.appointment_key));
    const keys = events
      .flatMap((event) => event.appointment?.key ?? [])
      .filter((key) => !shown.has(key));
    if (counts && keys.length > 0) add(keys);
  });
  useLive('resync', () => rows.again());
  return { count: fresh.size, reset };
}

/**
 * Deliveries that the row names already; one of a newer transaction is the row's newest from now
 * on.
 */
function merged(row: AppointmentListed, events: Delivery[]): AppointmentListed {
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
