/** The last question to the back office whether it has the record, and the time of the next one. */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { OutcomeCheck } from '@/api/types';
import { Timestamp } from '@/components/Timestamp';
import { useText } from '@/texts/texts';

export function OutcomeCheckText({ check }: { check: OutcomeCheck }) {
  const text = useText();
  return (
    <Box>
      <Typography variant="h3">
        {text('outcome.check')} <Timestamp at={check.at} />
      </Typography>
      <Typography variant="body2" sx={{ overflowWrap: 'anywhere' }}>
        {check.note}
      </Typography>
      {check.next_at ? (
        <Typography variant="body2">
          {text('outcome.next')} <Timestamp at={check.next_at} />
        </Typography>
      ) : check.found ? null : (
        <Typography variant="body2">{text('outcome.noNext')}</Typography>
      )}
    </Box>
  );
}
