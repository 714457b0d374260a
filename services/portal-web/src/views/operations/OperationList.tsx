/** Operations: retries and archivings of many transactions, the newest first. */

import { useMemo } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { Operation } from '@/api/types';
import type { Column, Criterion, Row } from '@/list/column';
import { ListView } from '@/list/ListView';
import { useLive } from '@/live/useLiveEvents';
import { Moment } from '@/components/Timestamp';
import { PageHead } from '@/components/PageHeader';
import { useText, type Text } from '@/texts/texts';
import { Progress, StateTag } from '@/views/operations/OperationState';

type Listed = Operation & Row;
const STATES = ['planned', 'running', 'paused', 'stopped', 'cancelled', 'done'] as const;
const KINDS = ['retry', 'archive', 'restore'] as const;
const LOOKED_AGAIN_MS = 10_000;

export default function Operations() {
  const text = useText();
  useLiveOperations();
  return (
    <>
      <PageHead title={text('operations.title')} lead={text('operations.lead')} />
      <ListView<Listed>
        list="operations"
        name="operations"
        title={text('operations.title')}
        columns={useMemo(() => columns(text), [text])}
        criteria={criteria(text)}
        usualSort="-asked_at"
        exportPath="/api/operations/export"
        to={(row) => `/operations/${row.operation_id}`}
        named={(row) =>
          text('operations.by', { kind: text(`operations.${row.kind}`), who: row.asked_by })
        }
        every={LOOKED_AGAIN_MS}
        empty={{ title: text('empty.operations'), hint: text('empty.operationsHint') }}
      />
    </>
  );
}

/** Rows move on where they stand. */
function useLiveOperations(): void {
  const client = useQueryClient();
  useLive<Operation>('operation', (events) => {
    const latest = new Map(events.map((event) => [event.operation_id, event]));
    client.setQueriesData<{ data: Listed[] }>(
      { queryKey: ['operations', 'getList'] },
      (page) =>
        page && { ...page, data: page.data.map((row) => newer(row, latest.get(row.operation_id))) },
    );
  });
}

function newer(row: Listed, event?: Operation): Listed {
  return event && event.revision >= row.revision ? { ...row, ...event } : row;
}

function columns(text: Text): readonly Column<Listed>[] {
  return [
    {
      name: 'kind',
      label: 'field.kind',
      sort: 'kind',
      show: (row) => text(`operations.${row.kind}`),
    },
    {
      name: 'state',
      label: 'field.state',
      sort: 'state',
      show: (row) => <StateTag operation={row} />,
    },
    {
      name: 'progress',
      label: 'field.progress',
      width: 360,
      show: (row) => <Progress operation={row} />,
    },
    { name: 'asked_by', label: 'field.asked_by', sort: 'asked_by', show: (row) => row.asked_by },
    {
      name: 'asked_at',
      label: 'field.asked_at',
      sort: 'asked_at',
      show: (row) => <Moment at={row.asked_at} />,
    },
    { name: 'reason', label: 'field.message', width: 320, show: (row) => row.reason },
  ];
}

function criteria(text: Text): readonly Criterion[] {
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
