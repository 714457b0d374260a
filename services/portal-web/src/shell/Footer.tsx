/** The footer of every page, with the Status link and its dot at the bottom right. */

import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import { Link as RouterLink } from 'react-router-dom';
import { StateDot } from '@/components/StateDot';
import { useHealth } from '@/live/useHealth';
import { useText } from '@/texts/texts';

export function Footer() {
  const text = useText();
  const health = useHealth();
  const state = health.data?.state ?? 'unknown';
  return (
    <Box
      component="footer"
      sx={{
        display: 'flex',
        justifyContent: 'flex-end',
        alignItems: 'center',
        gap: 2,
        px: { xs: 1.5, sm: 2.5, lg: 3.5 },
        py: 1,
        borderTop: 1,
        borderColor: 'divider',
        position: 'sticky',
        bottom: 0,
        bgcolor: 'background.default',
        zIndex: 5,
      }}
    >
      <Link
        component={RouterLink}
        to="/status"
        color="text.primary"
        variant="body2"
        sx={{ display: 'inline-flex', alignItems: 'center', gap: 1 }}
      >
        <StateDot state={state} />
        <Box component="span" color="text.secondary">
          {text(`state.${state}`)}
        </Box>
        {text('shell.footer')}
      </Link>
    </Box>
  );
}
