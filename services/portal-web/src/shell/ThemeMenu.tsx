/** A menu for the theme: light, dark, or the one of the system. */

import Dark from '@mui/icons-material/DarkModeOutlined';
import Light from '@mui/icons-material/LightModeOutlined';
import System from '@mui/icons-material/ContrastOutlined';
import IconButton from '@mui/material/IconButton';
import ListItemIcon from '@mui/material/ListItemIcon';
import Menu from '@mui/material/Menu';
import MenuItem from '@mui/material/MenuItem';
import Tooltip from '@mui/material/Tooltip';
import { useState } from 'react';
import { useRemoveFromStore, useStore } from 'react-admin';
import { useText } from '@/texts/texts';

const CHOICES = [
  ['system', System],
  ['light', Light],
  ['dark', Dark],
] as const;

export function ThemeMenu() {
  const text = useText();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const [chosen, setChosen] = useStore<'light' | 'dark' | undefined>('theme');
  const remove = useRemoveFromStore();
  const choose = (choice: (typeof CHOICES)[number][0]) => {
    if (choice === 'system') remove('theme');
    else setChosen(choice);
    setAnchor(null);
  };
  const Icon = chosen === undefined ? System : chosen === 'dark' ? Dark : Light;
  return (
    <>
      <Tooltip title={text('shell.theme')}>
        <IconButton
          onClick={(event) => setAnchor(event.currentTarget)}
          aria-label={text('shell.theme')}
          aria-haspopup="menu"
          aria-expanded={anchor !== null}
        >
          <Icon fontSize="small" />
        </IconButton>
      </Tooltip>
      <Menu anchorEl={anchor} open={anchor !== null} onClose={() => setAnchor(null)}>
        {CHOICES.map(([choice, ChoiceIcon]) => (
          <MenuItem
            key={choice}
            selected={choice === (chosen ?? 'system')}
            onClick={() => choose(choice)}
          >
            <ListItemIcon>
              <ChoiceIcon fontSize="small" />
            </ListItemIcon>
            {text(`shell.${choice}`)}
          </MenuItem>
        ))}
      </Menu>
    </>
  );
}
