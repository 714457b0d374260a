/** A menu that downloads the whole list, with its criteria and order. */

import Download from '@mui/icons-material/FileDownloadOutlined';
import MenuItem from '@mui/material/MenuItem';
import { MenuButton } from '@/list/MenuButton';
import { useText } from '@/texts/texts';

export function ExportMenu({ path, query }: { path: string; query: [string, string][] }) {
  const text = useText();
  return (
    <MenuButton label={text('list.export')} icon={<Download fontSize="small" />}>
      {(close) =>
        (['excel', 'csv', 'jsonl'] as const).map((format) => (
          <MenuItem
            key={format}
            component="a"
            href={`${path}?${new URLSearchParams([...query, ['format', format]]).toString()}`}
            download
            onClick={close}
          >
            {text(`list.${format}`)}
          </MenuItem>
        ))
      }
    </MenuButton>
  );
}
