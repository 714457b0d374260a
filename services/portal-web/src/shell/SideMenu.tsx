/** The side menu. */

import Badge from '@mui/material/Badge';
import Box from '@mui/material/Box';
import List from '@mui/material/List';
import ListItem from '@mui/material/ListItem';
import ListItemButton from '@mui/material/ListItemButton';
import ListItemIcon from '@mui/material/ListItemIcon';
import ListItemText from '@mui/material/ListItemText';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { Link, useLocation } from 'react-router-dom';
import { useHasRole } from '@/account/useHasRole';
import { useErrorCount } from '@/live/useCauses';
import { MENU_GROUPS, type MenuView } from '@/shell/menu';
import { useText } from '@/texts/texts';

export function SideMenu({
  isCollapsed,
  onNavigate,
}: {
  isCollapsed: boolean;
  onNavigate: () => void;
}) {
  const text = useText();
  const isAdmin = useHasRole('admin');
  return (
    <Box component="nav" aria-label={text('menu.label')} sx={{ px: 1, pb: 2, overflowY: 'auto' }}>
      {MENU_GROUPS.map(([group, views]) => (
        <Box key={group} sx={{ pt: 1.5 }}>
          <Typography
            variant="overline"
            color="text.secondary"
            component="h2"
            sx={{
              px: 1.25,
              fontSize: '0.68rem',
              visibility: isCollapsed ? 'hidden' : 'visible',
              height: isCollapsed ? 8 : 'auto',
              overflow: 'hidden',
            }}
          >
            {text(group)}
          </Typography>
          <List disablePadding>
            {views
              .filter((view) => view.requiredRole !== 'admin' || isAdmin)
              .map((view) => (
                <MenuEntry
                  key={view.path}
                  view={view}
                  isCollapsed={isCollapsed}
                  onNavigate={onNavigate}
                />
              ))}
          </List>
        </Box>
      ))}
    </Box>
  );
}

function MenuEntry({
  view,
  isCollapsed,
  onNavigate,
}: {
  view: MenuView;
  isCollapsed: boolean;
  onNavigate: () => void;
}) {
  const text = useText();
  const { pathname } = useLocation();
  const isCurrent =
    view.path === '/'
      ? pathname === '/'
      : pathname === view.path || pathname.startsWith(`${view.path}/`);
  const Icon = view.icon;
  const count = useBadgeCount(view.path);
  return (
    <ListItem disablePadding>
      <Tooltip title={isCollapsed ? text(view.text) : ''} placement="right">
        <ListItemButton
          component={Link}
          to={view.path}
          onClick={onNavigate}
          selected={isCurrent}
          aria-current={isCurrent ? 'page' : undefined}
          sx={{ borderRadius: 2, py: 0.6, px: 1.25, minHeight: 38, mb: 0.25 }}
        >
          <ListItemIcon sx={{ minWidth: 34, color: isCurrent ? 'primary.main' : 'text.secondary' }}>
            <Badge variant="dot" color="error" invisible={!isCollapsed || !count}>
              <Icon fontSize="small" />
            </Badge>
          </ListItemIcon>
          {/* screen readers read it in the collapsed menu too */}
          <ListItemText
            primary={text(view.text)}
            slotProps={{
              primary: {
                sx: {
                  fontSize: '0.875rem',
                  fontWeight: isCurrent ? 600 : 480,
                  opacity: isCollapsed ? 0 : 1,
                  whiteSpace: 'nowrap',
                },
              },
            }}
          />
          {count && !isCollapsed ? <CountBadge count={count} /> : null}
        </ListItemButton>
      </Tooltip>
    </ListItem>
  );
}

function useBadgeCount(path: string): number {
  const errors = useErrorCount();
  return path === '/errors' ? (errors ?? 0) : 0;
}

function CountBadge({ count }: { count: number }) {
  const text = useText();
  return (
    <Tooltip title={text('menu.waiting', { smart_count: count })}>
      <Box
        component="span"
        sx={(theme) => ({
          px: 0.9,
          borderRadius: 5,
          fontSize: '0.72rem',
          fontWeight: 650,
          lineHeight: 1.7,
          color: theme.palette.tones.bad.text,
          bgcolor: theme.palette.tones.bad.fill,
        })}
      >
        {count > 999 ? '999+' : count}
      </Box>
    </Tooltip>
  );
}
