/** Failures grouped by cause, because one fix can resolve all of a group. */

import Note from '@mui/icons-material/StickyNote2Outlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { useHasRole } from '@/account/useHasRole';
import type { Cause, OperationSelection, OperationKind } from '@/api/types';
import { EmptyState } from '@/components/EmptyState';
import { ErrorAlert } from '@/components/ErrorAlert';
import { StatusTag } from '@/components/StatusTag';
import { Timestamp } from '@/components/Timestamp';
import { useCauses } from '@/live/useCauses';
import { useText } from '@/texts/texts';
import { NoteDialog } from '@/views/errors/NoteDialog';
import { PlanDialog } from '@/views/operations/PlanDialog';

export function CauseList() {
  const text = useText();
  const query = useCauses();
  const [selection, setSelection] = useState<OperationSelection | null>(null);
  const [notedCause, setNotedCause] = useState<Cause | null>(null);
  if (query.error) return <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton variant="rounded" height={240} />;
  if (query.data.length === 0)
    return (
      <Card>
        <EmptyState title={text('empty.errors')} hint={text('empty.causesHint')} />
      </Card>
    );
  return (
    <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 1.5 }}>
      {query.data.map((cause) => (
        <CauseCard
          key={cause.cause}
          cause={cause}
          onPlan={(kind) =>
            setSelection({
              kind,
              filter: { cause: [cause.cause] } as OperationSelection['filter'],
              per_second: 50,
            })
          }
          onNote={() => setNotedCause(cause)}
        />
      ))}
      {selection ? <PlanDialog selection={selection} onClose={() => setSelection(null)} /> : null}
      {notedCause ? <NoteDialog cause={notedCause} onClose={() => setNotedCause(null)} /> : null}
    </Box>
  );
}

function CauseCard({
  cause,
  onPlan,
  onNote,
}: {
  cause: Cause;
  onPlan: (kind: OperationKind) => void;
  onNote: () => void;
}) {
  const text = useText();
  const isOperator = useHasRole('operator');
  return (
    <Card
      component="li"
      sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, p: 2, alignItems: 'flex-start' }}
    >
      <Typography
        component="p"
        sx={{
          fontSize: '1.7rem',
          fontWeight: 650,
          lineHeight: 1.1,
          minWidth: 56,
          fontVariantNumeric: 'tabular-nums',
        }}
        aria-label={text('plan.count', { smart_count: cause.count })}
      >
        {cause.count}
      </Typography>
      <Box sx={{ flex: '1 1 340px', minWidth: 0 }}>
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
          <StatusTag status={cause.status} phase="done" />
          <Typography variant="body2" sx={{ fontWeight: 600 }}>
            {cause.connector_name ?? text('details.noConnector')}
          </Typography>
          <Typography variant="body2" color="text.secondary">
            {text('field.first_seen')} <Timestamp at={cause.first_seen} />
            {' · '}
            {text('field.last_seen')} <Timestamp at={cause.last_seen} />
          </Typography>
        </Box>
        <Typography variant="body2" sx={{ mt: 0.75, overflowWrap: 'anywhere' }}>
          {cause.message ?? text(`statusMeaning.${cause.status}`)}
        </Typography>
        {cause.note ? (
          <Box
            sx={(theme) => ({
              mt: 1,
              px: 1.25,
              py: 0.75,
              borderRadius: 2,
              bgcolor: theme.palette.tones.warn.fill,
              color: theme.palette.tones.warn.text,
              fontSize: '0.84rem',
              whiteSpace: 'pre-wrap',
            })}
          >
            {cause.note.text} (<Timestamp at={cause.note.at} />)
          </Box>
        ) : null}
      </Box>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
        <Button component={Link} to={`/errors?cause=${cause.cause}`} color="inherit">
          {text('errors.show')}
        </Button>
        <Button
          component={Link}
          to={`/errors/${encodeURIComponent(cause.delivery_id)}`}
          color="inherit"
        >
          {text('details.reason')}
        </Button>
        {isOperator ? (
          <>
            <Button color="inherit" startIcon={<Note />} onClick={onNote}>
              {text('errors.addNote')}
            </Button>
            <Button variant="outlined" onClick={() => onPlan('archive')}>
              {text('errors.archiveThese')}
            </Button>
            <Button variant="contained" onClick={() => onPlan('retry')}>
              {text('errors.retryThese')}
            </Button>
          </>
        ) : null}
      </Box>
    </Card>
  );
}
