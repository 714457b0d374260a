/**
 * The rows of a list as a table, with sortable headers, keyboard navigation, and a magnifier that
 * opens the details.
 */

import Search from '@mui/icons-material/SearchOutlined';
import Checkbox from '@mui/material/Checkbox';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TableSortLabel from '@mui/material/TableSortLabel';
import type { SxProps, Theme } from '@mui/material/styles';
import { memo, useRef, type KeyboardEvent } from 'react';
import { Link, useNavigate } from 'react-router-dom';
import { usePreferences } from '@/account/preferences';
import type { Row } from '@/api/types';
import { HiddenHeaderCell } from '@/components/HiddenHeaderCell';
import { ScrollRegion } from '@/components/ScrollRegion';
import type { Column } from '@/list/column';
import { isDescending, sortField } from '@/list/sort';
import type { Selection } from '@/list/useSelection';
import { useText } from '@/texts/texts';

/**
 * Styles of the whole table. The cells are plain elements, because styling hundreds of cells one by
 * one is slow.
 */
function cellStyles(cell: number, icon: number): SxProps<Theme> {
  return {
    '& td, & th': { py: cell, px: 1.25, borderBottom: 1, borderColor: 'divider' },
    '& th': { bgcolor: 'background.paper' },
    '& td': {
      fontSize: '0.84rem',
      maxWidth: 260,
      overflow: 'hidden',
      textOverflow: 'ellipsis',
      whiteSpace: 'nowrap',
      lineHeight: 1.43,
    },
    '& td.right': { textAlign: 'right' },
    '& td.ticks': { width: 42, p: 0, textAlign: 'center' },
    '& td.ticks input': {
      width: 17,
      height: 17,
      m: 0,
      verticalAlign: 'middle',
      accentColor: (theme) => theme.palette.primary.main,
    },
    '& td.opens': { width: 40, p: 0 },
    '& td.opens a': {
      display: 'inline-flex',
      p: icon,
      borderRadius: '50%',
      color: 'action.active',
      '&:hover': { bgcolor: 'action.hover' },
    },
    '& tbody tr:hover': { bgcolor: 'action.hover' },
    '& tbody tr[data-selected]': { bgcolor: 'action.selected' },
    '& tr:focus-visible': { outlineOffset: -2 },
  };
}
const COMFORTABLE = cellStyles(0.75, 0.6);
const COMPACT = cellStyles(0.2, 0.35);

export interface RowsProps<R extends Row> {
  label: string;
  columns: readonly Column<R>[];
  rows: readonly R[];
  sort: string;
  onSort: (field: string) => void;
  /** Returns the address of the details of a row. */
  linkTo?: (row: R) => string;
  nameOf: (row: R) => string;
  selection?: Selection;
}

/** Memoized: rendered again only if its own properties change. */
export const DataTable = memo(function DataTable<R extends Row>({
  label,
  columns,
  rows,
  sort,
  onSort,
  linkTo,
  nameOf,
  selection,
}: RowsProps<R>) {
  const text = useText();
  const isCompact = usePreferences().preferences.density === 'compact';
  const body = useRef<HTMLTableSectionElement>(null);
  return (
    <ScrollRegion label={label}>
      <MuiTable size="small" stickyHeader sx={isCompact ? COMPACT : COMFORTABLE}>
        <TableHead>
          <TableRow>
            {selection ? (
              <TableCell padding="checkbox">
                <Checkbox
                  size="small"
                  checked={rows.length > 0 && rows.every((row) => selection.has(row.id))}
                  indeterminate={
                    rows.some((row) => selection.has(row.id)) &&
                    !rows.every((row) => selection.has(row.id))
                  }
                  onChange={(_, isOn) =>
                    selection.set(
                      rows.map((row) => row.id),
                      isOn,
                    )
                  }
                  slotProps={{ input: { 'aria-label': text('list.selectAll') } }}
                />
              </TableCell>
            ) : null}
            {linkTo ? <HiddenHeaderCell label={text('field.details')} /> : null}
            {columns.map((column) => (
              <HeaderCell key={column.name} column={column} sort={sort} onSort={onSort} />
            ))}
          </TableRow>
        </TableHead>
        <TableBody ref={body} onKeyDown={(event) => moveFocus(event, body.current)}>
          {rows.map((row, index) => (
            <DataRow
              key={row.id}
              row={row}
              columns={columns}
              linkTo={linkTo?.(row)}
              name={nameOf(row)}
              isFirst={index === 0}
              isSelected={selection?.has(row.id)}
              onSelect={selection?.toggle}
            />
          ))}
        </TableBody>
      </MuiTable>
    </ScrollRegion>
  );
}) as <R extends Row>(props: RowsProps<R>) => React.ReactNode;

