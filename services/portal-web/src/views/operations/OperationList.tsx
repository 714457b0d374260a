/** Operations that retry, check, archive or restore many transactions, the newest first. */

import { useMemo } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { Operation, Row } from '@/api/types';
import { PageHeader } from '@/components/PageHeader';
import { Timestamp } from '@/components/Timestamp';
import type { Column, Criterion } from '@/list/column';
import { ListView } from '@/list/ListView';
import { useLiveEvents } from '@/live/useLiveEvents';
import { useText, type TextFunction } from '@/texts/texts';
import { OperationProgress, StateTag } from '@/views/operations/OperationState';

type OperationRow = Operation & Row;
const STATES = ['planned', 'running', 'paused', 'stopped', 'cancelled', 'done'] as const;
const KINDS = ['retry', 'check', 'archive', 'restore'] as const;
const POLL_INTERVAL_MS = 10_000;

export default function OperationList() {
  const text = useText();
  useLiveOperations();
  return (
    <>
      <PageHeader title={text('operations.title')} lead={text('operations.lead')} />
      <ListView<OperationRow>
        resource="operations"
        name="operations"
        title={text('operations.title')}
        columns={useMemo(() => columns(text), [text])}
        criteria={criteria(text)}
        defaultSort="-asked_at"
        exportPath="/api/operations/export"
        linkTo={(row) => `/operations/${row.operation_id}`}
        nameOf={(row) =>
          text('operations.by', { kind: text(`operations.${row.kind}`), who: row.asked_by })
        }
        refetchInterval={POLL_INTERVAL_MS}
        emptyState={{ title: text('empty.operations'), hint: text('empty.operationsHint') }}
      />
    </>
  );
}

/** Update the rows in place. */
function useLiveOperations(): void {
  const client = useQueryClient();
  useLiveEvents<Operation>('operation', (events) => {
    const latest = new Map(events.map((event) => [event.operation_id, event]));
    client.setQueriesData<{ data: OperationRow[] }>(
      { queryKey: ['operations', 'getList'] },
      (page) =>
        page && {
          ...page,
          data: page.data.map((row) => newerOf(row, latest.get(row.operation_id))),
        },
    );
  });
}

function newerOf(row: OperationRow, event?: Operation): OperationRow {
  return event && event.revision >= row.revision ? { ...row, ...event } : row;
}

function columns(text: TextFunction): readonly Column<OperationRow>[] {
  return [
    {
      name: 'kind',
      label: 'field.kind',
      sort: 'kind',
      render: (row) => text(`operations.${row.kind}`),
    },
    {
      name: 'state',
      label: 'field.state',
      sort: 'state',
      render: (row) => <StateTag operation={row} />,
    },
    {
      name: 'progress',
      label: 'field.progress',
      width: 360,
      render: (row) => <OperationProgress operation={row} />,
    },
    { name: 'asked_by', label: 'field.asked_by', sort: 'asked_by', render: (row) => row.asked_by },
    {
      name: 'asked_at',
      label: 'field.asked_at',
      sort: 'asked_at',
      render: (row) => <Timestamp at={row.asked_at} />,
    },
    { name: 'reason', label: 'field.message', width: 320, render: (row) => row.reason },
  ];
}

function criteria(text: TextFunction): readonly Criterion[] {
  return [
    {
      name: 'kind',
      label: 'field.kind',
      kind: 'choice',
      choices: KINDS.map((kind) => ({ value: kind, label: text(`operations.${kind}`) })),
    },
    {
      name: 'state',
      label: 'field.state',
      kind: 'choice',
      choices: STATES.map((state) => ({ value: state, label: text(`operations.${state}`) })),
    },
    { name: 'asked_by', label: 'field.asked_by', kind: 'text' },
  ];
}
