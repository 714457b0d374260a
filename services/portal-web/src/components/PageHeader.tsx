/** The title of a page, one sentence about it, and its buttons. */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useEffect, type ReactNode } from 'react';
import { useText } from '@/texts/texts';

export function PageHeader({
  title,
  lead,
  children,
  backLink,
}: {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
  backLink?: ReactNode;
}) {
  const text = useText();
  useEffect(() => {
    document.title = `${title} · ${text('app.name')}`;
  }, [title, text]);
  return (
    <Box sx={{ mb: 2 }}>
      {backLink}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1.5 }}>
        <Box sx={{ flex: '1 1 260px', minWidth: 0 }}>
          <Typography variant="h1" sx={{ overflowWrap: 'anywhere' }}>
            {title}
          </Typography>
          {lead ? (
            <Typography variant="body2" color="text.secondary" component="div" sx={{ mt: 0.25 }}>
              {lead}
            </Typography>
          ) : null}
        </Box>
        {children}
      </Box>
    </Box>
  );
}
