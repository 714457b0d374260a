/** The top bar. */

import MenuIcon from '@mui/icons-material/MenuOutlined';
import AppBar from '@mui/material/AppBar';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Link from '@mui/material/Link';
import Toolbar from '@mui/material/Toolbar';
import Tooltip from '@mui/material/Tooltip';
import { Link as RouterLink } from 'react-router-dom';
import { Logo } from '@/components/Logo';
import { StateDot } from '@/components/StateDot';
import { useIsConnected } from '@/live/useLiveEvents';
import { AccountMenu } from '@/shell/AccountMenu';
import { ThemeMenu } from '@/shell/ThemeMenu';
import { useText } from '@/texts/texts';

export function TopBar({
  isMenuOpen,
  isPhone,
  onToggleMenu,
}: {
  isMenuOpen: boolean;
  isPhone: boolean;
  onToggleMenu: () => void;
}) {
  const text = useText();
  const label = isPhone
    ? text(isMenuOpen ? 'menu.close' : 'menu.open')
    : text(isMenuOpen ? 'menu.collapse' : 'menu.expand');
  return (
    <AppBar
      position="sticky"
      color="inherit"
      elevation={0}
      sx={{ borderBottom: 1, borderColor: 'divider', bgcolor: 'background.paper' }}
    >
      <Toolbar disableGutters sx={{ minHeight: '52px !important', px: 1.25, gap: 1 }}>
        <Tooltip title={label}>
          <IconButton onClick={onToggleMenu} aria-label={label} aria-expanded={isMenuOpen}>
            <MenuIcon />
          </IconButton>
        </Tooltip>
        <Link
          component={RouterLink}
          to="/"
          underline="none"
          color="text.primary"
          sx={{
            display: 'flex',
            alignItems: 'center',
            gap: 1.25,
            fontWeight: 650,
            letterSpacing: '-0.01em',
            minWidth: 0,
          }}
        >
          <Logo />
          <Box
            component="span"
            sx={{ overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
          >
            {text('app.name')}
          </Box>
        </Link>
        <Box sx={{ flex: 1 }} />
        <LiveIndicator />
        <ThemeMenu />
        <AccountMenu />
      </Toolbar>
    </AppBar>
  );
}

function LiveIndicator() {
  const text = useText();
  const isConnected = useIsConnected();
  return (
    <Tooltip title={isConnected ? '' : text('shell.notLive')}>
      <Box
        role="status"
        sx={{
          display: { xs: 'none', sm: 'inline-flex' },
          alignItems: 'center',
          gap: 1,
          px: 1,
          fontSize: '0.8rem',
          color: 'text.secondary',
        }}
      >
        {isConnected ? (
          <>
            <StateDot state="well" size={8} />
            {text('shell.live')}
          </>
        ) : null}
      </Box>
    </Tooltip>
  );
}
