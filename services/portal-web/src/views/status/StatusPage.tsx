/** Status: the health of the connection, and the state of every part of it. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import type { Health } from '@/api/types';
import { DescriptionList } from '@/components/DescriptionList';
import { ErrorAlert } from '@/components/ErrorAlert';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { Tag } from '@/components/Tag';
import { Timestamp } from '@/components/Timestamp';
import { useHealth } from '@/live/useHealth';
import { useText } from '@/texts/texts';
import { HealthBanner } from '@/views/status/HealthBanner';
import { LaneTable } from '@/views/status/LaneTable';
import { ServiceTable } from '@/views/status/ServiceTable';

export default function StatusPage() {
  const text = useText();
  const query = useHealth();
  return (
    <>
      <PageHeader title={text('statusPage.title')} lead={text('statusPage.lead')} />
      {query.error ? <ErrorAlert error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Skeleton variant="rounded" height={300} /> : null}
      {query.data ? <HealthDetails health={query.data} /> : null}
    </>
  );
}

function HealthDetails({ health }: { health: Health }) {
  const text = useText();
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <HealthBanner health={health} />
      <Panel title={text('statusPage.services')} flush>
        <ServiceTable services={health.services} />
      </Panel>
      <Panel title={text('statusPage.lanes')} hint={text('home.lanesHint')} flush>
        <LaneTable lanes={health.lanes} />
      </Panel>
      <Box
        sx={{
          display: 'grid',
          gap: 2,
          gridTemplateColumns: { xs: '1fr', md: 'repeat(3, minmax(0, 1fr))' },
        }}
      >
        <Panel
          title={text('statusPage.rabbitmq')}
          actions={<ReachabilityTag isReachable={health.rabbitmq.reachable} />}
        >
          <DescriptionList
            items={[
              [text('field.version'), health.rabbitmq.version],
              ...health.rabbitmq.queues.map((queue) => [queue.name, queue.waiting] as const),
            ]}
          />
        </Panel>
        <Panel
          title={text('statusPage.mongodb')}
          actions={<ReachabilityTag isReachable={health.mongodb.reachable} />}
        >
          <DescriptionList
            items={[
              [text('field.version'), health.mongodb.version],
              [text('statusPage.primary'), health.mongodb.primary],
            ]}
          />
        </Panel>
        <TimerJobPanel timer={health.timer_job} />
      </Box>
    </Box>
  );
}

function ReachabilityTag({ isReachable }: { isReachable: boolean }) {
  const text = useText();
  return (
    <Tag tone={isReachable ? 'good' : 'bad'}>
      {text(isReachable ? 'statusPage.reachable' : 'statusPage.unreachable')}
    </Tag>
  );
}

function TimerJobPanel({ timer }: { timer: Health['timer_job'] }) {
  const text = useText();
  return (
    <Panel title={text('statusPage.timer')}>
      {timer?.trouble ? (
        <Alert severity="warning">
          {text('statusPage.timerFailed', { reason: timer.trouble })}
        </Alert>
      ) : timer?.expression ? (
        <DescriptionList
          items={[
            [text('statusPage.timerOn'), <code key="cron">{timer.expression}</code>],
            [text('statusPage.timeZone'), timer.time_zone],
            [
              text('statusPage.lastRun'),
              timer.last_run_at ? (
                <Timestamp key="last" at={timer.last_run_at} />
              ) : (
                text('statusPage.never')
              ),
            ],
            [text('statusPage.nextRun'), <Timestamp key="next" at={timer.next_run_at} />],
          ]}
        />
      ) : (
        <Alert severity="info" icon={false}>
          {text('statusPage.timerOff')}
        </Alert>
      )}
    </Panel>
  );
}
