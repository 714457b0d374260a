/** A part of a page that scrolls sideways, so that a wide table does not widen the page. */

import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

export function ScrollRegion({
  label,
  role = 'region',
  children,
}: {
  label: string;
  role?: 'region' | 'group';
  children: ReactNode;
}) {
  return (
    // Focus lets the keyboard scroll it.
    <Box sx={{ overflowX: 'auto' }} tabIndex={0} role={role} aria-label={label}>
      {children}
    </Box>
  );
}
