/** Audit: every change, with its user and the values before. */

import { useMemo } from 'react';
import Box from '@mui/material/Box';
import type { AuditEntry, Row } from '@/api/types';
import { PageHeader } from '@/components/PageHeader';
import { Tag } from '@/components/Tag';
import { Timestamp } from '@/components/Timestamp';
import type { Column, Criterion } from '@/list/column';
import { ListView } from '@/list/ListView';
import { useText, type TextFunction } from '@/texts/texts';
import { actionName } from '@/views/audit/actionName';
import { ChangeSummary } from '@/views/audit/ChangeSummary';

type AuditRow = AuditEntry & Row;
const FIRST_ERROR_STATUS = 400;

const CRITERIA: readonly Criterion[] = [
  { name: 'who', label: 'field.who', kind: 'text' },
  { name: 'action', label: 'field.action', kind: 'text' },
  { name: 'target', label: 'field.target', kind: 'text' },
  { name: 'at_from', label: 'field.at_from', kind: 'moment' },
  { name: 'at_to', label: 'field.at_to', kind: 'moment' },
];

export default function AuditPage() {
  const text = useText();
  return (
    <>
      <PageHeader title={text('audit.title')} lead={text('audit.lead')} />
      <ListView<AuditRow>
        resource="audit"
        name="audit"
        title={text('audit.title')}
        columns={useMemo(() => columns(text), [text])}
        criteria={CRITERIA}
        defaultSort="-at"
        exportPath="/api/audit/export"
        nameOf={(row) => `${row.who} ${row.action}`}
        savedViewList="audit"
        emptyState={{ title: text('empty.audit'), hint: text('empty.auditHint') }}
      />
    </>
  );
}

function columns(text: TextFunction): readonly Column<AuditRow>[] {
  return [
    { name: 'at', label: 'field.at', sort: 'at', render: (row) => <Timestamp at={row.at} /> },
    {
      name: 'who',
      label: 'field.who',
      sort: 'who',
      render: (row) => <strong>{row.who || '–'}</strong>,
    },
    {
      name: 'action',
      label: 'field.action',
      sort: 'action',
      width: 260,
      render: (row) => actionName(row.action, text),
    },
    {
      name: 'target',
      label: 'field.target',
      sort: 'target',
      width: 220,
      render: (row) => row.target,
    },
    { name: 'outcome', label: 'field.outcome', render: (row) => <Outcome entry={row} /> },
    {
      name: 'change',
      label: 'audit.change',
      width: 520,
      render: (row) =>
        (row.before ?? row.after) ? <ChangeSummary before={row.before} after={row.after} /> : null,
    },
    {
      name: 'role',
      label: 'field.role',
      isHiddenByDefault: true,
      render: (row) => (row.role ? text(`role.${row.role}`) : null),
    },
    { name: 'via', label: 'field.via', render: (row) => row.via },
    {
      name: 'address',
      label: 'field.address',
      isHiddenByDefault: true,
      render: (row) => row.address,
    },
  ];
}

function Outcome({ entry }: { entry: AuditEntry }) {
  const text = useText();
  const isRefused = (entry.outcome ?? FIRST_ERROR_STATUS) >= FIRST_ERROR_STATUS;
  return (
    <Box component="span" title={outcomeTitle(entry, text)}>
      <Tag tone={isRefused ? 'bad' : 'good'}>
        {text(isRefused ? 'audit.refused' : 'audit.done')}
        {entry.count > 1 ? ` × ${entry.count.toLocaleString()}` : null}
      </Tag>
    </Box>
  );
}

function outcomeTitle({ outcome, count }: AuditEntry, text: TextFunction): string | undefined {
  if (count > 1) return text('audit.counted', { count, outcome: outcome ?? '–' });
  return outcome ? `HTTP ${outcome}` : undefined;
}
