/**
 * One appointment: change tracking and identification values, with the last activity, the MBOC
 * settings and the timeline below.
 */

import Box from '@mui/material/Box';
import Skeleton from '@mui/material/Skeleton';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Card from '@mui/material/Card';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams, useSearchParams } from 'react-router-dom';
import { api, unwrap } from '@/api/client';
import type { AppointmentDetails, Delivery } from '@/api/types';
import { BackButton } from '@/components/BackButton';
import { formatSourceDate } from '@/components/dateTime';
import { DescriptionList } from '@/components/DescriptionList';
import { ErrorAlert } from '@/components/ErrorAlert';
import { PageHeader } from '@/components/PageHeader';
import { Panel } from '@/components/Panel';
import { Timestamp } from '@/components/Timestamp';
import { useLiveEvents } from '@/live/useLiveEvents';
import { useText } from '@/texts/texts';
import { LastActivityTab } from '@/views/appointments/LastActivityTab';
import { SettingsTab } from '@/views/appointments/SettingsTab';
import { TimelineTab } from '@/views/appointments/TimelineTab';

const TABS = ['lastActivity', 'settings', 'timeline'] as const;
type TabName = (typeof TABS)[number];

export default function AppointmentPage() {
  const text = useText();
  const { key = '' } = useParams();
  const query = useAppointment(key);
  const backLink = <BackButton to="/appointments" list={text('menu.appointments')} />;
  if (query.error)
    return (
      <>
        <PageHeader title={text('menu.appointments')} backLink={backLink} />
        <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />
      </>
    );
  if (!query.data) return <Skeleton variant="rounded" height={420} />;
  const appointment = query.data;
  return (
    <>
      <PageHeader
        title={appointment.subject ?? String(appointment.appointment_id)}
        lead={[appointment.job_no, appointment.task_no, appointment.source_app]
          .filter(Boolean)
          .join(' · ')}
        backLink={backLink}
      />
      <Box
        sx={{
          display: 'grid',
          gap: 2,
          mb: 2,
          gridTemplateColumns: { xs: 'minmax(0, 1fr)', md: 'minmax(0, 2fr) minmax(0, 3fr)' },
        }}
      >
        <ChangeTracking appointment={appointment} />
        <IdentificationValues appointment={appointment} />
      </Box>
      <DetailTabs appointment={appointment} />
    </>
  );
}

function useAppointment(key: string) {
  const client = useQueryClient();
  const queryKey = ['appointment', key];
  useLiveEvents<Delivery>('delivery', (events) => {
    if (events.some((event) => event.appointment?.key === key))
      void client.invalidateQueries({ queryKey });
  });
  return useQuery({
    queryKey,
    queryFn: () =>
      unwrap(
        api.GET('/api/appointments/{appointment_key}', {
          params: { path: { appointment_key: key } },
        }),
      ),
  });
}

function ChangeTracking({ appointment }: { appointment: AppointmentDetails }) {
  const text = useText();
  return (
    <Panel title={text('details.changeTracking')}>
      <DescriptionList
        items={[
          [text('field.created_at'), formatSourceDate(appointment.created_at)],
          [text('field.created_by'), appointment.created_by],
          [text('field.modified_at'), <Timestamp key="at" at={appointment.modified_at} />],
          [text('field.modified_by'), appointment.modified_by],
          [text('field.start'), formatSourceDate(appointment.start)],
          [text('field.end'), formatSourceDate(appointment.end)],
        ]}
      />
    </Panel>
  );
}

function IdentificationValues({ appointment }: { appointment: AppointmentDetails }) {
  const text = useText();
  return (
    <Panel title={text('details.identification')}>
      <DescriptionList
        columns={3}
        items={[
          [text('field.appointment_id'), appointment.appointment_id],
          [text('field.appointment_no'), appointment.appointment_no],
          [text('field.appointment_guid'), appointment.appointment_guid],
          [text('field.source_app'), appointment.source_app ?? text('details.unlinked')],
          [text('field.source_type'), appointment.source_type],
          [text('field.job_no'), appointment.job_no],
          [text('field.task_no'), appointment.task_no],
          [text('field.back_office_id'), appointment.back_office_id],
          [text('field.back_office_parent_id'), appointment.back_office_parent_id],
        ]}
      />
    </Panel>
  );
}

function DetailTabs({ appointment }: { appointment: AppointmentDetails }) {
  const text = useText();
  const [params, setParams] = useSearchParams();
  const requestedTab = params.get('tab') as TabName | null;
  const tab = requestedTab !== null && TABS.includes(requestedTab) ? requestedTab : 'lastActivity';
  return (
    <Card>
      <Tabs
        value={tab}
        onChange={(_, chosen: TabName) => setParams({ tab: chosen }, { replace: true })}
        aria-label={text('field.details')}
        variant="scrollable"
        sx={{ borderBottom: 1, borderColor: 'divider' }}
      >
        {TABS.map((name) => (
          <Tab
            key={name}
            value={name}
            label={text(`details.${name}`)}
            id={`tab-${name}`}
            aria-controls={`panel-${name}`}
          />
        ))}
      </Tabs>
      <Box role="tabpanel" id={`panel-${tab}`} aria-labelledby={`tab-${tab}`} sx={{ p: 2 }}>
        {tab === 'lastActivity' ? <LastActivityTab activity={appointment.activity} /> : null}
        {tab === 'settings' ? <SettingsTab activity={appointment.activity} /> : null}
        {tab === 'timeline' ? <TimelineTab appointmentKey={appointment.appointment_key} /> : null}
      </Box>
    </Card>
  );
}
