/** What stands above the rows: search, filter, saved views, columns, export. */

import Clear from '@mui/icons-material/FilterAltOffOutlined';
import Filter from '@mui/icons-material/FilterAltOutlined';
import Refresh from '@mui/icons-material/RefreshOutlined';
import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import type { ReactNode } from 'react';
import type { Criterion } from '@/list/column';
import type { Place } from '@/list/useListState';
import { Words } from '@/list/SearchField';
import { useText, type TextKey } from '@/texts/texts';

interface Props {
  place: Place;
  criteria: readonly Criterion[];
  filterId: string;
  isOpen: boolean;
  onFilter: () => void;
  onAgain: () => void;
  hasSearch?: boolean;
  fresh: ReactNode;
  children: ReactNode;
}

export function Tools({
  place,
  criteria,
  filterId,
  isOpen,
  onFilter,
  onAgain,
  hasSearch,
  fresh,
  children,
}: Props) {
  const text = useText();
  const others = Object.entries(place.criteria).filter(
    ([name]) => name !== 'search' && !criteria.some((criterion) => criterion.name === name),
  );
  return (
    <Box
      sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 0.75, px: 1.5, py: 1 }}
    >
      {criteria.length === 0 ? null : (
        <Tooltip title={text(isOpen ? 'list.clearFilter' : 'list.filter')}>
          <IconButton
            size="small"
            onClick={onFilter}
            aria-label={text(isOpen ? 'list.clearFilter' : 'list.filter')}
            aria-expanded={isOpen}
            aria-controls={isOpen ? filterId : undefined}
            color={isOpen ? 'primary' : 'default'}
            sx={isOpen ? { bgcolor: 'action.selected' } : undefined}
          >
            {isOpen ? <Clear fontSize="small" /> : <Filter fontSize="small" />}
          </IconButton>
        </Tooltip>
      )}
      {hasSearch ? (
        <Words
          value={place.criteria.search ?? ''}
          onChange={(search) => place.setCriteria({ ...place.criteria, search })}
        />
      ) : null}
      {others.map(([name, value]) => (
        <Chip
          key={name}
          size="small"
          label={`${text(`field.${name}` as TextKey, { _: name })}: ${value}`}
          onDelete={() => place.setCriteria({ ...place.criteria, [name]: '' })}
        />
      ))}
      <Box sx={{ flex: 1 }} />
      {fresh}
      <Tooltip title={text('list.refresh')}>
        <IconButton size="small" onClick={onAgain} aria-label={text('list.refresh')}>
          <Refresh fontSize="small" />
        </IconButton>
      </Tooltip>
      {children}
    </Box>
  );
}
