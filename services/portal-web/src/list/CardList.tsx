/** The rows of a list as cards, for phones. */

import Search from '@mui/icons-material/SearchOutlined';
import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import { Link } from 'react-router-dom';
import type { ReactNode } from 'react';
import type { Row } from '@/api/types';
import type { Column } from '@/list/column';
import type { RowsProps } from '@/list/DataTable';
import { useText } from '@/texts/texts';

export function CardList<R extends Row>({
  label,
  columns,
  rows,
  linkTo,
  nameOf,
  selection,
}: RowsProps<R>) {
  const text = useText();
  return (
    <Box component="ul" aria-label={label} sx={{ listStyle: 'none', m: 0, p: 0 }}>
      {rows.map((row) => {
        const name = nameOf(row);
        return (
          <Box
            component="li"
            key={row.id}
            data-row={row.id}
            sx={{
              display: 'flex',
              gap: 0.5,
              px: 1,
              py: 1.25,
              borderTop: 1,
              borderColor: 'divider',
            }}
          >
            <Box sx={{ display: 'flex', flexDirection: 'column' }}>
              {linkTo ? (
                <IconButton
                  component={Link}
                  to={linkTo(row)}
                  size="small"
                  aria-label={text('list.open', { what: name })}
                >
                  <Search fontSize="small" />
                </IconButton>
              ) : null}
              {selection ? (
                <Checkbox
                  size="small"
                  checked={selection.has(row.id)}
                  onChange={() => selection.toggle(row.id)}
                  slotProps={{ input: { 'aria-label': text('list.select', { what: name }) } }}
                  sx={{ p: 0.5 }}
                />
              ) : null}
            </Box>
            <Box
              component="dl"
              sx={{
                flex: 1,
                minWidth: 0,
                m: 0,
                display: 'grid',
                gridTemplateColumns: 'repeat(2, minmax(0, 1fr))',
                gap: 0.75,
              }}
            >
              {filledColumns(columns, row).map(([column, value]) => (
                <Box
                  key={column.name}
                  sx={{ minWidth: 0, gridColumn: (column.width ?? 0) > 300 ? '1 / -1' : undefined }}
                >
                  <Typography component="dt" variant="caption" color="text.secondary">
                    {text(column.label)}
                  </Typography>
                  <Typography
                    component="dd"
                    variant="body2"
                    sx={{ m: 0, overflow: 'hidden', textOverflow: 'ellipsis' }}
                  >
                    {value}
                  </Typography>
                </Box>
              ))}
            </Box>
          </Box>
        );
      })}
    </Box>
  );
}

/** Return the columns with a value, because a phone has no room for empty ones. */
function filledColumns<R extends Row>(
  columns: readonly Column<R>[],
  row: R,
): (readonly [Column<R>, ReactNode])[] {
  return columns
    .map((column) => [column, column.render(row)] as const)
    .filter(([, value]) => value !== null && value !== undefined && value !== '');
}
