/** Appointments: one row per appointment, with its newest status at each connector. */

import { useMemo } from 'react';
import Box from '@mui/material/Box';
import { Link } from 'react-router-dom';
import MuiLink from '@mui/material/Link';
import { STATUSES } from '@/api/statuses';
import type { AppointmentRow } from '@/api/types';
import { formatSourceDate } from '@/components/dateTime';
import { PageHeader } from '@/components/PageHeader';
import { StatusTag } from '@/components/StatusTag';
import { Timestamp } from '@/components/Timestamp';
import type { Column, Criterion } from '@/list/column';
import { ListView } from '@/list/ListView';
import { useLiveAppointments } from '@/live/useLiveAppointments';
import { useText, type TextFunction } from '@/texts/texts';
import { useConnectorChoices } from '@/views/connectors/useConnectors';
import { appointmentNumber } from '@/views/transactions/names';

export default function AppointmentList() {
  const text = useText();
  return (
    <>
      <PageHeader title={text('menu.appointments')} lead={text('appointments.lead')} />
      <ListView<AppointmentRow>
        resource="appointments"
        name="appointments"
        title={text('menu.appointments')}
        columns={useMemo(() => columns(text), [text])}
        criteria={useCriteria()}
        defaultSort="-last_transaction_at"
        linkTo={(row) => `/appointments/${encodeURIComponent(row.appointment_key)}`}
        nameOf={(row) => row.subject ?? String(row.appointment_id)}
        savedViewList="appointments"
        exportPath="/api/appointments/export"
        hasSearch
        useNewRows={useLiveAppointments}
        emptyState={{ title: text('empty.appointments'), hint: text('empty.appointmentsHint') }}
      />
    </>
  );
}

function useCriteria(): readonly Criterion[] {
  const text = useText();
  const connectors = useConnectorChoices();
  return [
    { name: 'job_no', label: 'field.job_no', kind: 'text' },
    { name: 'task_no', label: 'field.task_no', kind: 'text' },
    { name: 'appointment_id', label: 'field.appointment_id', kind: 'number' },
    { name: 'subject_begins', label: 'field.subject_begins', kind: 'text' },
    { name: 'source_app', label: 'field.source_app', kind: 'text' },
    { name: 'connector_id', label: 'field.connector', kind: 'choices', choices: connectors },
    {
      name: 'status',
      label: 'field.status',
      kind: 'choices',
      choices: STATUSES.map((status) => ({ value: status, label: text(`status.${status}`) })),
    },
    { name: 'modified_by', label: 'field.modified_by', kind: 'text' },
    { name: 'created_by', label: 'field.created_by', kind: 'text' },
    { name: 'back_office_id', label: 'field.back_office_id', kind: 'text' },
    { name: 'last_transaction_from', label: 'field.last_transaction_from', kind: 'moment' },
    { name: 'last_transaction_to', label: 'field.last_transaction_to', kind: 'moment' },
  ];
}

function columns(text: TextFunction): readonly Column<AppointmentRow>[] {
  return [
    {
      name: 'last_transaction_at',
      label: 'field.last_transaction_at',
      sort: 'last_transaction_at',
      render: (row) => <Timestamp at={row.last_transaction_at} />,
    },
    {
      name: 'appointment_id',
      label: 'field.appointment',
      sort: 'appointment_id',
      render: (row) => appointmentNumber(row),
    },
    {
      name: 'subject',
      label: 'field.subject',
      sort: 'subject',
      width: 280,
      render: (row) => row.subject,
    },
    {
      name: 'deliveries',
      label: 'field.statuses',
      width: 460,
      render: (row) => <StatusTags row={row} />,
    },
    { name: 'job_no', label: 'field.job_no', sort: 'job_no', render: (row) => row.job_no },
    { name: 'task_no', label: 'field.task_no', sort: 'task_no', render: (row) => row.task_no },
    {
      name: 'source_app',
      label: 'field.source_app',
      sort: 'source_app',
      render: (row) => row.source_app,
    },
    {
      name: 'action',
      label: 'field.action',
      sort: 'action',
      render: (row) => (row.action ? text(`action.${row.action}`) : null),
    },
    {
      name: 'modified_at',
      label: 'field.modified_at',
      sort: 'modified_at',
      render: (row) => <Timestamp at={row.modified_at} />,
    },
    {
      name: 'modified_by',
      label: 'field.modified_by',
      sort: 'modified_by',
      isHiddenByDefault: true,
      render: (row) => row.modified_by,
    },
    {
      name: 'start',
      label: 'field.start',
      sort: 'start',
      isHiddenByDefault: true,
      render: (row) => formatSourceDate(row.start),
    },
    {
      name: 'end',
      label: 'field.end',
      sort: 'end',
      isHiddenByDefault: true,
      render: (row) => formatSourceDate(row.end),
    },
    {
      name: 'source_type',
      label: 'field.source_type',
      sort: 'source_type',
      isHiddenByDefault: true,
      render: (row) => row.source_type,
    },
    {
      name: 'back_office_id',
      label: 'field.back_office_id',
      sort: 'back_office_id',
      isHiddenByDefault: true,
      render: (row) => row.back_office_id,
    },
    {
      name: 'created_by',
      label: 'field.created_by',
      sort: 'created_by',
      isHiddenByDefault: true,
      render: (row) => row.created_by,
    },
  ];
}

function StatusTags({ row }: { row: AppointmentRow }) {
  return (
    <Box
      component="span"
      sx={{ display: 'inline-flex', gap: 0.75, flexWrap: { xs: 'wrap', md: 'nowrap' } }}
    >
      {row.deliveries.map((latest) => (
        <MuiLink
          key={latest.connector_id}
          component={Link}
          to={`/transactions/${encodeURIComponent(latest.delivery_id)}`}
          title={latest.connector_name ?? undefined}
          underline="none"
        >
          <StatusTag status={latest.status} phase={latest.phase} />
        </MuiLink>
      ))}
    </Box>
  );
}
