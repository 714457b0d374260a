/** Status: whether the connection works, and what was seen of every part of it. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import type { Health } from '@/api/types';
import { useHealth } from '@/live/useHealth';
import { Facts } from '@/components/DescriptionList';
import { Moment } from '@/components/Timestamp';
import { PageHead } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { Tag } from '@/components/Tag';
import { Trouble } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';
import { Lanes } from '@/views/status/LaneTable';
import { Services } from '@/views/status/ServiceTable';
import { Verdict } from '@/views/status/HealthBanner';

export default function StatusPage() {
  const text = useText();
  const found = useHealth();
  return (
    <>
      <PageHead title={text('statusPage.title')} lead={text('statusPage.lead')} />
      {found.error ? <Trouble error={found.error} again={() => void found.refetch()} /> : null}
      {found.isPending ? <Skeleton variant="rounded" height={300} /> : null}
      {found.data ? <Seen health={found.data} /> : null}
    </>
  );
}

function Seen({ health }: { health: Health }) {
  const text = useText();
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Verdict health={health} />
      <Panel title={text('statusPage.services')} flush>
        <Services services={health.services} />
      </Panel>
      <Panel title={text('statusPage.lanes')} hint={text('home.lanesHint')} flush>
        <Lanes lanes={health.lanes} />
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
          actions={<Reach isThere={health.rabbitmq.reachable} />}
        >
          <Facts
            facts={[
              [text('field.version'), health.rabbitmq.version],
              ...health.rabbitmq.queues.map((queue) => [queue.name, queue.waiting] as const),
            ]}
          />
        </Panel>
        <Panel
          title={text('statusPage.mongodb')}
          actions={<Reach isThere={health.mongodb.reachable} />}
        >
          <Facts
            facts={[
              [text('field.version'), health.mongodb.version],
              [text('statusPage.primary'), health.mongodb.primary],
            ]}
          />
        </Panel>
        <TimerJob timer={health.timer_job} />
      </Box>
    </Box>
  );
}

function Reach({ isThere }: { isThere: boolean }) {
  const text = useText();
  return (
    <Tag tone={isThere ? 'good' : 'bad'}>
      {text(isThere ? 'statusPage.reachable' : 'statusPage.unreachable')}
    </Tag>
  );
}

function TimerJob({ timer }: { timer: Health['timer_job'] }) {
  const text = useText();
  return (
    <Panel title={text('statusPage.timer')}>
      {timer?.trouble ? (
        <Alert severity="warning">
          {text('statusPage.timerTrouble', { reason: timer.trouble })}
        </Alert>
      ) : timer?.expression ? (
        <Facts
          facts={[
            [text('statusPage.timerOn'), <code key="cron">{timer.expression}</code>],
            [text('statusPage.timeZone'), timer.time_zone],
            [
              text('statusPage.lastRun'),
              timer.last_run_at ? (
                <Moment key="last" at={timer.last_run_at} />
              ) : (
                text('statusPage.never')
              ),
            ],
            [text('statusPage.nextRun'), <Moment key="next" at={timer.next_run_at} />],
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
