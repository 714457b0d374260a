/** The texts and links of each kind of timeline entry. */

import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { HttpExchange, TimelineEntry } from '@/api/types';
import { formatSourceDate, formatElapsed } from '@/components/dateTime';
import { formatBytes } from '@/components/formatBytes';
import { AppliedTag } from '@/components/AppliedTag';
import { DeliveryTags } from '@/components/DeliveryTags';
import { statusTone } from '@/components/StatusTag';
import { Tag } from '@/components/Tag';
import type { TextFunction, TextKey } from '@/texts/texts';
import type { Tone } from '@/theme/tones';
import { actionName } from '@/views/audit/actionName';
import { fieldLabelKey } from '@/views/connectors/differences';
import { receiptText } from '@/views/transactions/receiptText';

type EntryOf<Kind extends TimelineEntry['kind']> = Extract<TimelineEntry, { kind: Kind }>;

export interface EntryDescription {
  tone: Tone;
  title: ReactNode;
  /** The call and its response. */
  calls?: string[];
  details?: string;
  links: { to: string; label: string }[];
}

const FIRST_ERROR_STATUS = 400;

export function describeEntry(
  entry: TimelineEntry,
  text: TextFunction,
  isAdmin: boolean,
): EntryDescription {
  switch (entry.kind) {
    case 'version':
      return describeVersion(entry, text);
    case 'attempt':
      return describeAttempt(entry, text);
    case 'operation':
      return describeOperation(entry, text, isAdmin);
    case 'note':
      return {
        tone: 'quiet',
        title: <EntryTitle title={text('timeline.noted')} who={entry.who} />,
        details: entry.text,
        links: [
          { to: '/errors?view=groups', label: text('errors.groups') },
          ...auditLinks(entry.cause, text, isAdmin),
        ],
      };
    case 'settings':
      return describeSettings(entry, text, isAdmin);
    case 'audit':
      return describeAudit(entry, text);
  }
}

function EntryTitle({ title, who }: { title: string; who?: string | null }) {
  return (
    <Typography variant="body2">
      <strong>{title}</strong>
      {who ? ` · ${who}` : ''}
    </Typography>
  );
}

function describeVersion(
  { appointment, changed, action, who, delivery_id }: EntryOf<'version'>,
  text: TextFunction,
): EntryDescription {
  const fields: Record<string, unknown> = { ...appointment };
  const changedValues = changed.map(
    (name) =>
      `${text(`field.${name}` as TextKey)}: ${formatSourceDate(fields[name] as string | null) ?? '–'}`,
  );
  const planned = appointment?.start
    ? [
        `${text('details.planned')}: ` +
          `${formatSourceDate(appointment.start) ?? ''} – ${formatSourceDate(appointment.end) ?? ''}`,
      ]
    : [];
  const title = (
    <EntryTitle
      title={text('details.reported', { action: action ? text(`action.${action}`) : '' })}
      who={who}
    />
  );
  return {
    tone: 'busy',
    title,
    details: (changed.length > 0 ? changedValues : planned).join(' · '),
    links: [transactionLink(delivery_id, text)],
  };
}

function describeAttempt(
  { attempt, connector_name, delivery_id, who }: EntryOf<'attempt'>,
  text: TextFunction,
): EntryDescription {
  const title = (
    <>
      <DeliveryTags delivery={{ ...attempt, phase: 'done' }} />
      {attempt.applied ? <AppliedTag applied={attempt.applied} /> : null}
      <Typography variant="body2">
        {connector_name ?? text('details.noConnector')} ·{' '}
        {text('details.attemptBy', {
          attempt: attempt.attempt,
          trigger: text(`trigger.${attempt.trigger}`),
        })}
        {who ? ` (${who})` : ''}
      </Typography>
    </>
  );
  const details = [
    attempt.tries > 1 ? `${text('field.tries')} ${attempt.tries}` : '',
    attempt.connector_version
      ? `${text('field.connector_version')} ${attempt.connector_version}`
      : '',
  ];
  return {
    tone: statusTone(attempt.status),
    title,
    calls: attempt.exchange
      ? describeCalls(attempt.exchange, attempt.duration_ms, text)
      : [text('timeline.nothingSent')],
    details: [...details, attempt.message, ...outcomeTexts(attempt, text)]
      .filter(Boolean)
      .join(' · '),
    links: [transactionLink(delivery_id, text)],
  };
}

