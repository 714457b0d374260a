/** The merge of live events into the rows of a list. */

import type { AppointmentRow, Delivery, DeliveryRow } from '@/api/types';

/** Return the row with its newest event, unless the row is newer. */
export function mergeIntoDelivery(
  row: DeliveryRow,
  latest: ReadonlyMap<string, Delivery>,
): DeliveryRow {
  const event = latest.get(row.delivery_id);
  return event === undefined || event.changed_at < row.changed_at
    ? row
    : { ...row, ...event, id: row.id };
}

/**
 * Merge events into the deliveries of a row. The delivery of a newer transaction replaces the older
 * one.
 */
export function mergeIntoAppointment(row: AppointmentRow, events: Delivery[]): AppointmentRow {
  const rowEvents = events.filter((event) => event.appointment?.key === row.appointment_key);
  if (rowEvents.length === 0) return row;
  const deliveries = row.deliveries.map((latest) => {
    const event = rowEvents.findLast(
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
