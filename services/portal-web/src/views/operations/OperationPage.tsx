/** One operation: how far it is, what its transactions came to, and how to hold or end it. */

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
import { useMay } from '@/account/useHasRole';
import { api, the } from '@/api/client';
import type { ItemOutcome, Operation } from '@/api/types';
import { useLive } from '@/live/useLiveEvents';
import { Back } from '@/components/BackButton';
import { Moment } from '@/components/Timestamp';
import { PageHead } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { sentence, Trouble } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';
import { Items } from '@/views/operations/OperationItems';
import { Progress, StateTag } from '@/views/operations/OperationState';

const LOOKED_AGAIN_MS = 2_000;
type Steer = 'pause' | 'resume' | 'cancel';

export default function OperationPage() {
  const text = useText();
  const { id = '' } = useParams();
  const found = useOperation(id);
  const [outcome, setOutcome] = useState<ItemOutcome | undefined>();
  const back = <Back to="/operations" list={text('operations.title')} />;
  if (found.error)
    return (
      <>
        <PageHead title={text('operations.one')} above={back} />
        <Trouble error={found.error} again={() => void found.refetch()} />
      </>
    );
  if (!found.data) return <Skeleton variant="rounded" height={300} />;
  const operation = found.data;
  return (
    <>
      <PageHead
        title={text('operations.by', {
          kind: text(`operations.${operation.kind}`),
          who: operation.asked_by,
        })}
        lead={<Lead operation={operation} />}
        above={back}
      >
        <Steering operation={operation} />
      </PageHead>
      {operation.reason ? (
        <Alert severity={operation.state === 'stopped' ? 'warning' : 'info'} sx={{ mb: 2 }}>
          {operation.reason}
        </Alert>
      ) : null}
      <LeftOut count={(operation.planned ?? 0) - operation.counts.total} />
      <Box sx={{ display: 'grid', gap: 2 }}>
        <Panel title={text('field.progress')} actions={<StateTag operation={operation} />}>
          <Progress operation={operation} height={12} />
          <Counts operation={operation} chosen={outcome} onChoose={setOutcome} />
        </Panel>
        <Panel title={text('operations.items')} flush>
          <Items operationId={id} revision={operation.revision} outcome={outcome} />
        </Panel>
      </Box>
    </>
  );
}

/** What the plan named and was something else before the operation began. */
function LeftOut({ count }: { count: number }) {
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
  useLive<Operation>('operation', (events) => {
    const event = events.findLast((one) => one.operation_id === id);
    if (event)
      client.setQueryData<Operation>(queryKey, (before) =>
        before && before.revision > event.revision ? before : event,
      );
  });
  return useQuery({
    queryKey,
    queryFn: () =>
      the(api.GET('/api/operations/{operation_id}', { params: { path: { operation_id: id } } })),
    refetchInterval: (query) => (query.state.data?.finished_at ? false : LOOKED_AGAIN_MS),
  });
}

function Lead({ operation }: { operation: Operation }) {
  const text = useText();
  const { ramp, stop_at_failure_share: share } = operation;
  return (
    <>
      {text('field.asked_at')} <Moment at={operation.asked_at} />
      {operation.finished_at ? (
        <>
          {' '}
          · {text('operations.finished')} <Moment at={operation.finished_at} />
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

const COUNTS: readonly (ItemOutcome | undefined)[] = [
  undefined,
  'waiting',
  'asked',
  'succeeded',
  'failed',
  'skipped',
];

/** The counts are the filter of the list below. */
function Counts({
  operation,
  chosen,
  onChoose,
}: {
  operation: Operation;
  chosen?: ItemOutcome;
  onChoose: (outcome?: ItemOutcome) => void;
}) {
  const text = useText();
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, mt: 2 }}>
      {COUNTS.map((outcome) => {
        const isChosen = outcome === chosen;
        return (
          <ButtonBase
            key={outcome ?? 'total'}
            aria-pressed={isChosen}
            onClick={() => onChoose(outcome)}
            sx={{
              display: 'block',
              textAlign: 'left',
              px: 1.75,
              py: 1,
              borderRadius: 2,
              border: 1,
              borderColor: isChosen ? 'primary.main' : 'divider',
              bgcolor: isChosen ? 'action.selected' : undefined,
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

function Steering({ operation }: { operation: Operation }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const isOperator = useMay('operator');
  const steer = useMutation({
    mutationFn: (how: Steer) => {
      const params = { params: { path: { operation_id: operation.operation_id } } };
      if (how === 'pause') return the(api.POST('/api/operations/{operation_id}/pause', params));
      return how === 'resume'
        ? the(api.POST('/api/operations/{operation_id}/resume', params))
        : the(api.POST('/api/operations/{operation_id}/cancel', params));
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ['operation', operation.operation_id] }),
    onError: (error) => notify(sentence(error, text), { type: 'error' }),
  });
  if (!isOperator || operation.finished_at) return null;
  const isHeld = operation.state === 'paused' || operation.state === 'stopped';
  return (
    <Box sx={{ display: 'flex', gap: 1 }}>
      <Button
        variant="outlined"
        startIcon={isHeld ? <Play /> : <Pause />}
        onClick={() => steer.mutate(isHeld ? 'resume' : 'pause')}
        loading={steer.isPending || operation.asked_to === 'pause'}
      >
        {text(isHeld ? 'operations.resume' : 'operations.pause')}
      </Button>
      <Button
        variant="outlined"
        color="error"
        startIcon={<Cancel />}
        onClick={() => steer.mutate('cancel')}
        disabled={steer.isPending}
        title={text('operations.cancelSure')}
      >
        {text('operations.cancel')}
      </Button>
    </Box>
  );
}
