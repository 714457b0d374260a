/**
 * Keeps a list of deliveries up to date: rows change where they stand, new ones are only counted
 * until somebody asks to see them.
 */

import { useQueryClient } from '@tanstack/react-query';
import type { Delivery } from '@/api/types';
import type { ListState } from '@/list/useListState';
import { splitValues } from '@/list/multiValue';
import type { Rows } from '@/list/useRows';
import { useNewRows, type NewRows } from '@/list/useNewRows';
import { useLiveEvents } from '@/live/useLiveEvents';
import type { DeliveryRow } from '@/views/transactions/columns';

interface CachedPage {
  data: DeliveryRow[];
}

export function useLiveTransactions(rows: Rows<DeliveryRow>, listState: ListState): NewRows {
  return useLiveList(rows, listState, false);
}

export function useLiveErrors(rows: Rows<DeliveryRow>, listState: ListState): NewRows {
  return useLiveList(rows, listState, true);
}

/** Count the deliveries that came in, fit the list and are not on the page. */
function useLiveList(
  rows: Rows<DeliveryRow>,
  listState: ListState,
  onlyUnsuccessful: boolean,
): NewRows {
  const client = useQueryClient();
  const [newRows, add, reset] = useNewRows(listState);
  const isNewestFirst = listState.after === null && listState.sort === '-received_at';
  useLiveEvents<Delivery>('delivery', (events) => {
    const shown = new Set(rows.rows?.map((row) => row.delivery_id));
    const latest = new Map(events.map((event) => [event.delivery_id, event]));
    if ([...latest.keys()].some((id) => shown.has(id))) {
      client.setQueriesData<CachedPage>(
        { queryKey: ['deliveries', 'getList'] },
        (page) => page && { ...page, data: page.data.map((row) => mergeEvent(row, latest)) },
      );
    }
    if (!isNewestFirst) return;
    const matching = [...latest.values()].filter(
      (event) =>
        !shown.has(event.delivery_id) && matches(event, listState.criteria, onlyUnsuccessful),
    );
    if (matching.length > 0) add(matching.map((event) => event.delivery_id));
  });
  useLiveEvents('resync', () => rows.refetch());
  const shown = new Set(rows.rows?.map((row) => row.delivery_id));
  return { count: [...newRows].filter((id) => !shown.has(id)).length, reset };
}

function mergeEvent(row: DeliveryRow, latest: ReadonlyMap<string, Delivery>): DeliveryRow {
  const event = latest.get(row.delivery_id);
  return event === undefined || event.changed_at < row.changed_at
    ? row
    : { ...row, ...event, id: row.id };
}

const EVENT_FIELDS: Record<string, (event: Delivery) => string | number | null | undefined> = {
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
function matches(
  event: Delivery,
  criteria: Record<string, string>,
  onlyUnsuccessful: boolean,
): boolean {
  if (event.archived || (onlyUnsuccessful && !isUnsuccessfulEvent(event))) return false;
  return Object.entries(criteria).every(([name, value]) =>
    splitValues(value).includes(String(EVENT_FIELDS[name]?.(event) ?? '')),
  );
}

function isUnsuccessfulEvent(event: Delivery): boolean {
  return event.phase === 'done' && event.status !== 'Success' && event.status !== 'Skipped';
}
