/** Finished transactions over time, by result. */

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { ChartTable } from '@/charts/ChartTable';
import { StackedBarChart, ColorSwatch, totalOf, type Series } from '@/charts/StackedBarChart';
import { formatHour, formatDateTime } from '@/components/dateTime';
import { EmptyState } from '@/components/EmptyState';
import { ErrorAlert } from '@/components/ErrorAlert';
import { Panel } from '@/components/Panel';
import { useTimeZone } from '@/components/useTimeZone';
import { useText } from '@/texts/texts';
import type { Throughput } from '@/views/home/throughput';
import type { Range } from '@/views/home/useThroughput';

export function ThroughputPanel({
  range,
  throughput,
}: {
  range: Range;
  throughput: UseQueryResult<Throughput>;
}) {
  const text = useText();
  const zone = useTimeZone();
  const [isTable, setIsTable] = useState(false);
  const series: readonly Series[] = [
    { name: text('home.success'), tone: 'good' },
    { name: text('home.skipped'), tone: 'quiet' },
    { name: text('home.failed'), tone: 'bad' },
  ];
  const formatMoment = (at: string) => (at ? formatDateTime(new Date(at), zone).slice(0, 16) : '');
  const formatTick = (at: string) =>
    at
      ? range === 'lastWeek'
        ? formatMoment(at).slice(5, 10)
        : formatHour(new Date(at), zone)
      : '';
  const toggle = (
    <Button size="small" color="inherit" onClick={() => setIsTable(!isTable)}>
      {text(isTable ? 'home.asChart' : 'home.asTable')}
    </Button>
  );
  const { data } = throughput;
  const shared = {
    label: `${text('home.throughput')}, ${text(`home.${range}`)}`,
    series,
    formatMoment,
  };
  return (
    <Panel title={text('home.throughput')} hint={text('home.throughputHint')} actions={toggle}>
      {throughput.error ? (
        <ErrorAlert error={throughput.error} onRetry={() => void throughput.refetch()} />
      ) : null}
      {data ? (
        data.bars.every((bar) => totalOf(bar) === 0) ? (
          <EmptyState title={text('empty.figures')} />
        ) : isTable ? (
          <ChartTable {...shared} bars={data.bars} />
        ) : (
          <StackedBarChart {...shared} bars={data.bars} formatTick={formatTick} />
        )
      ) : throughput.error ? null : (
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
            <ColorSwatch tone={tone} />
            {name}
          </Typography>
        ))}
      </Box>
    </Panel>
  );
}
