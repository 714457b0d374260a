/** The attempts of a delivery, the newest first. */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { Attempt } from '@/api/types';
import { CollapsibleText } from '@/components/CollapsibleText';
import { formatElapsed } from '@/components/dateTime';
import { AppliedTag } from '@/components/AppliedTag';
import { DeliveryTags } from '@/components/DeliveryTags';
import { Timestamp } from '@/components/Timestamp';
import { useText, type TextFunction } from '@/texts/texts';
import { OutcomeCheckText } from '@/views/transactions/OutcomeCheckText';
import { receiptText } from '@/views/transactions/receiptText';

export function AttemptList({ attempts }: { attempts: readonly Attempt[] }) {
  const text = useText();
  if (attempts.length === 0)
    return (
      <Typography variant="body2" color="text.secondary">
        {text('details.noAttempts')}
      </Typography>
    );
  return (
    <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0 }}>
      {attempts.map((attempt) => (
        <Box
          component="li"
          key={attempt.attempt}
          sx={{
            py: 1,
            borderTop: 1,
            borderColor: 'divider',
            '&:first-of-type': { borderTop: 0, pt: 0 },
          }}
        >
          <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
            <DeliveryTags delivery={{ ...attempt, phase: 'done' }} />
            {attempt.applied ? <AppliedTag applied={attempt.applied} /> : null}
            <Typography variant="body2">
              {text('details.attemptBy', {
                attempt: attempt.attempt,
                trigger: text(`trigger.${attempt.trigger}`),
              })}
            </Typography>
            <Typography variant="body2" color="text.secondary">
              <Timestamp at={attempt.at} />
            </Typography>
            <Typography variant="body2" color="text.secondary">
              {attemptDetails(attempt, text)}
            </Typography>
          </Box>
          {attempt.message ? (
            <Typography
              variant="body2"
              color="text.secondary"
              sx={{ mt: 0.5, overflowWrap: 'anywhere' }}
            >
              {attempt.message}
            </Typography>
          ) : null}
          {attempt.outcome_check ? <OutcomeCheckText check={attempt.outcome_check} /> : null}
          {attempt.receipt ? (
            <Typography
              variant="body2"
              color="text.secondary"
              sx={{ mt: 0.5, overflowWrap: 'anywhere' }}
            >
              {text('timeline.receipt', { values: receiptText(attempt.receipt, text) })}
            </Typography>
          ) : null}
          {attempt.trace ? (
            <CollapsibleText title="details.stackTrace" body={attempt.trace} />
          ) : null}
        </Box>
      ))}
    </Box>
  );
}

export function attemptDetails(attempt: Attempt, text: TextFunction): string {
  const details = [
    attempt.duration_ms
      ? text('details.took', { duration: formatElapsed(attempt.duration_ms, text) })
      : '',
    attempt.http_status ? `HTTP ${attempt.http_status}` : '',
    attempt.tries > 1 ? `${text('field.tries')} ${attempt.tries}` : '',
    attempt.connector_version
      ? `${text('field.connector_version')} ${attempt.connector_version}`
      : '',
    attempt.replica ?? '',
  ];
  return details.filter(Boolean).join(' · ');
}
