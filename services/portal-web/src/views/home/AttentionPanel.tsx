/** The held lanes and the most frequent causes of failures. */

import Check from '@mui/icons-material/TaskAltOutlined';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router-dom';
import type { Cause, Health } from '@/api/types';
import { EmptyState } from '@/components/EmptyState';
import { Panel } from '@/components/Panel';
import { StatusTag } from '@/components/StatusTag';
import { Timestamp } from '@/components/Timestamp';
import { useCauses } from '@/live/useCauses';
import { useText } from '@/texts/texts';
import { HeldLaneItem } from '@/views/status/HeldLaneItem';
import { hasUnappliedRecords, NotAppliedLinks } from '@/views/status/NotAppliedLinks';

const MAX_CAUSES = 5;

export function AttentionPanel({ health }: { health?: Health }) {
  const text = useText();
  const causes = useCauses().data ?? [];
  const lanes = health?.lanes ?? [];
  const held = lanes.filter((lane) => lane.held_since);
  const refused = lanes.filter(hasUnappliedRecords);
  const allCausesLink = (
    <Link component={RouterLink} to="/errors?view=groups" variant="body2">
      {text('errors.groups')}
    </Link>
  );
  return (
    <Panel title={text('home.attention')} actions={causes.length > 0 ? allCausesLink : undefined}>
      {causes.length + held.length + refused.length === 0 ? (
        <EmptyState
          icon={<Check color="success" />}
          title={text('home.nothing')}
          hint={text('home.nothingHint')}
        />
      ) : null}
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {held.map((lane) => (
          <HeldLaneItem key={lane.connector_id} lane={lane} />
        ))}
        {refused.map((lane) => (
          <Box component="li" key={lane.connector_id} sx={{ py: 1 }}>
            <Typography variant="body2">
              <strong>{lane.connector_name ?? lane.connector_id}</strong> {text('home.notApplied')}:{' '}
              <NotAppliedLinks lane={lane} />
            </Typography>
          </Box>
        ))}
        {causes.slice(0, MAX_CAUSES).map((cause) => (
          <CauseItem key={cause.cause} cause={cause} />
        ))}
      </Box>
    </Panel>
  );
}

function CauseItem({ cause }: { cause: Cause }) {
  const text = useText();
  return (
    <Box
      component="li"
      sx={{
        display: 'flex',
        gap: 1.5,
        py: 1,
        '&:not(:last-of-type)': { borderBottom: 1, borderColor: 'divider' },
      }}
    >
      <Typography
        sx={{
          minWidth: 34,
          textAlign: 'right',
          fontWeight: 650,
          fontVariantNumeric: 'tabular-nums',
        }}
        aria-label={text('plan.count', { smart_count: cause.count })}
      >
        {cause.count}
      </Typography>
      <Box sx={{ minWidth: 0, flex: 1 }}>
        <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
          <StatusTag status={cause.status} phase="done" />
          <Link
            component={RouterLink}
            to={`/errors?cause=${cause.cause}`}
            variant="body2"
            sx={{ fontWeight: 600 }}
          >
            {cause.connector_name ?? text('details.noConnector')}
          </Link>
          <Typography variant="body2" color="text.secondary">
            <Timestamp at={cause.last_seen} />
          </Typography>
        </Box>
        <Typography
          variant="body2"
          color="text.secondary"
          sx={{
            mt: 0.25,
            overflow: 'hidden',
            display: '-webkit-box',
            WebkitLineClamp: 2,
            WebkitBoxOrient: 'vertical',
            overflowWrap: 'anywhere',
          }}
        >
          {cause.message ?? text(`statusMeaning.${cause.status}`)}
        </Typography>
      </Box>
    </Box>
  );
}
