/** The names of a transaction and of its appointment. */

import type { Delivery } from '@/api/types';

/** Return the subject or number of the appointment, and the name of the connector. */
export function transactionName(delivery: Delivery): string {
  const { subject, appointment_id: number } = delivery.appointment ?? {};
  return [subject ?? (number ? String(number) : delivery.delivery_id), delivery.connector_name]
    .filter(Boolean)
    .join(', ');
}

/** Return Dime.Scheduler's number, or its newer text number where the number is 0. */
export function appointmentNumber(
  appointment: { appointment_id?: number; appointment_no?: string | null } | null | undefined,
): string | number | null | undefined {
  const { appointment_id: id, appointment_no: no } = appointment ?? {};
  return id === 0 ? no : id;
}
