/** The menu of the signed-in user: profile and sign-out. */

import Account from '@mui/icons-material/AccountCircleOutlined';
import Docs from '@mui/icons-material/CodeOutlined';
import Logout from '@mui/icons-material/LogoutOutlined';
import Divider from '@mui/material/Divider';
import IconButton from '@mui/material/IconButton';
import ListItemIcon from '@mui/material/ListItemIcon';
import ListItemText from '@mui/material/ListItemText';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Tooltip from '@mui/material/Tooltip';
import { useState } from 'react';
import { useGetIdentity, useLogout, usePermissions } from 'react-admin';
import { Link } from 'react-router-dom';
import type { Role } from '@/api/types';
import { useText } from '@/texts/texts';

export function AccountMenu() {
  const text = useText();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const { identity } = useGetIdentity();
  const { permissions } = usePermissions<Role>();
  const logout = useLogout();
  const close = () => setAnchor(null);
  return (
    <>
      <Tooltip title={text('shell.account')}>
        <IconButton
          onClick={(event) => setAnchor(event.currentTarget)}
          aria-label={text('shell.account')}
          aria-haspopup="menu"
          aria-expanded={anchor !== null}
        >
          <Account fontSize="small" />
        </IconButton>
      </Tooltip>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={close}>
        <MenuItem component={Link} to="/profile" onClick={close}>
          <ListItemIcon>
            <Account fontSize="small" />
          </ListItemIcon>
          <ListItemText
            primary={text('menu.profile')}
            secondary={
              identity && permissions
                ? `${identity.fullName ?? ''} · ${text(`role.${permissions}`)}`
                : ''
            }
          />
        </MenuItem>
        <MenuItem component="a" href="/api/docs" onClick={close}>
          <ListItemIcon>
            <Docs fontSize="small" />
          </ListItemIcon>
          {text('shell.docs')}
        </MenuItem>
        <Divider />
        <MenuItem onClick={() => void logout()}>
          <ListItemIcon>
            <Logout fontSize="small" />
          </ListItemIcon>
          {text('shell.signOut')}
        </MenuItem>
      </Menu>
    </>
  );
}
