/** What stands above the rows: search, filter, saved views, columns, export. */

import Clear from '@mui/icons-material/FilterAltOffOutlined';
import Filter from '@mui/icons-material/FilterAltOutlined';
import Refresh from '@mui/icons-material/RefreshOutlined';
import SearchIcon from '@mui/icons-material/SearchOutlined';
import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import IconButton from '@mui/material/IconButton';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import Tooltip from '@mui/material/Tooltip';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { Criterion } from '@/list/column';
import type { Place } from '@/list/place';
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

export function Tools({ place, criteria, filterId, isOpen, onFilter, onAgain, hasSearch, fresh, children }: Props) {
  const text = useText();
  const others = Object.entries(place.criteria).filter(([name]) => name !== 'search' && !criteria.some((criterion) => criterion.name === name));
  return (
    <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 0.75, px: 1.5, py: 1 }}>
      <Tooltip title={text(isOpen ? 'list.clearFilter' : 'list.filter')}>
        <IconButton size="small" onClick={onFilter} aria-label={text(isOpen ? 'list.clearFilter' : 'list.filter')} aria-expanded={isOpen} aria-controls={isOpen ? filterId : undefined} color={isOpen ? 'primary' : 'default'} sx={isOpen ? { bgcolor: 'action.selected' } : undefined}>
          {isOpen ? <Clear fontSize="small" /> : <Filter fontSize="small" />}
        </IconButton>
      </Tooltip>
      {hasSearch ? <Words value={place.criteria.search ?? ''} onChange={(search) => place.setCriteria({ ...place.criteria, search })} /> : null}
      {others.map(([name, value]) => (
        <Chip key={name} size="small" label={`${text(`field.${name}` as TextKey, { _: name })}: ${value}`} onDelete={() => place.setCriteria({ ...place.criteria, [name]: '' })} />
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

const APPLIED_AFTER_MS = 350;

function Words({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const text = useText();
  const [entered, setEntered] = useState(value);
  const [applied, setApplied] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  if (applied !== value) {
    setApplied(value);
    setEntered(value);
  }
  const enter = (words: string) => {
    setEntered(words);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setApplied(words);
      onChange(words);
    }, APPLIED_AFTER_MS);
  };
  const glass = (
    <InputAdornment position="start">
      <SearchIcon fontSize="small" />
    </InputAdornment>
  );
  return <TextField type="search" placeholder={text('list.searchHint')} value={entered} onChange={(event) => enter(event.target.value)} slotProps={{ input: { startAdornment: glass, sx: { height: 34 } }, htmlInput: { 'aria-label': text('field.search') } }} sx={{ flex: '0 1 320px', minWidth: 160 }} />;
}
