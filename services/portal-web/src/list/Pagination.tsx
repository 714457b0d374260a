/**
 * The pages of a list by cursor. The next page starts after the last row, even if new rows arrived.
 */

import First from '@mui/icons-material/FirstPageOutlined';
import Next from '@mui/icons-material/ChevronRightOutlined';
import Previous from '@mui/icons-material/ChevronLeftOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import Typography from '@mui/material/Typography';
import { usePreferences } from '@/account/preferences';
import type { ListState } from '@/list/useListState';
import { useText } from '@/texts/texts';

export const DEFAULT_PAGE_SIZE = 25;
const PAGE_SIZES = [25, 50, 100, 200];

export function Pagination({ listState, next }: { listState: ListState; next: string | null }) {
  const text = useText();
  const { preferences, updatePreferences } = usePreferences();
  const { goToPrevious } = listState;
  return (
    <Box
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        gap: 1,
        px: 1.5,
        py: 0.75,
        borderTop: 1,
        borderColor: 'divider',
      }}
    >
      <Typography variant="body2" color="text.secondary" id="rows-on-a-page">
        {text('list.perPage')}
      </Typography>
      <Select
        variant="standard"
        disableUnderline
        size="small"
        value={preferences.rows ?? DEFAULT_PAGE_SIZE}
        onChange={(event) => updatePreferences({ rows: event.target.value })}
        aria-labelledby="rows-on-a-page"
        SelectDisplayProps={{ 'aria-labelledby': 'rows-on-a-page' }}
        sx={{ fontSize: '0.85rem' }}
      >
        {PAGE_SIZES.map((count) => (
          <MenuItem key={count} value={count}>
            {count}
          </MenuItem>
        ))}
      </Select>
      <Box sx={{ flex: 1 }} />
      {listState.page === null ? null : (
        <Typography variant="body2" color="text.secondary" aria-live="polite">
          {text('list.page', { page: listState.page })}
        </Typography>
      )}
      <Button
        startIcon={<First />}
        disabled={listState.after === null}
        onClick={listState.goToFirst}
        color="inherit"
      >
        {text('list.newest')}
      </Button>
      <Button
        startIcon={<Previous />}
        disabled={goToPrevious === null}
        onClick={() => goToPrevious?.()}
        color="inherit"
      >
        {text('list.previous')}
      </Button>
      <Button
        endIcon={<Next />}
        disabled={next === null}
        onClick={() => next !== null && listState.goToNext(next)}
        color="inherit"
      >
        {text('list.next')}
      </Button>
    </Box>
  );
}
