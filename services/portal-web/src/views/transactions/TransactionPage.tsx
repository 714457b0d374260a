/**
 * One transaction on its way to one connector: the reason, the settings to mend, and another
 * attempt.
 */

import Archive from '@mui/icons-material/Inventory2Outlined';
import Replay from '@mui/icons-material/ReplayOutlined';
import Unarchive from '@mui/icons-material/UnarchiveOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { Link as RouterLink, useLocation, useParams } from 'react-router-dom';
import { useMay } from '@/account/useHasRole';
import type { DeliveryDetails } from '@/api/types';
import { Back } from '@/components/BackButton';
import { Copyable } from '@/components/CopyableValue';
import { Facts } from '@/components/DescriptionList';
import { own } from '@/components/dateTime';
import { Moment } from '@/components/Timestamp';
import { PageHead } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { Trouble } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';
import { MbocSettings } from '@/views/connectors/MbocSettings';
import { numbered } from '@/views/transactions/columns';
import { Attempts } from '@/views/transactions/AttemptList';
import { DeadLetter } from '@/views/transactions/DeadLetterPanel';
import { useAsking, useDelivery } from '@/views/transactions/useTransaction';
import { Reason } from '@/views/transactions/ReasonPanel';

export default function DeliveryPage() {
  const text = useText();
  const { id = '' } = useParams();
  const isError = useLocation().pathname.startsWith('/errors');
  const found = useDelivery(id);
  const back = (
    <Back
      to={isError ? '/errors' : '/transactions'}
      list={text(isError ? 'menu.errors' : 'menu.transactions')}
    />
  );
  if (found.error)
    return (
      <>
        <PageHead title={text('menu.transactions')} above={back} />
        <Trouble error={found.error} again={() => void found.refetch()} />
      </>
    );
  if (!found.data) return <Skeleton variant="rounded" height={420} />;
  return <Found delivery={found.data} back={back} />;
}

function Found({ delivery, back }: { delivery: DeliveryDetails; back: React.ReactNode }) {
  const text = useText();
  const { appointment } = delivery;
  return (
    <>
      <PageHead
        title={appointment?.subject ?? delivery.delivery_id}
        lead={[
          delivery.connector_name ?? text('details.noConnector'),
          delivery.action ? text(`action.${delivery.action}`) : '',
          appointment?.job_no,
        ]
          .filter(Boolean)
          .join(' · ')}
        above={back}
      >
        <Actions delivery={delivery} />
      </PageHead>
      {delivery.archived ? (
        <Alert severity="info" sx={{ mb: 2 }}>
          {text('details.archivedNow')}
        </Alert>
      ) : null}
      <Box
        sx={{
          display: 'grid',
          gap: 2,
          alignItems: 'start',
          gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'minmax(0, 1fr) minmax(0, 1fr)' },
        }}
      >
        <Box sx={{ display: 'grid', gap: 2, minWidth: 0 }}>
          <Reason delivery={delivery} />
          {delivery.dead_letter ? <DeadLetter letter={delivery.dead_letter} /> : null}
          <Panel title={text('details.attemptsTitle')} hint={text('details.newerFirst')}>
            <Attempts attempts={delivery.attempts} />
          </Panel>
        </Box>
        <Box sx={{ display: 'grid', gap: 2, minWidth: 0 }}>
          <Panel title={text('details.settings')}>
            {delivery.settings_now ? (
              <MbocSettings now={delivery.settings_now} then={delivery.settings_then} />
            ) : (
              <Typography variant="body2" color="text.secondary">
                {text('details.noSettings')}
              </Typography>
            )}
          </Panel>
          <AppointmentPanel delivery={delivery} />
        </Box>
      </Box>
    </>
  );
}

function AppointmentPanel({ delivery }: { delivery: DeliveryDetails }) {
  const text = useText();
  const { appointment } = delivery;
  if (!appointment) return null;
  const all = (
    <Link
      component={RouterLink}
      to={`/appointments/${encodeURIComponent(appointment.key)}`}
      variant="body2"
    >
      {text('details.timeline')}
    </Link>
  );
  return (
    <Panel title={text('field.appointment')} actions={all}>
      <Facts
        facts={[
          [text('field.appointment_id'), numbered(appointment)],
          [text('field.subject'), appointment.subject],
          [text('field.start'), own(appointment.start)],
          [text('field.end'), own(appointment.end)],
          [text('field.job_no'), appointment.job_no],
          [text('field.task_no'), appointment.task_no],
          [text('field.source_app'), appointment.source_app],
          [text('field.source_type'), appointment.source_type],
          [text('field.modified_at'), <Moment key="at" at={appointment.modified_at} />],
          [text('field.modified_by'), appointment.modified_by],
          [text('field.received_at'), <Moment key="received" at={delivery.received_at} />],
          [text('field.transaction_id'), delivery.transaction_id],
          [
            text('field.trace_id'),
            delivery.trace_id ? (
              <Copyable key="trace" value={delivery.trace_id} what={text('field.trace_id')} />
            ) : null,
          ],
        ]}
      />
    </Panel>
  );
}

function Actions({ delivery }: { delivery: DeliveryDetails }) {
  const text = useText();
  const isOperator = useMay('operator');
  const asking = useAsking(delivery.delivery_id);
  if (!isOperator)
    return (
      <Typography variant="body2" color="text.secondary">
        {text('details.viewerCannot')}
      </Typography>
    );
  const isDone = delivery.phase === 'done' || delivery.phase === 'archived';
  const isTroubled = isDone && delivery.status !== 'Success' && delivery.status !== 'Skipped';
  if (!isTroubled && !delivery.archived) return null;
  return (
    <Box sx={{ display: 'flex', gap: 1 }}>
      {delivery.archived ? (
        <Button
          variant="outlined"
          startIcon={<Unarchive />}
          onClick={() => asking.mutate('restore')}
          loading={asking.isPending}
        >
          {text('details.restore')}
        </Button>
      ) : (
        <>
          <Button
            variant="outlined"
            startIcon={<Archive />}
            onClick={() => asking.mutate('archive')}
            disabled={asking.isPending}
          >
            {text('details.archive')}
          </Button>
          <Button
            variant="contained"
            startIcon={<Replay />}
            onClick={() => asking.mutate('retry')}
            loading={asking.isPending}
            loadingPosition="start"
          >
            {text('details.resend')}
          </Button>
        </>
      )}
    </Box>
  );
}
