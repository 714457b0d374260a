/** Four numbers, each with a link to its transactions. */

import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardActionArea from '@mui/material/CardActionArea';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router-dom';
import type { Lane } from '@/api/types';
import { formatDuration } from '@/components/dateTime';
import { useNow } from '@/components/useNow';
import { useErrorCount } from '@/live/useCauses';
import { useText } from '@/texts/texts';
import { percent, type Throughput } from '@/views/home/throughput';

export function StatTiles({
  throughput,
  lanes,
}: {
  throughput?: Throughput;
  lanes: readonly Lane[];
}) {
  const text = useText();
  const now = useNow();
  const errors = useErrorCount();
  const finished = throughput
    ? throughput.success + throughput.unsuccessful + throughput.skipped
    : 0;
  const oldest = lanes
    .map((lane) => lane.oldest_waiting_at)
    .filter((at) => at !== null)
    .sort()[0];
  const waiting = lanes.reduce((sum, lane) => sum + (lane.waiting ?? 0) + lane.in_flight, 0);
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 2,
        gridTemplateColumns: { xs: '1fr 1fr', md: 'repeat(4, minmax(0, 1fr))' },
      }}
    >
      <StatTile
        to="/transactions"
        name={text('home.accepted')}
        value={throughput ? throughput.accepted.toLocaleString('en') : '–'}
        note={text('home.period')}
      />
      <StatTile
        to="/transactions?status=Success"
        name={text('home.rate')}
        value={finished ? `${percent(throughput?.success ?? 0, finished)} %` : '–'}
        note={text('home.of', { total: finished.toLocaleString('en') })}
      />
      <StatTile
        to="/errors"
        name={text('home.failed')}
        value={errors === undefined ? '–' : errors.toLocaleString('en')}
        note={text('home.open')}
        isAlarming={(errors ?? 0) > 0}
      />
      <StatTile
        to="/transactions?phase=pending"
        name={text('home.waiting')}
        value={waiting.toLocaleString('en')}
        note={
          oldest
            ? text('home.oldest', { age: formatDuration((now - Date.parse(oldest)) / 1000, text) })
            : text('home.none')
        }
      />
    </Box>
  );
}

function StatTile({
  to,
  name,
  value,
  note,
  isAlarming = false,
}: {
  to: string;
  name: string;
  value: string;
  note: string;
  isAlarming?: boolean;
}) {
  return (
    <Card>
      <CardActionArea component={Link} to={to} sx={{ px: 2, py: 1.5, height: '100%' }}>
        <Typography variant="body2" color="text.secondary">
          {name}
        </Typography>
        <Typography
          component="p"
          sx={(theme) => ({
            fontSize: '1.7rem',
            fontWeight: 650,
            letterSpacing: '-0.02em',
            lineHeight: 1.25,
            fontVariantNumeric: 'tabular-nums',
            color: isAlarming ? theme.palette.tones.bad.text : undefined,
          })}
        >
          {value}
        </Typography>
        <Typography variant="body2" color="text.secondary">
          {note}
        </Typography>
      </CardActionArea>
    </Card>
  );
}
