/** Audit: who changed what, and what it was before. */

import { useMemo } from 'react';
import Box from '@mui/material/Box';
import type { AuditEntry } from '@/api/types';
import type { Column, Criterion, Row } from '@/list/column';
import { ListView } from '@/list/ListView';
import { Moment } from '@/components/Timestamp';
import { PageHead } from '@/components/PageHeader';
import { Tag } from '@/components/Tag';
import { useText, type Text } from '@/texts/texts';
import { Change } from '@/views/audit/ChangeSummary';
import { actionName } from '@/views/audit/actionName';

type Listed = AuditEntry & Row;
const REFUSED = 400;

const CRITERIA: readonly Criterion[] = [
  { name: 'who', label: 'field.who', kind: 'text' },
  { name: 'action', label: 'field.action', kind: 'text' },
  { name: 'target', label: 'field.target', kind: 'text' },
  { name: 'at_from', label: 'field.at_from', kind: 'moment' },
  { name: 'at_to', label: 'field.at_to', kind: 'moment' },
];

export default function Audit() {
  const text = useText();
  return (
    <>
      <PageHead title={text('audit.title')} lead={text('audit.lead')} />
      <ListView<Listed>
        list="audit"
        name="audit"
        title={text('audit.title')}
        columns={useMemo(() => columns(text), [text])}
        criteria={CRITERIA}
        usualSort="-at"
        exportPath="/api/audit/export"
        named={(row) => `${row.who} ${row.action}`}
        saved="audit"
        empty={{ title: text('empty.audit'), hint: text('empty.auditHint') }}
      />
    </>
  );
}

function columns(text: Text): readonly Column<Listed>[] {
  return [
    { name: 'at', label: 'field.at', sort: 'at', show: (row) => <Moment at={row.at} /> },
    {
      name: 'who',
      label: 'field.who',
      sort: 'who',
      show: (row) => <strong>{row.who || '–'}</strong>,
    },
    {
      name: 'action',
      label: 'field.action',
      sort: 'action',
      width: 260,
      show: (row) => actionName(row.action, text),
    },
    {
      name: 'target',
      label: 'field.target',
      sort: 'target',
      width: 220,
      show: (row) => row.target,
    },
    { name: 'outcome', label: 'field.outcome', show: (row) => <Outcome entry={row} /> },
    {
      name: 'change',
      label: 'audit.change',
      width: 520,
      show: (row) =>
        (row.before ?? row.after) ? <Change before={row.before} after={row.after} /> : null,
    },
    {
      name: 'role',
      label: 'field.role',
      isExtra: true,
      show: (row) => (row.role ? text(`role.${row.role}`) : null),
    },
    { name: 'via', label: 'field.via', show: (row) => row.via },
    { name: 'address', label: 'field.address', isExtra: true, show: (row) => row.address },
  ];
}

function Outcome({ entry }: { entry: AuditEntry }) {
  const text = useText();
  const isRefused = (entry.outcome ?? REFUSED) >= REFUSED;
  return (
    <Box component="span" title={entry.outcome ? `HTTP ${entry.outcome}` : undefined}>
      <Tag tone={isRefused ? 'bad' : 'good'}>
        {text(isRefused ? 'audit.refused' : 'audit.done')}
      </Tag>
    </Box>
  );
}
