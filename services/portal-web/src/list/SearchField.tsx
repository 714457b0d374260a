/** A search field, applied shortly after the last key press. */

import SearchIcon from '@mui/icons-material/SearchOutlined';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import { useEffect, useRef, useState } from 'react';
import { useText } from '@/texts/texts';

const DEBOUNCE_MS = 350;

export function SearchField({
  value,
  onChange,
}: {
  value: string;
  onChange: (value: string) => void;
}) {
  const text = useText();
  const [draft, setDraft] = useState(value);
  const [applied, setApplied] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  if (applied !== value) {
    setApplied(value);
    setDraft(value);
  }
  const enter = (search: string) => {
    setDraft(search);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setApplied(search);
      onChange(search);
    }, DEBOUNCE_MS);
  };
  const searchIcon = (
    <InputAdornment position="start">
      <SearchIcon fontSize="small" />
    </InputAdornment>
  );
  return (
    <TextField
      type="search"
      placeholder={text('list.searchHint')}
      value={draft}
      onChange={(event) => enter(event.target.value)}
      slotProps={{
        input: { startAdornment: searchIcon, sx: { height: 34 } },
        htmlInput: { 'aria-label': text('field.search') },
      }}
      sx={{ flex: '1 1 200px', maxWidth: 340 }}
    />
  );
}