function HeaderCell<R extends Row>({
  column,
  sort,
  onSort,
}: {
  column: Column<R>;
  sort: string;
  onSort: (field: string) => void;
}) {
  const text = useText();
  const field = column.sort;
  if (field === undefined) return <TableCell align={column.align}>{text(column.label)}</TableCell>;
  const isActive = sortField(sort) === field;
  const direction = isDescending(sort) ? 'desc' : 'asc';
  return (
    <TableCell align={column.align} sortDirection={isActive ? direction : false}>
      <TableSortLabel
        active={isActive}
        direction={isActive ? direction : 'asc'}
        onClick={() => onSort(field)}
      >
        {text(column.label)}
      </TableSortLabel>
    </TableCell>
  );
}

interface DataRowProps<R extends Row> {
  row: R;
  columns: readonly Column<R>[];
  linkTo: string | undefined;
  name: string;
  isFirst: boolean;
  isSelected: boolean | undefined;
  onSelect: ((id: string) => void) | undefined;
}

/** Memoized: a live update renders only the rows that changed. */
const DataRow = memo(function DataRow<R extends Row>({
  row,
  columns,
  linkTo,
  name,
  isFirst,
  isSelected,
  onSelect,
}: DataRowProps<R>) {
  const text = useText();
  const navigate = useNavigate();
  return (
    <tr
      data-row={row.id}
      data-selected={isSelected ? '' : undefined}
      tabIndex={isFirst ? 0 : -1}
      onDoubleClick={linkTo ? () => void navigate(linkTo) : undefined}
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        if (event.key === 'Enter' && linkTo) void navigate(linkTo);
        if (event.key === ' ' && onSelect) {
          event.preventDefault();
          onSelect(row.id);
        }
      }}
    >
      {onSelect ? (
        <td className="ticks">
          <input
            type="checkbox"
            checked={isSelected}
            onChange={() => onSelect(row.id)}
            aria-label={text('list.select', { what: name })}
          />
        </td>
      ) : null}
      {linkTo ? (
        <td className="opens">
          <Link to={linkTo} aria-label={text('list.open', { what: name })}>
            <Search fontSize="small" />
          </Link>
        </td>
      ) : null}
      {columns.map((column) => (
        <td
          key={column.name}
          className={column.align}
          style={column.width ? { maxWidth: column.width } : undefined}
        >
          {column.render(row)}
        </td>
      ))}
    </tr>
  );
}) as <R extends Row>(props: DataRowProps<R>) => React.ReactNode;

const FOCUS_MOVES: Record<string, (here: number, last: number) => number> = {
  ArrowDown: (here, last) => Math.min(here + 1, last),
  ArrowUp: (here) => Math.max(here - 1, 0),
  Home: () => 0,
  End: (_, last) => last,
};

function moveFocus(event: KeyboardEvent, body: HTMLElement | null): void {
  const move = FOCUS_MOVES[event.key];
  const row = (event.target as HTMLElement).closest<HTMLElement>('tr');
  if (move === undefined || body === null || row === null || event.target !== row) return;
  event.preventDefault();
  const rows = [...body.querySelectorAll<HTMLElement>(':scope > tr')];
  rows[move(rows.indexOf(row), rows.length - 1)]?.focus();
}
