/**
 * Keeps a list of deliveries up to date: rows change where they stand, new ones are only counted
 * until somebody asks to see them.
 */

import { useQueryClient } from '@tanstack/react-query';
import type { Delivery } from '@/api/types';
import type { Place } from '@/list/useListState';
import { valuesOf } from '@/list/multiValue';
import type { Rows } from '@/list/useRows';
import { useFresh, type Fresh } from '@/list/useNewRows';
import { useLive } from '@/live/useLiveEvents';
import type { DeliveryRow } from '@/views/transactions/columns';

interface Listed {
  data: DeliveryRow[];
}

export function useLiveTransactions(rows: Rows<DeliveryRow>, place: Place): Fresh {
  return useLiveDeliveries(rows, place, false);
}

export function useLiveErrors(rows: Rows<DeliveryRow>, place: Place): Fresh {
  return useLiveDeliveries(rows, place, true);
}

/** Count the deliveries that came in, fit the list and are not on the page. */
function useLiveDeliveries(rows: Rows<DeliveryRow>, place: Place, onlyTroubled: boolean): Fresh {
  const client = useQueryClient();
  const [fresh, add, reset] = useFresh(place);
  const isNewestFirst = place.after === null && place.sort === '-received_at';
  useLive<Delivery>('delivery', (events) => {
    const shown = new Set(rows.rows?.map((row) => row.delivery_id));
    const latest = new Map(events.map((event) => [event.delivery_id, event]));
    if ([...latest.keys()].some((id) => shown.has(id))) {
      client.setQueriesData<Listed>(
        { queryKey: ['deliveries', 'getList'] },
        (page) => page && { ...page, data: page.data.map((row) => merged(row, latest)) },
      );
    }
    if (!isNewestFirst) return;
    const wanted = [...latest.values()].filter(
      (event) => !shown.has(event.delivery_id) && fits(event, place.criteria, onlyTroubled),
    );
    if (wanted.length > 0) add(wanted.map((event) => event.delivery_id));
  });
  useLive('resync', () => rows.again());
  const shown = new Set(rows.rows?.map((row) => row.delivery_id));
  return { count: [...fresh].filter((id) => !shown.has(id)).length, reset };
}

function merged(row: DeliveryRow, latest: ReadonlyMap<string, Delivery>): DeliveryRow {
  const event = latest.get(row.delivery_id);
  return event === undefined || event.changed_at < row.changed_at
    ? row
    : { ...row, ...event, id: row.id };
}

const PARTS: Record<string, (event: Delivery) => string | number | null | undefined> = {
  status: (event) => event.status,
  phase: (event) => event.phase,
  connector_id: (event) => event.connector_id,
  transaction_id: (event) => event.transaction_id,
  code: (event) => event.code,
  cause: (event) => event.cause,
  action: (event) => event.action,
  trigger: (event) => event.trigger,
  source_app: (event) => event.appointment?.source_app,
  job_no: (event) => event.appointment?.job_no,
  task_no: (event) => event.appointment?.task_no,
  appointment_id: (event) => event.appointment?.appointment_id,
  appointment_key: (event) => event.appointment?.key,
};

/**
 * Whether it belongs on the list, as far as an event tells; a criterion it cannot tell counts as
 * not met.
 */
function fits(event: Delivery, criteria: Record<string, string>, onlyTroubled: boolean): boolean {
  if (event.archived || (onlyTroubled && !isTroubled(event))) return false;
  return Object.entries(criteria).every(([name, value]) =>
    valuesOf(value).includes(String(PARTS[name]?.(event) ?? '')),
  );
}

function isTroubled(event: Delivery): boolean {
  return event.phase === 'done' && event.status !== 'Success' && event.status !== 'Skipped';
}
