/** One transaction on its way to one connector: the reason, the settings, and the retry. */

import Archive from '@mui/icons-material/Inventory2Outlined';
import Check from '@mui/icons-material/FactCheckOutlined';
import Replay from '@mui/icons-material/ReplayOutlined';
import Unarchive from '@mui/icons-material/UnarchiveOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { lazy, Suspense } from 'react';
import { Link as RouterLink, useLocation, useParams } from 'react-router-dom';
import { useHasRole } from '@/account/useHasRole';
import { isOutcomeUnknown, isUnsuccessful } from '@/api/statuses';
import type { DeliveryDetails } from '@/api/types';
import { BackButton } from '@/components/BackButton';
import { CopyableValue } from '@/components/CopyableValue';
import { formatSourceDate } from '@/components/dateTime';
import { DescriptionList } from '@/components/DescriptionList';
import { ErrorAlert } from '@/components/ErrorAlert';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';
import { MbocSettings } from '@/views/connectors/MbocSettings';
import { AttemptList } from '@/views/transactions/AttemptList';
import { DeadLetterPanel } from '@/views/transactions/DeadLetterPanel';
import { appointmentNumber } from '@/views/transactions/names';
import { AppliedPanel, ReceiptPanel } from '@/views/transactions/ReceiptPanel';
import { ReasonPanel } from '@/views/transactions/ReasonPanel';
import { useTransactionAction, useTransaction } from '@/views/transactions/useTransaction';

const SentPanel = lazy(() => import('@/views/transactions/sent/SentPanel'));

export default function TransactionPage() {
  const text = useText();
  const { id = '' } = useParams();
  const isError = useLocation().pathname.startsWith('/errors');
  const query = useTransaction(id);
  const backLink = (
    <BackButton
      to={isError ? '/errors' : '/transactions'}
      list={text(isError ? 'menu.errors' : 'menu.transactions')}
    />
  );
  if (query.error)
    return (
      <>
        <PageHeader title={text('menu.transactions')} backLink={backLink} />
        <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />
      </>
    );
  if (!query.data) return <Skeleton variant="rounded" height={420} />;
  return <TransactionDetails delivery={query.data} backLink={backLink} />;
}

function TransactionDetails({
  delivery,
  backLink,
}: {
  delivery: DeliveryDetails;
  backLink: React.ReactNode;
}) {
  const text = useText();
  const mayRead = useHasRole('operator');
  const { appointment } = delivery;
  return (
    <>
      <PageHeader
        title={appointment?.subject ?? delivery.delivery_id}
        lead={[
          delivery.connector_name ?? text('details.noConnector'),
          delivery.action ? text(`action.${delivery.action}`) : '',
          appointment?.job_no,
        ]
          .filter(Boolean)
          .join(' · ')}
        backLink={backLink}
      >
        <TransactionActions delivery={delivery} />
      </PageHeader>
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
          <ReasonPanel delivery={delivery} />
          {delivery.applied ? <AppliedPanel applied={delivery.applied} /> : null}
          {delivery.receipt ? <ReceiptPanel receipt={delivery.receipt} /> : null}
          {delivery.dead_letter ? <DeadLetterPanel deadLetter={delivery.dead_letter} /> : null}
          <Panel title={text('details.attemptsTitle')} hint={text('details.newerFirst')}>
            <AttemptList attempts={delivery.attempts} />
          </Panel>
        </Box>
        <Box sx={{ display: 'grid', gap: 2, minWidth: 0 }}>
          <Panel title={text('details.settings')}>
            {delivery.settings_now ? (
              <MbocSettings current={delivery.settings_now} atAttempt={delivery.settings_then} />
            ) : (
              <Typography variant="body2" color="text.secondary">
                {text('details.noSettings')}
              </Typography>
            )}
          </Panel>
          <AppointmentPanel delivery={delivery} />
        </Box>
        {mayRead ? (
          <Box sx={{ gridColumn: '1 / -1', minWidth: 0 }}>
            <Suspense fallback={<Skeleton variant="rounded" height={72} />}>
              <SentPanel key={delivery.delivery_id} delivery={delivery} />
            </Suspense>
          </Box>
        ) : null}
      </Box>
    </>
  );
}

function AppointmentPanel({ delivery }: { delivery: DeliveryDetails }) {
  const text = useText();
  const { appointment } = delivery;
  if (!appointment) return null;
  const timelineLink = (
    <Link
      component={RouterLink}
      to={`/appointments/${encodeURIComponent(appointment.key)}`}
      variant="body2"
    >
      {text('details.timeline')}
    </Link>
  );
  return (
    <Panel title={text('field.appointment')} actions={timelineLink}>
      <DescriptionList
        items={[
          [text('field.appointment_id'), appointmentNumber(appointment)],
          [text('field.subject'), appointment.subject],
          [text('field.start'), formatSourceDate(appointment.start)],
          [text('field.end'), formatSourceDate(appointment.end)],
          [text('field.job_no'), appointment.job_no],
          [text('field.task_no'), appointment.task_no],
          [text('field.source_app'), appointment.source_app],
          [text('field.source_type'), appointment.source_type],
          [text('field.modified_at'), <Timestamp key="at" at={appointment.modified_at} />],
          [text('field.modified_by'), appointment.modified_by],
          [text('field.received_at'), <Timestamp key="received" at={delivery.received_at} />],
          [text('field.transaction_id'), delivery.transaction_id],
          [
            text('field.trace_id'),
            delivery.trace_id ? (
              <CopyableValue key="trace" value={delivery.trace_id} label={text('field.trace_id')} />
            ) : null,
          ],
        ]}
      />
    </Panel>
  );
}

function TransactionActions({ delivery }: { delivery: DeliveryDetails }) {
  const text = useText();
  const isOperator = useHasRole('operator');
  const action = useTransactionAction(delivery.delivery_id);
  if (!isOperator)
    return (
      <Typography variant="body2" color="text.secondary">
        {text('details.viewerCannot')}
      </Typography>
    );
  const isDone = delivery.phase === 'done' || delivery.phase === 'archived';
  const isRetryable = isDone && isUnsuccessful(delivery.status);
  if (!isRetryable && !delivery.archived) return null;
  return (
    <Box sx={{ display: 'flex', gap: 1 }}>
      {delivery.archived ? (
        <Button
          variant="outlined"
          startIcon={<Unarchive />}
          onClick={() => action.mutate('restore')}
          loading={action.isPending}
        >
          {text('details.restore')}
        </Button>
      ) : (
        <>
          <Button
            variant="outlined"
            startIcon={<Archive />}
            onClick={() => action.mutate('archive')}
            disabled={action.isPending}
          >
            {text('details.archive')}
          </Button>
          {isOutcomeUnknown(delivery) && !delivery.overtaken_by ? (
            <Button
              variant="outlined"
              startIcon={<Check />}
              onClick={() => action.mutate('check')}
              disabled={action.isPending}
            >
              {text('details.check')}
            </Button>
          ) : null}
          <Button
            variant="contained"
            startIcon={<Replay />}
            onClick={() => action.mutate('retry')}
            loading={action.isPending}
            loadingPosition="start"
          >
            {text('details.retry')}
          </Button>
        </>
      )}
    </Box>
  );
}
