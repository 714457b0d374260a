/** Fields with their values before and after. */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useText } from '@/texts/texts';
import type { Difference } from '@/views/connectors/differences';

export function DifferenceList({ differences }: { differences: readonly Difference[] }) {
  const text = useText();
  return (
    <Box component="dl" sx={{ m: 0, display: 'grid', gap: 0.75 }}>
      {differences.map(({ field, before, after }) => (
        <Box key={field}>
          <Typography component="dt" variant="caption">
            {text(field)}
          </Typography>
          <Typography component="dd" variant="body2" sx={{ m: 0, overflowWrap: 'anywhere' }}>
            <s>{before || '–'}</s> → {after || '–'}
          </Typography>
        </Box>
      ))}
    </Box>
  );
}
