/** The MBOC settings of every connector of an appointment. */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { Activity } from '@/api/types';
import { EmptyState } from '@/components/EmptyState';
import { useText } from '@/texts/texts';
import { MbocSettings } from '@/views/connectors/MbocSettings';

export function SettingsTab({ activity }: { activity: readonly Activity[] }) {
  const text = useText();
  const connectors = activity.filter((connectorActivity) => connectorActivity.settings_now);
  if (connectors.length === 0)
    return (
      <EmptyState title={text('status.MBOC Not Provided')} hint={text('details.noSettings')} />
    );
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 3,
        gridTemplateColumns: {
          xs: 'minmax(0, 1fr)',
          lg: connectors.length > 1 ? 'repeat(2, minmax(0, 1fr))' : 'minmax(0, 900px)',
        },
      }}
    >
      {connectors.map((connectorActivity) =>
        connectorActivity.settings_now ? (
          <Box
            key={connectorActivity.connector_id}
            role="group"
            aria-label={connectorActivity.settings_now.name}
          >
            <Typography variant="h2" sx={{ mb: 1 }}>
              {connectorActivity.settings_now.name}
            </Typography>
            <MbocSettings
              current={connectorActivity.settings_now}
              atAttempt={connectorActivity.deliveries[0]?.attempts[0]?.settings_then}
            />
          </Box>
        ) : null,
      )}
    </Box>
  );
}
