/** Every version and every attempt, on one line of time, the newest first. */

import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router-dom';
import type { ReactNode } from 'react';
import type { Activity } from '@/api/types';
import { Empty } from '@/show/Empty';
import { own } from '@/show/moment';
import { Moment } from '@/show/Moment';
import { StatusTag } from '@/show/StatusTag';
import type { Tone } from '@/shell/theme';
import { useText, type Text } from '@/texts/texts';
import { particulars } from '@/views/transactions/Attempts';

interface Happening {
  id: string;
  at: string;
  tone: Tone;
  what: ReactNode;
  more?: string;
  to: string;
}

export function Timeline({ activity }: { activity: readonly Activity[] }) {
  const text = useText();
  const all = [...versions(activity, text), ...attempts(activity, text)].sort((one, other) => other.at.localeCompare(one.at));
  if (all.length === 0) return <Empty title={text('details.noActivity')} />;
  return (
    <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0, pl: 1.5 }}>
      {all.map((happening) => (
        <Box component="li" key={happening.id} sx={(theme) => ({ position: 'relative', pl: 3, pb: 2, borderLeft: 2, borderColor: 'divider', '&:last-of-type': { borderColor: 'transparent' }, '&::before': { content: '""', position: 'absolute', left: -7, top: 5, width: 12, height: 12, borderRadius: '50%', bgcolor: theme.palette.tones[happening.tone].line, border: `2px solid ${theme.palette.background.paper}` } })}>
          <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
            <Typography variant="body2" color="text.secondary" sx={{ minWidth: 72 }}>
              <Moment at={happening.at} />
            </Typography>
            {happening.what}
            <Link component={RouterLink} to={happening.to} variant="body2">
              {text('field.details')}
            </Link>
          </Box>
          {happening.more ? (
            <Typography variant="body2" color="text.secondary" sx={{ mt: 0.25, overflowWrap: 'anywhere' }}>
              {happening.more}
            </Typography>
          ) : null}
        </Box>
      ))}
    </Box>
  );
}

/** Each transaction once, however many connectors it went to. */
function versions(activity: readonly Activity[], text: Text): Happening[] {
  const seen = new Map<string, Happening>();
  for (const delivery of activity.flatMap((one) => one.deliveries)) {
    const id = delivery.transaction_id ?? delivery.delivery_id;
    if (seen.has(id)) continue;
    const { appointment } = delivery;
    const who = appointment?.modified_by;
    const what = (
      <Typography variant="body2">
        <strong>{text('details.reported', { action: delivery.action ? text(`action.${delivery.action}`) : '' })}</strong>
        {who ? ` · ${who}` : ''}
      </Typography>
    );
    const period = appointment?.start ? `${text('details.planned')}: ${own(appointment.start) ?? ''} – ${own(appointment.end) ?? ''}` : undefined;
    seen.set(id, { id, at: delivery.received_at, tone: 'busy', what, more: period, to: `/transactions/${encodeURIComponent(delivery.delivery_id)}` });
  }
  return [...seen.values()];
}

function attempts(activity: readonly Activity[], text: Text): Happening[] {
  return activity.flatMap((one) =>
    one.deliveries.flatMap((delivery) =>
      delivery.attempts.map((attempt) => ({
        id: `${delivery.delivery_id}.${attempt.attempt}`,
        at: attempt.at,
        tone: attempt.status === 'Success' ? ('good' as const) : attempt.status === 'Skipped' ? ('quiet' as const) : attempt.status === 'Failed' ? ('bad' as const) : ('warn' as const),
        what: (
          <>
            <StatusTag status={attempt.status} phase="done" />
            <Typography variant="body2">
              {one.connector_name ?? text('details.noConnector')} · {text('details.attemptBy', { attempt: attempt.attempt, trigger: text(`trigger.${attempt.trigger}`) })}
            </Typography>
          </>
        ),
        more: [particulars(attempt, text), attempt.message].filter(Boolean).join(' — '),
        to: `/transactions/${encodeURIComponent(delivery.delivery_id)}`,
      })),
    ),
  );
}
