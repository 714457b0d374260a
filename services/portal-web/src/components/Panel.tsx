/** A section of a page with a title. */

import Box from '@mui/material/Box';
import Card from '@mui/material/Card';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

export function Panel({
  title,
  hint,
  actions,
  children,
  flush = false,
}: {
  title: ReactNode;
  hint?: string;
  actions?: ReactNode;
  children: ReactNode;
  flush?: boolean;
}) {
  return (
    <Card component="section" sx={{ minWidth: 0 }}>
      <Box
        sx={{
          display: 'flex',
          flexWrap: 'wrap',
          alignItems: 'center',
          gap: 1,
          px: 2,
          pt: 1.5,
          pb: flush ? 1 : 0,
        }}
      >
        <Box sx={{ flex: '1 1 auto', minWidth: 0 }}>
          <Typography variant="h2">{title}</Typography>
          {hint ? (
            <Typography variant="caption" color="text.secondary" component="p" sx={{ m: 0 }}>
              {hint}
            </Typography>
          ) : null}
        </Box>
        {actions}
      </Box>
      <Box sx={flush ? undefined : { px: 2, pt: 1.25, pb: 2 }}>{children}</Box>
    </Card>
  );
}
