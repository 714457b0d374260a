/** The filter criteria of Transactions and Error Tracking. */

import { APPLIED_STATES } from '@/api/statuses';
import type { Status } from '@/api/types';
import type { Criterion } from '@/list/column';
import { useText, type TextFunction } from '@/texts/texts';
import { useConnectorChoices } from '@/views/connectors/useConnectors';

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
    {
      name: 'overtaken',
      label: 'field.overtaken',
      kind: 'choice',
      choices: [{ value: 'true', label: text('list.yes') }],
    },
    {
      name: 'applied',
      label: 'field.applied',
      kind: 'choices',
      choices: APPLIED_STATES.map((state) => ({ value: state, label: text(`applied.${state}`) })),
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

function phaseChoices(text: TextFunction) {
  return (['pending', 'in progress', 'held', 'done'] as const).map((phase) => ({
    value: phase,
    label: text(`phase.${phase}`),
  }));
}
