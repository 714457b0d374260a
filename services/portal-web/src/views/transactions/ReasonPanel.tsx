/** The reason for the status of a delivery, and the next step. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router-dom';
import { isOutcomeUnknown, isUnsuccessful } from '@/api/statuses';
import type { DeliveryDetails } from '@/api/types';
import { Panel } from '@/components/Panel';
import { DeliveryTags } from '@/components/DeliveryTags';
import { Timestamp } from '@/components/Timestamp';
import { knownFaults } from '@/faults/faults';
import { useText } from '@/texts/texts';
import { OutcomeCheckText } from '@/views/transactions/OutcomeCheckText';

export function ReasonPanel({ delivery }: { delivery: DeliveryDetails }) {
  const text = useText();
  const { status, phase, message } = delivery;
  const isDone = phase === 'done' || phase === 'archived';
  return (
    <Panel title={<DeliveryTags delivery={delivery} />}>
      <Box sx={{ display: 'grid', gap: 1.5 }}>
        <Typography variant="body2">
          {text(isDone && status ? `statusMeaning.${status}` : `phaseMeaning.${phase}`)}
        </Typography>
        {message ? <ReasonText message={message} /> : null}
        <OutcomeNotes delivery={delivery} />
        {isDone && status && isUnsuccessful(status) && !delivery.overtaken_by ? (
          <Box>
            <Typography variant="h3">{text('details.whatToDo')}</Typography>
            <Typography variant="body2">
              {text(isOutcomeUnknown(delivery) ? 'outcome.nextStep' : `nextStep.${status}`)}
            </Typography>
          </Box>
        ) : null}
        {delivery.automatic_retry ? <AutomaticRetry retry={delivery.automatic_retry} /> : null}
        {delivery.code ? <KnownCauses code={delivery.code} /> : null}
      </Box>
    </Panel>
  );
}

/** The facts beside the status: another action, a newer version, and an unknown outcome. */
function OutcomeNotes({ delivery }: { delivery: DeliveryDetails }) {
  const text = useText();
  return (
    <>
      {isSentAsCreate(delivery) ? (
        <Typography variant="body2">{text('details.sentAsCreate')}</Typography>
      ) : null}
      {delivery.overtaken_by ? <Overtaken by={delivery.overtaken_by} /> : null}
      {isOutcomeUnknown(delivery) ? (
        <Alert severity="warning">{text('outcome.unknownMeaning')}</Alert>
      ) : null}
      {delivery.outcome_check ? <OutcomeCheckText check={delivery.outcome_check} /> : null}
    </>
  );
}

/** The reason. Its first line names the fix, and the answer of the back office follows. */
function ReasonText({ message }: { message: string }) {
  const text = useText();
  return (
    <Box>
      <Typography variant="h3">{text('details.reason')}</Typography>
      <Typography
        component="pre"
        variant="body2"
        sx={{
          m: 0,
          mt: 0.5,
          p: 1.25,
          borderRadius: 2,
          bgcolor: 'background.default',
          fontFamily: 'ui-monospace, monospace',
          fontSize: '0.8rem',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
        }}
      >
        {message}
      </Typography>
    </Box>
  );
}

/** A newer version arrived, so that this failure needs no work. */
function Overtaken({ by }: { by: NonNullable<DeliveryDetails['overtaken_by']> }) {
  const text = useText();
  return (
    <Alert severity="info">
      {text('details.overtaken')}{' '}
      <Link component={RouterLink} to={`/transactions/${encodeURIComponent(by.delivery_id)}`}>
        {text('details.newerTransaction')}
      </Link>
    </Alert>
  );
}

/** Return whether an update was sent as a create (design.md, rule 5). */
function isSentAsCreate({ action, sent_action }: DeliveryDetails): boolean {
  return sent_action === 'create' && action !== 'create';
}

/** The next retry by the timer job, or the reason why there is none. */
function AutomaticRetry({ retry }: { retry: NonNullable<DeliveryDetails['automatic_retry']> }) {
  const text = useText();
  return (
    <Box>
      <Typography variant="h3">{text('details.automaticRetry')}</Typography>
      <Typography variant="body2">
        {retry.at ? <Timestamp at={retry.at} /> : null} {retry.reason}
      </Typography>
    </Box>
  );
}

function KnownCauses({ code }: { code: string }) {
  const text = useText();
  const faults = knownFaults(code);
  if (faults.length < 2) return null;
  return (
    <Box
      component="details"
      sx={{ '& summary': { cursor: 'pointer', fontWeight: 560, fontSize: '0.86rem' } }}
    >
      <summary>{text('details.knownCauses', { code })}</summary>
      <Box component="ul" sx={{ mt: 0.75, mb: 0, pl: 2.5, display: 'grid', gap: 0.5 }}>
        {faults.map((fault) => (
          <Typography key={fault.say} component="li" variant="body2">
            {fault.say}
            {fault.retried ? ` (${text('details.retriedAtOnce')})` : ''}
            {fault.unknown ? ` (${text('details.outcomeUnknown')})` : ''}
          </Typography>
        ))}
      </Box>
    </Box>
  );
}
