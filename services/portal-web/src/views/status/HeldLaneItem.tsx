/** A held lane with its start and reason, and a link to its deliveries. */

import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import { Link as RouterLink } from 'react-router-dom';
import type { Lane } from '@/api/types';
import { StatusTag } from '@/components/StatusTag';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';

export function HeldLaneItem({ lane }: { lane: Lane }) {
  const text = useText();
  return (
    <Box component="li" sx={{ py: 1, borderBottom: 1, borderColor: 'divider' }}>
      <Box sx={{ display: 'flex', gap: 1, flexWrap: 'wrap', alignItems: 'center' }}>
        <StatusTag phase="held" />
        <Link
          component={RouterLink}
          to={`/transactions?connector_id=${encodeURIComponent(lane.connector_id)}&phase=held`}
          variant="body2"
          color="text.primary"
          sx={{ fontWeight: 600 }}
        >
          {text('home.held', { name: lane.connector_name ?? lane.connector_id })}
        </Link>
      </Box>
      <Typography
        variant="body2"
        color="text.secondary"
        sx={{ mt: 0.25, overflowWrap: 'anywhere' }}
      >
        <Timestamp at={lane.held_since} /> {lane.reason}
      </Typography>
    </Box>
  );
}
