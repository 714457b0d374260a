/** The columns of Transactions and Error Tracking. */

import { useMemo } from 'react';
import type { DeliveryRow } from '@/api/types';
import { formatElapsed } from '@/components/dateTime';
import { AppliedTag } from '@/components/AppliedTag';
import { DeliveryTags } from '@/components/DeliveryTags';
import { Timestamp } from '@/components/Timestamp';
import type { Column } from '@/list/column';
import { useText, type TextFunction } from '@/texts/texts';
import { appointmentNumber } from '@/views/transactions/names';

export function useTransactionColumns(): readonly Column<DeliveryRow>[] {
  const text = useText();
  return useMemo(() => columns(text), [text]);
}

function columns(text: TextFunction): readonly Column<DeliveryRow>[] {
  return [
    {
      name: 'status',
      label: 'field.status',
      sort: 'status',
      width: 380,
      render: (row) => <DeliveryTags delivery={row} />,
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
      name: 'applied',
      label: 'field.applied',
      width: 200,
      isHiddenByDefault: true,
      render: (row) => (row.applied ? <AppliedTag applied={row.applied} /> : null),
    },
    {
      name: 'outcome_check',
      label: 'field.outcome_check',
      width: 320,
      isHiddenByDefault: true,
      render: (row) =>
        row.outcome_check ? (
          <span title={row.outcome_check.note}>{row.outcome_check.note}</span>
        ) : null,
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