/** The receipt of the back office, its message about the record, and the last outcome check. */
function outcomeTexts(
  { receipt, applied, outcome_check }: EntryOf<'attempt'>['attempt'],
  text: TextFunction,
): string[] {
  return [
    receipt ? text('timeline.receipt', { values: receiptText(receipt, text) }) : '',
    applied?.message ?? '',
    outcome_check?.note ?? '',
  ];
}

function describeCalls(
  exchange: HttpExchange,
  duration: number | null | undefined,
  text: TextFunction,
): string[] {
  const { method, address, sent_bytes, http_status, received_bytes } = exchange;
  const response = http_status
    ? [`HTTP ${http_status}`, formatBytes(received_bytes ?? 0, text)]
    : [text('timeline.noAnswer')];
  const elapsed = duration ? text('details.took', { duration: formatElapsed(duration, text) }) : '';
  return [
    `→ ${method} ${address} · ${formatBytes(sent_bytes, text)}`,
    `← ${[...response, elapsed].filter(Boolean).join(' · ')}`,
  ];
}

function describeOperation(
  { operation: kind, who, operation_id, deliveries }: EntryOf<'operation'>,
  text: TextFunction,
  isAdmin: boolean,
): EntryDescription {
  const outcomes = deliveries.map(({ outcome, message }) =>
    [text(`operations.${outcome}`), message].filter(Boolean).join(': '),
  );
  return {
    tone: 'held',
    title: <EntryTitle title={text(`timeline.${kind}`)} who={who} />,
    details: outcomes.join(' · '),
    links: [
      { to: `/operations/${operation_id}`, label: text('operations.one') },
      ...auditLinks(operation_id, text, isAdmin),
    ],
  };
}

function describeSettings(
  { connector_id, connector_name, version, changed, who }: EntryOf<'settings'>,
  text: TextFunction,
  isAdmin: boolean,
): EntryDescription {
  const fields = changed.map((name) => {
    const key = fieldLabelKey(name);
    return key ? text(key) : name;
  });
  const to = `/connectors/${connector_id}?from=${version - 1}&to=${version}`;
  return {
    tone: 'held',
    title: (
      <EntryTitle title={text('timeline.settings', { name: connector_name, version })} who={who} />
    ),
    details: fields.join(', '),
    links: [
      { to, label: text('connectors.showChange') },
      ...auditLinks(connector_id, text, isAdmin),
    ],
  };
}

function describeAudit(
  { action, outcome, who, target }: EntryOf<'audit'>,
  text: TextFunction,
): EntryDescription {
  const isRefused = (outcome ?? FIRST_ERROR_STATUS) >= FIRST_ERROR_STATUS;
  const title = (
    <>
      <EntryTitle title={actionName(action, text)} who={who} />
      <Tag tone={isRefused ? 'bad' : 'good'}>
        {text(isRefused ? 'audit.refused' : 'audit.done')}
      </Tag>
    </>
  );
  return { tone: 'quiet', title, links: auditLinks(target, text, true) };
}

function transactionLink(id: string, text: TextFunction) {
  return { to: `/transactions/${encodeURIComponent(id)}`, label: text('field.details') };
}

function auditLinks(target: string, text: TextFunction, isAdmin: boolean) {
  return isAdmin
    ? [{ to: `/audit?target=${encodeURIComponent(target)}`, label: text('timeline.inAudit') }]
    : [];
}
