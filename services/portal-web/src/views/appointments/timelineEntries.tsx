/** What each kind of happening says on the timeline. */

import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';
import type { Exchange, Happening } from '@/api/types';
import { own, took } from '@/components/dateTime';
import { size } from '@/components/formatBytes';
import { StatusTag } from '@/components/StatusTag';
import { Tag } from '@/components/Tag';
import type { Tone } from '@/theme/theme';
import type { Text, TextKey } from '@/texts/texts';
import { actionName } from '@/views/audit/actionName';
import { fieldText } from '@/views/connectors/differences';

type Of<Kind extends Happening['kind']> = Extract<Happening, { kind: Kind }>;

export interface Told {
  tone: Tone;
  what: ReactNode;
  /** What was sent, and what was answered. */
  calls?: string[];
  more?: string;
  links: { to: string; label: string }[];
}

const REFUSED = 400;

export function told(happening: Happening, text: Text, isAdmin: boolean): Told {
  switch (happening.kind) {
    case 'version':
      return version(happening, text);
    case 'attempt':
      return attempt(happening, text);
    case 'operation':
      return operation(happening, text, isAdmin);
    case 'note':
      return {
        tone: 'quiet',
        what: <Said what={text('timeline.noted')} who={happening.who} />,
        more: happening.text,
        links: [
          { to: '/errors?view=groups', label: text('errors.groups') },
          ...inAudit(happening.cause, text, isAdmin),
        ],
      };
    case 'settings':
      return settings(happening, text, isAdmin);
    case 'audit':
      return audited(happening, text);
  }
}

function Said({ what, who }: { what: string; who?: string | null }) {
  return (
    <Typography variant="body2">
      <strong>{what}</strong>
      {who ? ` · ${who}` : ''}
    </Typography>
  );
}

function version(
  { appointment, changed, action, who, delivery_id }: Of<'version'>,
  text: Text,
): Told {
  const facts: Record<string, unknown> = { ...appointment };
  const differing = changed.map(
    (name) => `${text(`field.${name}` as TextKey)}: ${own(facts[name] as string | null) ?? '–'}`,
  );
  const planned = appointment?.start
    ? [
        `${text('details.planned')}: ` +
          `${own(appointment.start) ?? ''} – ${own(appointment.end) ?? ''}`,
      ]
    : [];
  const what = (
    <Said
      what={text('details.reported', { action: action ? text(`action.${action}`) : '' })}
      who={who}
    />
  );
  return {
    tone: 'busy',
    what,
    more: (changed.length > 0 ? differing : planned).join(' · '),
    links: [delivery(delivery_id, text)],
  };
}

function attempt(
  { attempt: made, connector_name, delivery_id, who }: Of<'attempt'>,
  text: Text,
): Told {
  const tone =
    made.status === 'Success'
      ? 'good'
      : made.status === 'Skipped'
        ? 'quiet'
        : made.status === 'Failed'
          ? 'bad'
          : 'warn';
  const what = (
    <>
      <StatusTag status={made.status} phase="done" />
      <Typography variant="body2">
        {connector_name ?? text('details.noConnector')} ·{' '}
        {text('details.attemptBy', {
          attempt: made.attempt,
          trigger: text(`trigger.${made.trigger}`),
        })}
        {who ? ` (${who})` : ''}
      </Typography>
    </>
  );
  const particulars = [
    made.tries > 1 ? `${text('field.tries')} ${made.tries}` : '',
    made.connector_version ? `${text('field.connector_version')} ${made.connector_version}` : '',
  ];
  return {
    tone,
    what,
    calls: made.exchange
      ? calls(made.exchange, made.duration_ms, text)
      : [text('timeline.nothingSent')],
    more: [...particulars, made.message].filter(Boolean).join(' · '),
    links: [delivery(delivery_id, text)],
  };
}

function calls(exchange: Exchange, duration: number | null | undefined, text: Text): string[] {
  const { method, address, sent_bytes, http_status, received_bytes } = exchange;
  const answer = http_status
    ? [`HTTP ${http_status}`, size(received_bytes ?? 0, text)]
    : [text('timeline.noAnswer')];
  const lasted = duration ? text('details.took', { duration: took(duration, text) }) : '';
  return [
    `→ ${method} ${address} · ${size(sent_bytes, text)}`,
    `← ${[...answer, lasted].filter(Boolean).join(' · ')}`,
  ];
}

function operation(
  { operation: kind, who, operation_id, deliveries }: Of<'operation'>,
  text: Text,
  isAdmin: boolean,
): Told {
  const outcomes = deliveries.map(({ outcome, message }) =>
    [text(`operations.${outcome}`), message].filter(Boolean).join(': '),
  );
  return {
    tone: 'held',
    what: <Said what={text(`timeline.${kind}`)} who={who} />,
    more: outcomes.join(' · '),
    links: [
      { to: `/operations/${operation_id}`, label: text('operations.one') },
      ...inAudit(operation_id, text, isAdmin),
    ],
  };
}

function settings(
  { connector_id, connector_name, version: made, changed, who }: Of<'settings'>,
  text: Text,
  isAdmin: boolean,
): Told {
  const fields = changed.map((name) => {
    const key = fieldText(name);
    return key ? text(key) : name;
  });
  const to = `/connectors/${connector_id}?from=${made - 1}&to=${made}`;
  return {
    tone: 'held',
    what: (
      <Said what={text('timeline.settings', { name: connector_name, version: made })} who={who} />
    ),
    more: fields.join(', '),
    links: [{ to, label: text('connectors.showChange') }, ...inAudit(connector_id, text, isAdmin)],
  };
}

function audited({ action, outcome, who, target }: Of<'audit'>, text: Text): Told {
  const isRefused = (outcome ?? REFUSED) >= REFUSED;
  const what = (
    <>
      <Said what={actionName(action, text)} who={who} />
      <Tag tone={isRefused ? 'bad' : 'good'}>
        {text(isRefused ? 'audit.refused' : 'audit.done')}
      </Tag>
    </>
  );
  return { tone: 'quiet', what, links: inAudit(target, text, true) };
}

function delivery(id: string, text: Text) {
  return { to: `/transactions/${encodeURIComponent(id)}`, label: text('field.details') };
}

function inAudit(target: string, text: Text, isAdmin: boolean) {
  return isAdmin
    ? [{ to: `/audit?target=${encodeURIComponent(target)}`, label: text('timeline.inAudit') }]
    : [];
}
