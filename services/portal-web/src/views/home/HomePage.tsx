/** Home: is everything well, what needs me, and how it went. */

import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useStore } from 'react-admin';
import { useHealth } from '@/live/useHealth';
import { PageHead } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { Trouble } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';
import { useFigures, type Range } from '@/views/home/useThroughput';
import { NeedsYou } from '@/views/home/AttentionPanel';
import { Throughput } from '@/views/home/ThroughputPanel';
import { Tiles } from '@/views/home/StatTiles';
import { Lanes } from '@/views/status/LaneTable';
import { Verdict } from '@/views/status/HealthBanner';

const RANGES: readonly Range[] = ['lastHour', 'lastDay', 'lastWeek'];

export default function Home() {
  const text = useText();
  const [range, setRange] = useStore<Range>('home.range', 'lastHour');
  const health = useHealth();
  const figures = useFigures(range);
  return (
    <>
      <PageHead title={text('home.title')} lead={text('home.lead')}>
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
      </PageHead>
      <Box sx={{ display: 'grid', gap: 2 }}>
        {health.error ? <Trouble error={health.error} again={() => void health.refetch()} /> : null}
        {health.data ? (
          <Verdict health={health.data} />
        ) : health.isPending ? (
          <Skeleton variant="rounded" height={78} />
        ) : null}
        <Tiles figures={figures.data} lanes={health.data?.lanes ?? []} />
        <Box
          sx={{
            display: 'grid',
            gap: 2,
            alignItems: 'start',
            gridTemplateColumns: { xs: 'minmax(0, 1fr)', lg: 'minmax(0, 3fr) minmax(0, 2fr)' },
          }}
        >
          <Throughput range={range} figures={figures} />
          <NeedsYou health={health.data} />
        </Box>
        <Panel title={text('home.lanes')} hint={text('home.lanesHint')} flush>
          <Lanes lanes={health.data?.lanes ?? []} />
        </Panel>
      </Box>
    </>
  );
}
