/** Logs: the messages of all services, live, with a pause button. */

import Pause from '@mui/icons-material/PauseOutlined';
import Play from '@mui/icons-material/PlayArrowOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import LinearProgress from '@mui/material/LinearProgress';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { EmptyState } from '@/components/EmptyState';
import { ErrorAlert } from '@/components/ErrorAlert';
import { PageHeader } from '@/components/PageHeader';
import { StateDot } from '@/components/StateDot';
import { ExportMenu } from '@/list/ExportMenu';
import { criteriaToParams } from '@/list/multiValue';
import { SavedViewsMenu } from '@/list/SavedViewsMenu';
import { SearchField } from '@/list/SearchField';
import { useListState, type ListState } from '@/list/useListState';
import { useText } from '@/texts/texts';
import { LogRow } from '@/views/logs/LogRow';
import { useLogTail } from '@/views/logs/useLogTail';

const LEVELS = ['debug', 'info', 'warning', 'error', 'critical'] as const;
const SERVICES = ['ingest', 'dispatcher', 'portal-api', 'retry'];

export default function LogsPage() {
  const text = useText();
  const listState = useListState('');
  const [isPaused, setIsPaused] = useState(false);
  const tail = useLogTail(listState.criteria, isPaused);
  return (
    <>
      <PageHeader title={text('logs.title')} lead={text('logs.lead')}>
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
          <StateDot state={isPaused ? 'unknown' : 'well'} size={8} />
          {isPaused ? text('logs.paused', { smart_count: tail.newLines }) : text('logs.tail')}
        </Box>
        <Button
          variant="outlined"
          startIcon={isPaused ? <Play /> : <Pause />}
          onClick={() => setIsPaused(!isPaused)}
        >
          {text(isPaused ? 'logs.resume' : 'logs.pause')}
        </Button>
      </PageHeader>
      <Card>
        <LogFilters listState={listState} />
        {tail.error ? <ErrorAlert error={tail.error} /> : null}
        {tail.lines === undefined && !tail.error ? (
          <LinearProgress aria-label={text('app.loading')} />
        ) : null}
        {tail.lines?.length === 0 ? (
          <EmptyState title={text('empty.logs')} hint={text('empty.logsHint')} />
        ) : null}
        <Box component="ol" aria-label={text('logs.title')} sx={{ listStyle: 'none', m: 0, p: 0 }}>
          {tail.lines?.map((line) => (
            <LogRow key={line.log_id} line={line} />
          ))}
        </Box>
        {tail.loadOlder ? (
          <Button
            sx={{ m: 1.5 }}
            onClick={() => {
              setIsPaused(true);
              tail.loadOlder?.();
            }}
          >
            {text('logs.older')}
          </Button>
        ) : null}
      </Card>
    </>
  );
}

function LogFilters({ listState }: { listState: ListState }) {
  const text = useText();
  const { criteria } = listState;
  const setCriterion = (name: string, value: string) =>
    listState.setCriteria({ ...criteria, [name]: value });
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
        onChange={(event) => setCriterion('level', event.target.value)}
        sx={{ minWidth: 180 }}
      >
        {LEVELS.map((level) => (
          <MenuItem key={level} value={level}>
            {text('logs.minimumLevel', { level })}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        select
        label={text('logs.service')}
        value={criteria.service ?? ''}
        onChange={(event) => setCriterion('service', event.target.value)}
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
      <SearchField
        value={criteria.search ?? ''}
        onChange={(search) => setCriterion('search', search)}
      />
      <Box sx={{ flex: 1 }} />
      <SavedViewsMenu list="logs" listState={listState} />
      <ExportMenu
        path="/api/logs/export"
        query={criteriaToParams({ level: 'info', ...criteria })}
      />
    </Box>
  );
}
