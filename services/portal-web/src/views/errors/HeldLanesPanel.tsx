/** The held lanes above the errors. Their deliveries wait and continue automatically. */

import Box from '@mui/material/Box';
import { Panel } from '@/components/Panel';
import { useHealth } from '@/live/useHealth';
import { useText } from '@/texts/texts';
import { HeldLaneItem } from '@/views/status/HeldLaneItem';

export function HeldLanesPanel() {
  const text = useText();
  const held = (useHealth().data?.lanes ?? []).filter((lane) => lane.held_since);
  if (held.length === 0) return null;
  return (
    <Panel title={text('errors.held')}>
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {held.map((lane) => (
          <HeldLaneItem key={lane.connector_id} lane={lane} />
        ))}
      </Box>
    </Panel>
  );
}
