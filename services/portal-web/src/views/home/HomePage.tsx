/** Home: the health of the system, the items that need attention, and recent results. */

import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useStore } from 'react-admin';
import { ErrorAlert } from '@/components/ErrorAlert';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { useHealth } from '@/live/useHealth';
import { useText } from '@/texts/texts';
import { AttentionPanel } from '@/views/home/AttentionPanel';
import { StatTiles } from '@/views/home/StatTiles';
import { ThroughputPanel } from '@/views/home/ThroughputPanel';
import { useThroughput, type Range } from '@/views/home/useThroughput';
import { HealthBanner } from '@/views/status/HealthBanner';
import { LaneTable } from '@/views/status/LaneTable';

const RANGES: readonly Range[] = ['lastHour', 'lastDay', 'lastWeek'];

export default function HomePage() {
  const text = useText();
  const [range, setRange] = useStore<Range>('home.range', 'lastHour');
  const health = useHealth();
  const throughput = useThroughput(range);
  return (
    <>
      <PageHeader title={text('home.title')} lead={text('home.lead')}>
        <ToggleButtonGroup
          exclusive
          size="small"
          value={range}
          onChange={(_, chosen: Range | null) => chosen && setRange(chosen)}
          aria-label={text('home.range')}
        >
          {RANGES.map((one) => (
            <ToggleButton
              key={one}
              value={one}
              sx={{ textTransform: 'none', py: 0.5, color: 'text.primary' }}
            >
              {text(`home.${one}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </PageHeader>
      <Box sx={{ display: 'grid', gap: 2 }}>
        {health.error ? (
          <ErrorAlert error={health.error} onRetry={() => void health.refetch()} />
        ) : null}
        {health.data ? (
          <HealthBanner health={health.data} />
        ) : health.isPending ? (
          <Skeleton variant="rounded" height={78} />
        ) : null}
        <StatTiles throughput={throughput.data} lanes={health.data?.lanes ?? []} />
        <Box
          sx={{
            display: 'grid',
            gap: 2,
            alignItems: 'start',
            gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'minmax(0, 3fr) minmax(0, 2fr)' },
          }}
        >
          <ThroughputPanel range={range} throughput={throughput} />
          <AttentionPanel health={health.data} />
        </Box>
        <Panel title={text('home.lanes')} hint={text('home.lanesHint')} flush>
          <LaneTable lanes={health.data?.lanes ?? []} />
        </Panel>
      </Box>
    </>
  );
}
