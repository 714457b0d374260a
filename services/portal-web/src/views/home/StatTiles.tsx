/** Four numbers, each the way to what it counts. */

import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import CardActionArea from '@mui/material/CardActionArea';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router-dom';
import type { Lane } from '@/api/types';
import { span } from '@/components/dateTime';
import { useNow } from '@/components/useNow';
import { useText } from '@/texts/texts';
import { useErrorCount } from '@/live/useCauses';
import type { Summed } from '@/views/home/useThroughput';

export function Tiles({ figures, lanes }: { figures?: Summed; lanes: readonly Lane[] }) {
  const text = useText();
  const now = useNow();
  const errors = useErrorCount();
  const ended = figures ? figures.success + figures.troubled + figures.skipped : 0;
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
      <Tile
        to="/transactions"
        name={text('home.accepted')}
        value={figures ? figures.accepted.toLocaleString('en') : '–'}
        more={text('home.today')}
      />
      <Tile
        to="/transactions?status=Success"
        name={text('home.rate')}
        value={ended ? `${percent(figures?.success ?? 0, ended)} %` : '–'}
        more={text('home.of', { total: ended.toLocaleString('en') })}
      />
      <Tile
        to="/errors"
        name={text('home.failed')}
        value={errors === undefined ? '–' : errors.toLocaleString('en')}
        more={text('home.open')}
        isBad={(errors ?? 0) > 0}
      />
      <Tile
        to="/transactions?phase=pending"
        name={text('home.waiting')}
        value={waiting.toLocaleString('en')}
        more={
          oldest
            ? text('home.oldest', { age: span((now - Date.parse(oldest)) / 1000, text) })
            : text('home.none')
        }
      />
    </Box>
  );
}

/** Never 100 while one failed. */
function percent(part: number, whole: number): string {
  const share = (100 * part) / whole;
  return share === 100 ? '100' : (Math.floor(share * 10) / 10).toFixed(1);
}

function Tile({
  to,
  name,
  value,
  more,
  isBad = false,
}: {
  to: string;
  name: string;
  value: string;
  more: string;
  isBad?: boolean;
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
            color: isBad ? theme.palette.tones.bad.text : undefined,
          })}
        >
          {value}
        </Typography>
        <Typography variant="body2" color="text.secondary">
          {more}
        </Typography>
      </CardActionArea>
    </Card>
  );
}
