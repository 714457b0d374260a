/** Logs: every message of every service, followed live; pausing keeps the page still. */

import Pause from '@mui/icons-material/PauseOutlined';
import Play from '@mui/icons-material/PlayArrowOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import LinearProgress from '@mui/material/LinearProgress';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { ExportMenu } from '@/list/ExportMenu';
import { usePlace, type Place } from '@/list/useListState';
import { SavedViews } from '@/list/SavedViewsMenu';
import { pairsOf } from '@/list/multiValue';
import { Words } from '@/list/SearchField';
import { Dot } from '@/components/StateDot';
import { Empty } from '@/components/EmptyState';
import { PageHead } from '@/components/PageHeader';
import { Trouble } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';
import { Line } from '@/views/logs/LogRow';
import { useTail } from '@/views/logs/useLogTail';

const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'] as const;
const SERVICES = ['ingest', 'dispatcher', 'portal-api', 'retry'];

export default function Logs() {
  const text = useText();
  const place = usePlace('');
  const [isPaused, setIsPaused] = useState(false);
  const tail = useTail(place.criteria, isPaused);
  return (
    <>
      <PageHead title={text('logs.title')} lead={text('logs.lead')}>
        <Box
          role="status"
          sx={{
            display: 'flex',
            alignItems: 'center',
            gap: 1,
            fontSize: '0.86rem',
            color: 'text.secondary',
          }}
        >
          <Dot state={isPaused ? 'unknown' : 'well'} size={8} />
          {isPaused ? text('logs.paused', { smart_count: tail.waiting }) : text('logs.tail')}
        </Box>
        <Button
          variant="outlined"
          startIcon={isPaused ? <Play /> : <Pause />}
          onClick={() => setIsPaused(!isPaused)}
        >
          {text(isPaused ? 'logs.go' : 'logs.pause')}
        </Button>
      </PageHead>
      <Card>
        <Tools place={place} />
        {tail.error ? <Trouble error={tail.error} /> : null}
        {tail.lines === undefined && !tail.error ? (
          <LinearProgress aria-label={text('app.loading')} />
        ) : null}
        {tail.lines?.length === 0 ? (
          <Empty title={text('empty.logs')} hint={text('empty.logsHint')} />
        ) : null}
        <Box component="ol" aria-label={text('logs.title')} sx={{ listStyle: 'none', m: 0, p: 0 }}>
          {tail.lines?.map((line) => (
            <Line key={line.log_id} line={line} />
          ))}
        </Box>
        {tail.older ? (
          <Button
            sx={{ m: 1.5 }}
            onClick={() => {
              setIsPaused(true);
              tail.older?.();
            }}
          >
            {text('logs.older')}
          </Button>
        ) : null}
      </Card>
    </>
  );
}

function Tools({ place }: { place: Place }) {
  const text = useText();
  const { criteria } = place;
  const set = (name: string, value: string) => place.setCriteria({ ...criteria, [name]: value });
  return (
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        gap: 1.25,
        alignItems: 'center',
        p: 1.5,
        borderBottom: 1,
        borderColor: 'divider',
      }}
    >
      <TextField
        select
        label={text('field.level')}
        value={criteria.level ?? 'info'}
        onChange={(event) => set('level', event.target.value)}
        sx={{ minWidth: 180 }}
      >
        {LEVELS.map((level) => (
          <MenuItem key={level} value={level}>
            {text('logs.orWorse', { level })}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        select
        label={text('logs.service')}
        value={criteria.service ?? ''}
        onChange={(event) => set('service', event.target.value)}
        slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}
        sx={{ minWidth: 160 }}
      >
        <MenuItem value="">{text('logs.everyService')}</MenuItem>
        {SERVICES.map((service) => (
          <MenuItem key={service} value={service}>
            {service}
          </MenuItem>
        ))}
      </TextField>
      <Words value={criteria.search ?? ''} onChange={(search) => set('search', search)} />
      <Box sx={{ flex: 1 }} />
      <SavedViews list="logs" place={place} />
      <ExportMenu path="/api/logs/export" query={pairsOf({ level: 'info', ...criteria })} />
    </Box>
  );
}
