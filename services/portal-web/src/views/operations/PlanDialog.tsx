/** The plan of a Retry All or Archive All. The operation starts only from here. */

import Alert from '@mui/material/Alert';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { useNavigate } from 'react-router-dom';
import { api, unwrap } from '@/api/client';
import { ProblemError } from '@/api/problem';
import type { OperationSelection } from '@/api/types';
import { errorMessage, ErrorAlert } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';
import { isPaced, PaceFields, type Pace } from '@/views/operations/PaceFields';
import { PlanSummary } from '@/views/operations/PlanSummary';

const EXPLANATIONS = {
  retry: 'plan.explainRetry',
  check: 'plan.explainCheck',
  archive: 'plan.explainArchive',
  restore: 'plan.explainRestore',
} as const;
const START_LABELS = {
  retry: 'plan.startRetry',
  check: 'plan.startCheck',
  archive: 'plan.startArchive',
  restore: 'plan.startRestore',
} as const;

export function PlanDialog({
  selection,
  onClose,
}: {
  selection: OperationSelection;
  onClose: (isStarted: boolean) => void;
}) {
  const text = useText();
  const notify = useNotify();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [pace, setPace] = useState<Pace>({ perSecond: '50', ramp: false, stopAt: '' });
  const perSecond = Number(pace.perSecond) || 50;
  const plan = useQuery({
    queryKey: ['plan', selection, perSecond],
    queryFn: () =>
      unwrap(api.POST('/api/operations/plan', { body: { ...selection, per_second: perSecond } })),
    gcTime: 0,
    staleTime: 0,
    placeholderData: (before) => before,
  });
  const start = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/operations', {
          body: {
            ...selection,
            per_second: perSecond,
            ramp: pace.ramp,
            stop_at_failure_share: pace.stopAt ? Number(pace.stopAt) / 100 : null,
            expected_count: plan.data?.count ?? null,
            as_of: plan.data?.as_of ?? null,
          },
        }),
      ),
    onSuccess: async ({ operation_id }) => {
      notify(text('plan.started'));
      onClose(true);
      await client.invalidateQueries({ queryKey: ['operations'] });
      void navigate(`/operations/${operation_id}`);
    },
    onError: (error) => {
      if (error instanceof ProblemError && error.status === 409) void plan.refetch();
    },
  });
  const count = plan.data?.count ?? 0;
  return (
    <Dialog open onClose={() => onClose(false)} fullWidth maxWidth="sm" aria-labelledby="plan">
      <DialogTitle id="plan">{text(`plan.${selection.kind}`)}</DialogTitle>
      <DialogContent sx={{ display: 'grid', gap: 2 }}>
        <Typography variant="body2">{text(EXPLANATIONS[selection.kind])}</Typography>
        {start.error ? (
          <Alert severity="error">
            {start.error instanceof ProblemError && start.error.status === 409
              ? text('plan.changed')
              : errorMessage(start.error, text)}
          </Alert>
        ) : null}
        {plan.error ? <ErrorAlert error={plan.error} onRetry={() => void plan.refetch()} /> : null}
        {plan.data ? (
          <PlanSummary plan={plan.data} kind={selection.kind} />
        ) : plan.error ? null : (
          <LinearProgress aria-label={text('plan.making')} />
        )}
        {isPaced(selection.kind) && count > 1 ? (
          <PaceFields pace={pace} onChange={setPace} />
        ) : null}
      </DialogContent>
      <DialogActions>
        <Button onClick={() => onClose(false)}>{text('list.cancel')}</Button>
        <Button
          variant="contained"
          disabled={count === 0}
          loading={start.isPending}
          onClick={() => start.mutate()}
        >
          {text(START_LABELS[selection.kind], { smart_count: count })}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
