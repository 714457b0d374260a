/** What came to an end over time, by what it came to. */

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { Bars, Swatch, total, type Series } from '@/charts/StackedBarChart';
import { FiguresTable } from '@/charts/ChartTable';
import { Empty } from '@/components/EmptyState';
import { hour, whole } from '@/components/dateTime';
import { useZone } from '@/components/Timestamp';
import { Panel } from '@/components/Panel';
import { Trouble } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';
import type { Range, Summed } from '@/views/home/useThroughput';

export function Throughput({ range, figures }: { range: Range; figures: UseQueryResult<Summed> }) {
  const text = useText();
  const zone = useZone();
  const [isTable, setIsTable] = useState(false);
  const series: readonly Series[] = [
    { name: text('home.success'), tone: 'good' },
    { name: text('home.skipped'), tone: 'quiet' },
    { name: text('home.failed'), tone: 'bad' },
  ];
  const long = (at: string) => (at ? whole(new Date(at), zone).slice(0, 16) : '');
  const short = (at: string) =>
    at ? (range === 'lastWeek' ? long(at).slice(5, 10) : hour(new Date(at), zone)) : '';
  const toggle = (
    <Button size="small" color="inherit" onClick={() => setIsTable(!isTable)}>
      {text(isTable ? 'home.asChart' : 'home.asTable')}
    </Button>
  );
  const { data } = figures;
  const shared = { label: `${text('home.throughput')}, ${text(`home.${range}`)}`, series, long };
  return (
    <Panel title={text('home.throughput')} hint={text('home.throughputHint')} actions={toggle}>
      {figures.error ? (
        <Trouble error={figures.error} again={() => void figures.refetch()} />
      ) : null}
      {data ? (
        data.bars.every((bar) => total(bar) === 0) ? (
          <Empty title={text('empty.figures')} />
        ) : isTable ? (
          <FiguresTable {...shared} bars={data.bars} />
        ) : (
          <Bars {...shared} bars={data.bars} short={short} />
        )
      ) : figures.error ? null : (
        <Skeleton height={210} variant="rounded" />
      )}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 2, mt: 1 }}>
        {series.map(({ name, tone }) => (
          <Typography
            key={name}
            variant="body2"
            color="text.secondary"
            sx={{ display: 'inline-flex', gap: 0.75, alignItems: 'center' }}
          >
            <Swatch tone={tone} />
            {name}
          </Typography>
        ))}
      </Box>
    </Panel>
  );
}
