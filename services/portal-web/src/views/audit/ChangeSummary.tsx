/** The fields that a write changed, with their values before and after. */

import Box from '@mui/material/Box';
import Popover from '@mui/material/Popover';
import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { changedFields } from '@/views/audit/changedFields';

export function ChangeSummary({ before, after }: { before: unknown; after: unknown }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const lines = changedFields(before, after);
  if (lines.length === 0) return null;
  return (
    <>
      <ButtonBase
        onClick={(event) => setAnchor(event.currentTarget)}
        sx={{
          maxWidth: '100%',
          fontFamily: 'ui-monospace, monospace',
          fontSize: '0.76rem',
          borderRadius: 1,
          '&:hover': { textDecoration: 'underline' },
        }}
      >
        <Box component="span" sx={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
          {lines
            .map(
              (line) =>
                `${line.field}: ${line.before ? `${line.before} → ` : ''}${line.after || '–'}`,
            )
            .join(', ')}
        </Box>
      </ButtonBase>
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => setAnchor(null)}
        anchorOrigin={{ vertical: 'bottom', horizontal: 'left' }}
      >
        <Box component="dl" sx={{ m: 0, p: 2, maxWidth: 640, display: 'grid', gap: 1 }}>
          {lines.map((line) => (
            <Box key={line.field}>
              <Typography component="dt" variant="caption" color="text.secondary">
                {line.field}
              </Typography>
              <Typography component="dd" variant="body2" sx={{ m: 0, overflowWrap: 'anywhere' }}>
                {line.before ? <s>{line.before}</s> : null} {line.before ? '→ ' : ''}
                {line.after || '–'}
              </Typography>
            </Box>
          ))}
        </Box>
      </Popover>
    </>
  );
}
