/** Which columns, and how high the rows. */

import ViewColumn from '@mui/icons-material/ViewColumnOutlined';
import Divider from '@mui/material/Divider';
import MenuItem from '@mui/material/MenuItem';
import { usePreferences } from '@/account/preferences';
import type { Row } from '@/list/column';
import { Tick } from '@/list/CheckIcon';
import { MenuButton } from '@/list/MenuButton';
import type { Chosen } from '@/list/useColumns';
import { useText } from '@/texts/texts';

export function ColumnsMenu<R extends Row>({ columns }: { columns: Chosen<R> }) {
  const text = useText();
  const { preferences, prefer } = usePreferences();
  const isCompact = preferences.density === 'compact';
  return (
    <MenuButton label={text('list.columns')} icon={<ViewColumn fontSize="small" />}>
      {(close) => [
        ...columns.all.map((column) => {
          const isShown = columns.shown.includes(column);
          return (
            <MenuItem
              key={column.name}
              role="menuitemcheckbox"
              aria-checked={isShown}
              onClick={() => columns.toggle(column.name)}
            >
              <Tick isOn={isShown} />
              {text(column.label)}
            </MenuItem>
          );
        }),
        <Divider key="line" />,
        <MenuItem
          key="usual"
          disabled={columns.isUsual}
          onClick={() => {
            columns.reset();
            close();
          }}
        >
          {text('list.standard')}
        </MenuItem>,
        <MenuItem
          key="density"
          onClick={() => prefer({ density: isCompact ? 'standard' : 'compact' })}
        >
          {text('list.density')}: {text(isCompact ? 'list.compact' : 'list.comfortable')}
        </MenuItem>,
      ]}
    </MenuButton>
  );
}
