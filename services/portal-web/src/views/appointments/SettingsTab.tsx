/** The MBOC settings of every connector that the appointment goes to. */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { Activity } from '@/api/types';
import { Empty } from '@/components/EmptyState';
import { useText } from '@/texts/texts';
import { MbocSettings } from '@/views/connectors/MbocSettings';

export function Settings({ activity }: { activity: readonly Activity[] }) {
  const text = useText();
  const known = activity.filter((one) => one.settings_now);
  if (known.length === 0)
    return <Empty title={text('status.MBOC Not Provided')} hint={text('details.noSettings')} />;
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 3,
        gridTemplateColumns: {
          xs: 'minmax(0, 1fr)',
          lg: known.length > 1 ? 'repeat(2, minmax(0, 1fr))' : 'minmax(0, 900px)',
        },
      }}
    >
      {known.map((one) =>
        one.settings_now ? (
          <Box key={one.connector_id} role="group" aria-label={one.settings_now.name}>
            <Typography variant="h2" sx={{ mb: 1 }}>
              {one.settings_now.name}
            </Typography>
            <MbocSettings
              now={one.settings_now}
              then={one.deliveries[0]?.attempts[0]?.settings_then}
            />
          </Box>
        ) : null,
      )}
    </Box>
  );
}
