/** The layout of every page: skip link, top bar, menu, and footer with the Status link. */

import Box from '@mui/material/Box';
import Drawer from '@mui/material/Drawer';
import LinearProgress from '@mui/material/LinearProgress';
import useMediaQuery from '@mui/material/useMediaQuery';
import { Suspense, useState, type ReactNode } from 'react';
import { useStore } from 'react-admin';
import { ErrorBoundary } from '@/shell/ErrorBoundary';
import { Footer } from '@/shell/Footer';
import { Notices } from '@/shell/Notices';
import { RefusedNotice } from '@/shell/RefusedNotice';
import { SideMenu } from '@/shell/SideMenu';
import { SkipLink } from '@/shell/SkipLink';
import { TopBar } from '@/shell/TopBar';
import { useText } from '@/texts/texts';

const EXPANDED_WIDTH = 224;
const COLLAPSED_WIDTH = 60;

export function Shell({ children }: { children?: ReactNode }) {
  const text = useText();
  const isPhone = useMediaQuery('(max-width: 899.95px)', { noSsr: true });
  const [isCollapsed, setIsCollapsed] = useStore('menu.narrow', false);
  const [isOpen, setIsOpen] = useState(false);
  const width = isCollapsed ? COLLAPSED_WIDTH : EXPANDED_WIDTH;
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', minHeight: '100vh' }}>
      <SkipLink />
      <RefusedNotice />
      <TopBar
        isMenuOpen={isPhone ? isOpen : !isCollapsed}
        isPhone={isPhone}
        onToggleMenu={() => (isPhone ? setIsOpen(!isOpen) : setIsCollapsed(!isCollapsed))}
      />
      <Box sx={{ display: 'flex', flex: 1, minWidth: 0 }}>
        {isPhone ? (
          <Drawer
            open={isOpen}
            onClose={() => setIsOpen(false)}
            slotProps={{ paper: { sx: { width: 264, pt: 1 }, 'aria-label': text('menu.label') } }}
          >
            <SideMenu isCollapsed={false} onNavigate={() => setIsOpen(false)} />
          </Drawer>
        ) : (
          <Box
            sx={{
              width,
              flexShrink: 0,
              borderRight: 1,
              borderColor: 'divider',
              bgcolor: 'background.paper',
              transition: 'width 140ms',
            }}
          >
            <Box
              sx={{
                position: 'sticky',
                top: 52,
                maxHeight: 'calc(100vh - 52px)',
                display: 'flex',
                flexDirection: 'column',
                overflow: 'hidden',
              }}
            >
              <SideMenu isCollapsed={isCollapsed} onNavigate={() => undefined} />
            </Box>
          </Box>
        )}
        <Box sx={{ display: 'flex', flexDirection: 'column', flex: 1, minWidth: 0 }}>
          <Box
            component="main"
            id="content"
            tabIndex={-1}
            sx={{
              flex: 1,
              px: { xs: 1.5, sm: 2.5, lg: 3.5 },
              py: { xs: 1.5, sm: 2.25 },
              width: '100%',
              maxWidth: 1760,
              outline: 'none',
            }}
          >
            <Notices />
            <ErrorBoundary>
              <Suspense fallback={<LinearProgress aria-label={text('app.loading')} />}>
                {children}
              </Suspense>
            </ErrorBoundary>
          </Box>
          <Footer />
        </Box>
      </Box>
    </Box>
  );
}
