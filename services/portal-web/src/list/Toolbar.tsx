/** The tools above the rows: search, filter, saved views, columns, export. */

import Clear from '@mui/icons-material/FilterAltOffOutlined';
import Filter from '@mui/icons-material/FilterAltOutlined';
import Refresh from '@mui/icons-material/RefreshOutlined';
import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import type { ReactNode } from 'react';
import type { Criterion } from '@/list/column';
import { SearchField } from '@/list/SearchField';
import type { ListState } from '@/list/useListState';
import { useText, type TextKey } from '@/texts/texts';

interface Props {
  listState: ListState;
  criteria: readonly Criterion[];
  filterId: string;
  isFilterOpen: boolean;
  onToggleFilter: () => void;
  onRefresh: () => void;
  hasSearch?: boolean;
  newRows: ReactNode;
  children: ReactNode;
}

export function Toolbar({
  listState,
  criteria,
  filterId,
  isFilterOpen,
  onToggleFilter,
  onRefresh,
  hasSearch,
  newRows,
  children,
}: Props) {
  const text = useText();
  const otherCriteria = Object.entries(listState.criteria).filter(
    ([name]) => name !== 'search' && !criteria.some((criterion) => criterion.name === name),
  );
  return (
    <Box
      sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 0.75, px: 1.5, py: 1 }}
    >
      {criteria.length === 0 ? null : (
        <Tooltip title={text(isFilterOpen ? 'list.clearFilter' : 'list.filter')}>
          <IconButton
            size="small"
            onClick={onToggleFilter}
            aria-label={text(isFilterOpen ? 'list.clearFilter' : 'list.filter')}
            aria-expanded={isFilterOpen}
            aria-controls={isFilterOpen ? filterId : undefined}
            color={isFilterOpen ? 'primary' : 'default'}
            sx={isFilterOpen ? { bgcolor: 'action.selected' } : undefined}
          >
            {isFilterOpen ? <Clear fontSize="small" /> : <Filter fontSize="small" />}
          </IconButton>
        </Tooltip>
      )}
      {hasSearch ? (
        <SearchField
          value={listState.criteria.search ?? ''}
          onChange={(search) => listState.setCriteria({ ...listState.criteria, search })}
        />
      ) : null}
      {otherCriteria.map(([name, value]) => (
        <Chip
          key={name}
          size="small"
          label={`${text(`field.${name}` as TextKey, { _: name })}: ${value}`}
          onDelete={() => listState.setCriteria({ ...listState.criteria, [name]: '' })}
        />
      ))}
      <Box sx={{ flex: 1 }} />
      {newRows}
      <Tooltip title={text('list.refresh')}>
        <IconButton size="small" onClick={onRefresh} aria-label={text('list.refresh')}>
          <Refresh fontSize="small" />
        </IconButton>
      </Tooltip>
      {children}
    </Box>
  );
}
