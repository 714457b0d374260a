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
import { useMay } from '@/account/useHasRole';
import { useErrorCount } from '@/live/useCauses';
import { GROUPS, type View } from '@/shell/menu';
import { useText } from '@/texts/texts';

export function Menu({ narrow, onGo }: { narrow: boolean; onGo: () => void }) {
  const text = useText();
  const isAdmin = useMay('admin');
  return (
    <Box component="nav" aria-label={text('menu.label')} sx={{ px: 1, pb: 2, overflowY: 'auto' }}>
      {GROUPS.map(([group, views]) => (
        <Box key={group} sx={{ pt: 1.5 }}>
          <Typography
            variant="overline"
            color="text.secondary"
            component="h2"
            sx={{
              px: 1.25,
              fontSize: '0.68rem',
              visibility: narrow ? 'hidden' : 'visible',
              height: narrow ? 8 : 'auto',
              overflow: 'hidden',
            }}
          >
            {text(group)}
          </Typography>
          <List disablePadding>
            {views
              .filter((view) => view.needs !== 'admin' || isAdmin)
              .map((view) => (
                <Entry key={view.path} view={view} narrow={narrow} onGo={onGo} />
              ))}
          </List>
        </Box>
      ))}
    </Box>
  );
}

function Entry({ view, narrow, onGo }: { view: View; narrow: boolean; onGo: () => void }) {
  const text = useText();
  const { pathname } = useLocation();
  const isHere =
    view.path === '/'
      ? pathname === '/'
      : pathname === view.path || pathname.startsWith(`${view.path}/`);
  const Icon = view.icon;
  const count = useBadge(view.path);
  return (
    <ListItem disablePadding>
      <Tooltip title={narrow ? text(view.text) : ''} placement="right">
        <ListItemButton
          component={Link}
          to={view.path}
          onClick={onGo}
          selected={isHere}
          aria-current={isHere ? 'page' : undefined}
          sx={{ borderRadius: 2, py: 0.6, px: 1.25, minHeight: 38, mb: 0.25 }}
        >
          <ListItemIcon sx={{ minWidth: 34, color: isHere ? 'primary.main' : 'text.secondary' }}>
            <Badge variant="dot" color="error" invisible={!narrow || !count}>
              <Icon fontSize="small" />
            </Badge>
          </ListItemIcon>
          {/* stays for screen readers in the narrow menu */}
          <ListItemText
            primary={text(view.text)}
            slotProps={{
              primary: {
                sx: {
                  fontSize: '0.875rem',
                  fontWeight: isHere ? 600 : 480,
                  opacity: narrow ? 0 : 1,
                  whiteSpace: 'nowrap',
                },
              },
            }}
          />
          {count && !narrow ? <Count count={count} /> : null}
        </ListItemButton>
      </Tooltip>
    </ListItem>
  );
}

function useBadge(path: string): number {
  const errors = useErrorCount();
  return path === '/errors' ? (errors ?? 0) : 0;
}

function Count({ count }: { count: number }) {
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
