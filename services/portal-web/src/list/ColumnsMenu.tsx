/** A menu for the visible columns and the row height. */

import ViewColumn from '@mui/icons-material/ViewColumnOutlined';
import Divider from '@mui/material/Divider';
import MenuItem from '@mui/material/MenuItem';
import { usePreferences } from '@/account/preferences';
import type { Row } from '@/api/types';
import { CheckIcon } from '@/list/CheckIcon';
import { MenuButton } from '@/list/MenuButton';
import type { VisibleColumns } from '@/list/useColumns';
import { useText } from '@/texts/texts';

export function ColumnsMenu<R extends Row>({ columns }: { columns: VisibleColumns<R> }) {
  const text = useText();
  const { preferences, updatePreferences } = usePreferences();
  const isCompact = preferences.density === 'compact';
  return (
    <MenuButton label={text('list.columns')} icon={<ViewColumn fontSize="small" />}>
      {(close) => [
        ...columns.all.map((column) => {
          const isShown = columns.visible.includes(column);
          return (
            <MenuItem
              key={column.name}
              role="menuitemcheckbox"
              aria-checked={isShown}
              onClick={() => columns.toggle(column.name)}
            >
              <CheckIcon isChecked={isShown} />
              {text(column.label)}
            </MenuItem>
          );
        }),
        <Divider key="line" />,
        <MenuItem
          key="usual"
          disabled={columns.isDefault}
          onClick={() => {
            columns.reset();
            close();
          }}
        >
          {text('list.defaultColumns')}
        </MenuItem>,
        <MenuItem
          key="density"
          onClick={() => updatePreferences({ density: isCompact ? 'standard' : 'compact' })}
        >
          {text('list.density')}: {text(isCompact ? 'list.compact' : 'list.comfortable')}
        </MenuItem>,
      ]}
    </MenuButton>
  );
}
