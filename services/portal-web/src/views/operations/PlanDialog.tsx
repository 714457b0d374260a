/** What a Retry All or Archive All would be about; nothing happens before it is started here. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormHelperText from '@mui/material/FormHelperText';
import LinearProgress from '@mui/material/LinearProgress';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { useNavigate } from 'react-router-dom';
import { api, unwrap } from '@/api/client';
import { ProblemError } from '@/api/problem';
import type { OperationSelection, OperationKind, Plan } from '@/api/types';
import { formatDuration } from '@/components/dateTime';
import { errorMessage, ErrorAlert } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';

interface Pace {
  perSecond: string;
  ramp: boolean;
  stopAt: string;
}

const EXPLANATIONS = {
  retry: 'plan.explainRetry',
  archive: 'plan.explainArchive',
  restore: 'plan.explainRestore',
} as const;
const START_LABELS = {
  retry: 'plan.startRetry',
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
        {selection.kind === 'retry' && count > 1 ? (
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

function PlanSummary({ plan, kind }: { plan: Plan; kind: OperationKind }) {
  const text = useText();
  if (plan.count === 0) return <Alert severity="info">{text('plan.nothing')}</Alert>;
  return (
    <Box sx={{ display: 'grid', gap: 1.5 }}>
      <Typography variant="h2" component="p">
        {text('plan.count', { smart_count: plan.count })}
      </Typography>
      <ShareList
        title={text('plan.byConnector')}
        shares={plan.by_connector.map((one) => [
          one.connector_name ?? text('details.noConnector'),
          one.count,
        ])}
        total={plan.count}
      />
      <ShareList
        title={text('plan.byCause')}
        shares={plan.by_cause
          .slice(0, 8)
          .map((one) => [
            one.message ?? (one.status ? text(`status.${one.status}`) : '–'),
            one.count,
          ])}
        total={plan.count}
      />
      {kind === 'retry' ? (
        <Typography variant="body2" color="text.secondary">
          {text('plan.takes', { duration: formatDuration(plan.seconds, text) })}
        </Typography>
      ) : null}
    </Box>
  );
}

function ShareList({
  title,
  shares,
  total,
}: {
  title: string;
  shares: (readonly [string, number])[];
  total: number;
}) {
  return (
    <Box>
      <Typography variant="h3">{title}</Typography>
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {shares.map(([name, count]) => (
          <Box
            component="li"
            key={name}
            sx={{ display: 'flex', gap: 1.5, py: 0.4, alignItems: 'baseline' }}
          >
            <Typography
              variant="body2"
              sx={{
                minWidth: 36,
                textAlign: 'right',
                fontVariantNumeric: 'tabular-nums',
                fontWeight: 600,
              }}
            >
              {count}
            </Typography>
            <Box sx={{ flex: 1, minWidth: 0 }}>
              <Typography
                variant="body2"
                sx={{
                  overflow: 'hidden',
                  textOverflow: 'ellipsis',
                  display: '-webkit-box',
                  WebkitLineClamp: 2,
                  WebkitBoxOrient: 'vertical',
                }}
              >
                {name}
              </Typography>
              <Box
                aria-hidden
                sx={{
                  height: 3,
                  borderRadius: 2,
                  bgcolor: 'primary.main',
                  opacity: 0.55,
                  width: `${(100 * count) / total}%`,
                }}
              />
            </Box>
          </Box>
        ))}
      </Box>
    </Box>
  );
}

function PaceFields({ pace, onChange }: { pace: Pace; onChange: (pace: Pace) => void }) {
  const text = useText();
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { xs: '1fr', sm: '1fr 1fr' } }}>
      <TextField
        label={text('plan.pace')}
        type="number"
        value={pace.perSecond}
        onChange={(event) => onChange({ ...pace, perSecond: event.target.value })}
        helperText={text('plan.paceHint')}
        slotProps={{ htmlInput: { min: 1, max: 1000 } }}
      />
      <TextField
        label={text('plan.stopAt')}
        type="number"
        value={pace.stopAt}
        onChange={(event) => onChange({ ...pace, stopAt: event.target.value })}
        helperText={text('plan.stopAtHint')}
        slotProps={{ htmlInput: { min: 0, max: 100 } }}
      />
      <Box sx={{ gridColumn: '1 / -1' }}>
        <FormControlLabel
          control={
            <Checkbox
              checked={pace.ramp}
              onChange={(_, isOn) => onChange({ ...pace, ramp: isOn })}
            />
          }
          label={text('plan.ramp')}
        />
        <FormHelperText sx={{ mx: 0 }}>{text('plan.rampHint')}</FormHelperText>
      </Box>
    </Box>
  );
}
