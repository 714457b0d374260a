/** Pages by key: the next one begins behind the last row, whatever has come in between. */

import First from '@mui/icons-material/FirstPageOutlined';
import Next from '@mui/icons-material/ChevronRightOutlined';
import Previous from '@mui/icons-material/ChevronLeftOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import Select from '@mui/material/Select';
import Typography from '@mui/material/Typography';
import { usePreferences } from '@/account/preferences';
import type { Place } from '@/list/useListState';
import { useText } from '@/texts/texts';

export const USUAL_ROWS = 25;
const CHOICES = [25, 50, 100, 200];

export function Pager({ place, next }: { place: Place; next: string | null }) {
  const text = useText();
  const { preferences, prefer } = usePreferences();
  const { toPrevious } = place;
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
        value={preferences.rows ?? USUAL_ROWS}
        onChange={(event) => prefer({ rows: event.target.value })}
        aria-labelledby="rows-on-a-page"
        SelectDisplayProps={{ 'aria-labelledby': 'rows-on-a-page' }}
        sx={{ fontSize: '0.85rem' }}
      >
        {CHOICES.map((count) => (
          <MenuItem key={count} value={count}>
            {count}
          </MenuItem>
        ))}
      </Select>
      <Box sx={{ flex: 1 }} />
      {place.page === null ? null : (
        <Typography variant="body2" color="text.secondary" aria-live="polite">
          {text('list.page', { page: place.page })}
        </Typography>
      )}
      <Button
        startIcon={<First />}
        disabled={place.after === null}
        onClick={place.toFirst}
        color="inherit"
      >
        {text('list.newest')}
      </Button>
      <Button
        startIcon={<Previous />}
        disabled={toPrevious === null}
        onClick={() => toPrevious?.()}
        color="inherit"
      >
        {text('list.previous')}
      </Button>
      <Button
        endIcon={<Next />}
        disabled={next === null}
        onClick={() => next !== null && place.toNext(next)}
        color="inherit"
      >
        {text('list.next')}
      </Button>
    </Box>
  );
}
