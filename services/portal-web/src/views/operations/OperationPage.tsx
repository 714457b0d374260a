/** One operation: its progress, the outcomes of its transactions, and pause, resume and cancel. */

import Cancel from '@mui/icons-material/StopCircleOutlined';
import Pause from '@mui/icons-material/PauseOutlined';
import Play from '@mui/icons-material/PlayArrowOutlined';
import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ButtonBase from '@mui/material/ButtonBase';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { useParams } from 'react-router-dom';
import { useHasRole } from '@/account/useHasRole';
import { api, unwrap } from '@/api/client';
import type { ItemOutcome, Operation } from '@/api/types';
import { BackButton } from '@/components/BackButton';
import { errorMessage, ErrorAlert } from '@/components/ErrorAlert';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { Timestamp } from '@/components/Timestamp';
import { useLiveEvents } from '@/live/useLiveEvents';
import { useText } from '@/texts/texts';
import { OperationItems } from '@/views/operations/OperationItems';
import { OperationProgress, StateTag } from '@/views/operations/OperationState';

const POLL_INTERVAL_MS = 2_000;
type Command = 'pause' | 'resume' | 'cancel';

export default function OperationPage() {
  const text = useText();
  const { id = '' } = useParams();
  const query = useOperation(id);
  const [outcome, setOutcome] = useState<ItemOutcome | undefined>();
  const backLink = <BackButton to="/operations" list={text('operations.title')} />;
  if (query.error)
    return (
      <>
        <PageHeader title={text('operations.one')} backLink={backLink} />
        <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />
      </>
    );
  if (!query.data) return <Skeleton variant="rounded" height={300} />;
  const operation = query.data;
  return (
    <>
      <PageHeader
        title={text('operations.by', {
          kind: text(`operations.${operation.kind}`),
          who: operation.asked_by,
        })}
        lead={<OperationSummary operation={operation} />}
        backLink={backLink}
      >
        <OperationControls operation={operation} />
      </PageHeader>
      {operation.reason ? (
        <Alert severity={operation.state === 'stopped' ? 'warning' : 'info'} sx={{ mb: 2 }}>
          {operation.reason}
        </Alert>
      ) : null}
      <LeftOutAlert count={(operation.planned ?? 0) - operation.counts.total} />
      <Box sx={{ display: 'grid', gap: 2 }}>
        <Panel title={text('field.progress')} actions={<StateTag operation={operation} />}>
          <OperationProgress operation={operation} height={12} />
          <OutcomeCounts operation={operation} selected={outcome} onSelect={setOutcome} />
        </Panel>
        <Panel title={text('operations.items')} flush>
          <OperationItems operationId={id} revision={operation.revision} outcome={outcome} />
        </Panel>
      </Box>
    </>
  );
}

/** The planned transactions that changed before the operation started. */
function LeftOutAlert({ count }: { count: number }) {
  const text = useText();
  if (count <= 0) return null;
  return (
    <Alert severity="info" sx={{ mb: 2 }}>
      {text('operations.leftOut', { smart_count: count })}
    </Alert>
  );
}

function useOperation(id: string) {
  const client = useQueryClient();
  const queryKey = ['operation', id];
  useLiveEvents<Operation>('operation', (events) => {
    const event = events.findLast((one) => one.operation_id === id);
    if (event)
      client.setQueryData<Operation>(queryKey, (before) =>
        before && before.revision > event.revision ? before : event,
      );
  });
  return useQuery({
    queryKey,
    queryFn: () =>
      unwrap(api.GET('/api/operations/{operation_id}', { params: { path: { operation_id: id } } })),
    refetchInterval: (query) => (query.state.data?.finished_at ? false : POLL_INTERVAL_MS),
  });
}

function OperationSummary({ operation }: { operation: Operation }) {
  const text = useText();
  const { ramp, stop_at_failure_share: share } = operation;
  return (
    <>
      {text('field.asked_at')} <Timestamp at={operation.asked_at} />
      {operation.finished_at ? (
        <>
          {' '}
          · {text('operations.finished')} <Timestamp at={operation.finished_at} />
        </>
      ) : null}{' '}
      · {text('operations.perSecond', { count: operation.per_second })}
      {ramp ? `, ${text('operations.ramp')}` : ''}
      {share === null || share === undefined
        ? ''
        : `, ${text('operations.stopAt', { share: Math.round(share * 100) })}`}
    </>
  );
}

const OUTCOMES: readonly (ItemOutcome | undefined)[] = [
  undefined,
  'waiting',
  'asked',
  'succeeded',
  'failed',
  'skipped',
];

/** The counts by outcome. They filter the list below. */
function OutcomeCounts({
  operation,
  selected,
  onSelect,
}: {
  operation: Operation;
  selected?: ItemOutcome;
  onSelect: (outcome?: ItemOutcome) => void;
}) {
  const text = useText();
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mt: 2 }}>
      {OUTCOMES.map((outcome) => {
        const isSelected = outcome === selected;
        return (
          <ButtonBase
            key={outcome ?? 'total'}
            aria-pressed={isSelected}
            onClick={() => onSelect(outcome)}
            sx={{
              display: 'block',
              textAlign: 'left',
              px: 1.75,
              py: 1,
              borderRadius: 2,
              border: 1,
              borderColor: isSelected ? 'primary.main' : 'divider',
              bgcolor: isSelected ? 'action.selected' : undefined,
              minWidth: 96,
            }}
          >
            <Typography
              component="span"
              sx={{
                display: 'block',
                fontSize: '1.25rem',
                fontWeight: 650,
                fontVariantNumeric: 'tabular-nums',
              }}
            >
              {operation.counts[outcome ?? 'total']}
            </Typography>
            <Typography component="span" variant="body2" color="text.secondary">
              {text(`operations.${outcome ?? 'total'}`)}
            </Typography>
          </ButtonBase>
        );
      })}
    </Box>
  );
}

function OperationControls({ operation }: { operation: Operation }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const isOperator = useHasRole('operator');
  const sendCommand = useMutation({
    mutationFn: (command: Command) => {
      const params = { params: { path: { operation_id: operation.operation_id } } };
      if (command === 'pause')
        return unwrap(api.POST('/api/operations/{operation_id}/pause', params));
      return command === 'resume'
        ? unwrap(api.POST('/api/operations/{operation_id}/resume', params))
        : unwrap(api.POST('/api/operations/{operation_id}/cancel', params));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['operation', operation.operation_id] }),
    onError: (error) => notify(errorMessage(error, text), { type: 'error' }),
  });
  if (!isOperator || operation.finished_at) return null;
  const isPaused = operation.state === 'paused' || operation.state === 'stopped';
  return (
    <Box sx={{ display: 'flex', gap: 1 }}>
      <Button
        variant="outlined"
        startIcon={isPaused ? <Play /> : <Pause />}
        onClick={() => sendCommand.mutate(isPaused ? 'resume' : 'pause')}
        loading={sendCommand.isPending || operation.asked_to === 'pause'}
      >
        {text(isPaused ? 'operations.resume' : 'operations.pause')}
      </Button>
      <Button
        variant="outlined"
        color="error"
        startIcon={<Cancel />}
        onClick={() => sendCommand.mutate('cancel')}
        disabled={sendCommand.isPending}
        title={text('operations.cancelSure')}
      >
        {text('operations.cancel')}
      </Button>
    </Box>
  );
}
