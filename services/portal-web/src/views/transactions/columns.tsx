/**
 * How a delivery is shown in lists: the columns and criteria of Transactions and Error Tracking.
 */

import { useMemo } from 'react';
import { Timestamp } from '@/components/Timestamp';
import { StatusTag } from '@/components/StatusTag';
import { formatElapsed } from '@/components/dateTime';
import type { Delivery, Status } from '@/api/types';
import type { Column, Criterion, Row } from '@/list/column';
import { useConnectorChoices } from '@/views/connectors/useConnectors';
import { useText, type Text } from '@/texts/texts';

export type DeliveryRow = Delivery & Row;

export const STATUSES: readonly Status[] = [
  'Success',
  'Failed',
  'Skipped',
  'MBOC Publish Disabled',
  'MBOC Not Provided',
  'Invalid MBOC Back Office System',
  'Invalid MBOC Back Office Type',
  'Invalid MBOC URI',
];
export const UNSUCCESSFUL_STATUSES: readonly Status[] = STATUSES.filter(
  (status) => status !== 'Success' && status !== 'Skipped',
);

/** What a delivery is called: by its subject or number, and where it goes. */
export function transactionName(delivery: Delivery): string {
  const { subject, appointment_id: number } = delivery.appointment ?? {};
  return [subject ?? (number ? String(number) : delivery.delivery_id), delivery.connector_name]
    .filter(Boolean)
    .join(', ');
}

/** Dime.Scheduler's number, or where it has none (0) the newer text one. */
export function appointmentNumber(
  appointment: { appointment_id?: number; appointment_no?: string | null } | null | undefined,
): string | number | null | undefined {
  const { appointment_id: id, appointment_no: no } = appointment ?? {};
  return id === 0 ? no : id;
}

export function useTransactionColumns(): readonly Column<DeliveryRow>[] {
  const text = useText();
  return useMemo(() => columns(text), [text]);
}

function columns(text: Text): readonly Column<DeliveryRow>[] {
  return [
    {
      name: 'status',
      label: 'field.status',
      sort: 'status',
      width: 250,
      render: (row) => (
        <StatusTag status={row.status} phase={row.archived ? 'archived' : row.phase} />
      ),
    },
    {
      name: 'received_at',
      label: 'field.received_at',
      sort: 'received_at',
      render: (row) => <Timestamp at={row.received_at} />,
    },
    {
      name: 'appointment_id',
      label: 'field.appointment',
      sort: 'appointment_id',
      render: (row) => appointmentNumber(row.appointment),
    },
    {
      name: 'subject',
      label: 'field.subject',
      sort: 'subject',
      width: 240,
      render: (row) => row.appointment?.subject,
    },
    {
      name: 'job_no',
      label: 'field.job_no',
      sort: 'job_no',
      render: (row) => row.appointment?.job_no,
    },
    {
      name: 'task_no',
      label: 'field.task_no',
      sort: 'task_no',
      isHiddenByDefault: true,
      render: (row) => row.appointment?.task_no,
    },
    {
      name: 'connector_name',
      label: 'field.connector',
      sort: 'connector_name',
      width: 220,
      render: (row) => row.connector_name,
    },
    {
      name: 'message',
      label: 'field.message',
      sort: 'message',
      width: 420,
      render: (row) => (row.message ? <span title={row.message}>{row.message}</span> : null),
    },
    {
      name: 'action',
      label: 'field.action',
      sort: 'action',
      render: (row) => (row.action ? text(`action.${row.action}`) : null),
    },
    {
      name: 'attempt',
      label: 'field.attempt',
      sort: 'attempt',
      align: 'right',
      render: (row) => row.attempt,
    },
    {
      name: 'trigger',
      label: 'field.trigger',
      sort: 'trigger',
      render: (row) => text(`trigger.${row.trigger}`),
    },
    {
      name: 'source_app',
      label: 'field.source_app',
      sort: 'source_app',
      isHiddenByDefault: true,
      render: (row) => row.appointment?.source_app,
    },
    {
      name: 'code',
      label: 'field.code',
      sort: 'code',
      isHiddenByDefault: true,
      render: (row) => row.code,
    },
    {
      name: 'duration_ms',
      label: 'field.duration_ms',
      sort: 'duration_ms',
      align: 'right',
      isHiddenByDefault: true,
      render: (row) => (row.duration_ms ? formatElapsed(row.duration_ms, text) : null),
    },
    {
      name: 'changed_at',
      label: 'field.changed_at',
      sort: 'changed_at',
      isHiddenByDefault: true,
      render: (row) => <Timestamp at={row.changed_at} />,
    },
  ];
}

export function useTransactionCriteria(statuses: readonly Status[]): readonly Criterion[] {
  const text = useText();
  const connectors = useConnectorChoices();
  return [
    { name: 'job_no', label: 'field.job_no', kind: 'text' },
    { name: 'task_no', label: 'field.task_no', kind: 'text' },
    { name: 'appointment_id', label: 'field.appointment_id', kind: 'number' },
    { name: 'subject_begins', label: 'field.subject_begins', kind: 'text' },
    {
      name: 'status',
      label: 'field.status',
      kind: 'choices',
      choices: statuses.map((status) => ({ value: status, label: text(`status.${status}`) })),
    },
    { name: 'connector_id', label: 'field.connector', kind: 'choices', choices: connectors },
    { name: 'source_app', label: 'field.source_app', kind: 'text' },
    { name: 'code', label: 'field.code', kind: 'text' },
    {
      name: 'action',
      label: 'field.action',
      kind: 'choices',
      choices: (['create', 'update', 'delete'] as const).map((action) => ({
        value: action,
        label: text(`action.${action}`),
      })),
    },
    {
      name: 'trigger',
      label: 'field.trigger',
      kind: 'choices',
      choices: (['Service', 'Website', 'Timer job'] as const).map((trigger) => ({
        value: trigger,
        label: text(`trigger.${trigger}`),
      })),
    },
    { name: 'phase', label: 'field.phase', kind: 'choices', choices: phaseChoices(text) },
    {
      name: 'outcome_unknown',
      label: 'field.outcome_unknown',
      kind: 'choice',
      choices: [{ value: 'true', label: text('list.yes') }],
    },
    { name: 'back_office_id', label: 'field.back_office_id', kind: 'text' },
    {
      name: 'archived',
      label: 'field.archived',
      kind: 'choice',
      choices: [{ value: 'true', label: text('list.yes') }],
    },
    { name: 'received_from', label: 'field.received_from', kind: 'moment' },
    { name: 'received_to', label: 'field.received_to', kind: 'moment' },
  ];
}

function phaseChoices(text: Text) {
  return (['pending', 'in progress', 'held', 'done'] as const).map((phase) => ({
    value: phase,
    label: text(`phase.${phase}`),
  }));
}
