/** The reason why a list is empty, and a hint that helps. */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

export function EmptyState({
  title,
  hint,
  icon,
  children,
}: {
  title: string;
  hint?: string;
  icon?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <Box
      sx={{
        textAlign: 'center',
        px: 3,
        py: 6,
        color: 'text.secondary',
        '& > svg': { fontSize: 38, mb: 1, opacity: 0.8 },
      }}
    >
      {icon}
      <Typography variant="h3" component="p" color="text.primary">
        {title}
      </Typography>
      {hint ? (
        <Typography variant="body2" sx={{ mt: 0.75, maxWidth: 520, mx: 'auto' }}>
          {hint}
        </Typography>
      ) : null}
      {children ? <Box sx={{ mt: 2 }}>{children}</Box> : null}
    </Box>
  );
}
