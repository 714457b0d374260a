/** The timeline of an appointment: versions, attempts and actions of users, the newest first. */

import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useQuery } from '@tanstack/react-query';
import { Link as RouterLink } from 'react-router-dom';
import { useHasRole } from '@/account/useHasRole';
import { api, unwrap } from '@/api/client';
import type { TimelineEntry } from '@/api/types';
import { EmptyState } from '@/components/EmptyState';
import { ErrorAlert } from '@/components/ErrorAlert';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';
import { describeEntry, type EntryDescription } from '@/views/appointments/timelineEntries';

export function TimelineTab({ appointmentKey }: { appointmentKey: string }) {
  const text = useText();
  const isAdmin = useHasRole('admin');
  const query = useTimeline(appointmentKey);
  if (query.error) return <ErrorAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton variant="rounded" height={240} />;
  if (query.data.items.length === 0) return <EmptyState title={text('details.noActivity')} />;
  return (
    <Box
      component="ol"
      aria-label={text('details.timeline')}
      sx={{ listStyle: 'none', m: 0, p: 0, pl: 1.5 }}
    >
      {query.data.items.map((entry, index) => (
        <TimelineItem
          key={`${entry.kind} ${entry.at} ${index}`}
          at={entry.at}
          description={describeEntry(entry, text, isAdmin)}
        />
      ))}
    </Box>
  );
}

/** The key starts with that of the appointment, so that a live event reloads both. */
function useTimeline(appointmentKey: string) {
  return useQuery({
    queryKey: ['appointment', appointmentKey, 'timeline'],
    queryFn: () =>
      unwrap(
        api.GET('/api/timelines/{appointment_key}', {
          params: { path: { appointment_key: appointmentKey } },
        }),
      ),
  });
}

function TimelineItem({
  at,
  description,
}: {
  at: TimelineEntry['at'];
  description: EntryDescription;
}) {
  return (
    <Box
      component="li"
      sx={(theme) => ({
        position: 'relative',
        pl: 3,
        pb: 2,
        borderLeft: 2,
        borderColor: 'divider',
        '&:last-of-type': { borderColor: 'transparent' },
        '&::before': {
          content: '""',
          position: 'absolute',
          left: -7,
          top: 5,
          width: 12,
          height: 12,
          borderRadius: '50%',
          bgcolor: theme.palette.tones[description.tone].line,
          border: `2px solid ${theme.palette.background.paper}`,
        },
      })}
    >
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        <Typography variant="body2" color="text.secondary" sx={{ minWidth: 72 }}>
          <Timestamp at={at} />
        </Typography>
        {description.title}
        {description.links.map(({ to, label }) => (
          <Link key={to} component={RouterLink} to={to} variant="body2">
            {label}
          </Link>
        ))}
      </Box>
      {description.calls?.map((call) => (
        <Typography
          key={call}
          variant="body2"
          sx={{
            mt: 0.25,
            fontFamily: 'ui-monospace, monospace',
            fontSize: '0.78rem',
            overflowWrap: 'anywhere',
          }}
        >
          {call}
        </Typography>
      ))}
      {description.details ? (
        <Typography
          variant="body2"
          color="text.secondary"
          sx={{ mt: 0.25, overflowWrap: 'anywhere' }}
        >
          {description.details}
        </Typography>
      ) : null}
    </Box>
  );
}
