/** A long recorded text that scrolls, can be searched, and can be copied. */

import Down from '@mui/icons-material/KeyboardArrowDownOutlined';
import Up from '@mui/icons-material/KeyboardArrowUpOutlined';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { useText } from '@/texts/texts';
import { segmentsOf } from '@/views/transactions/sent/find';

export function CodeView({
  label,
  body,
  actions,
}: {
  label: string;
  body: string;
  actions?: ReactNode;
}) {
  const text = useText();
  const [word, setWord] = useState('');
  const [place, setPlace] = useState(0);
  const marked = useRef<HTMLElement>(null);
  const segments = useMemo(() => segmentsOf(body, word), [body, word]);
  const count = segments.filter(({ match }) => match !== null).length;
  useEffect(() => {
    // newer browsers return a promise, which is no function to clean up with
    marked.current?.scrollIntoView({ block: 'nearest' });
  }, [place, word]);
  const go = (step: number) => count > 0 && setPlace((place + step + count) % count);
  return (
    <Box sx={{ display: 'grid', gap: 1, minWidth: 0 }}>
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        <TextField
          size="small"
          label={text('sent.find')}
          value={word}
          onChange={(event) => {
            setWord(event.target.value);
            setPlace(0);
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            event.preventDefault();
            go(event.shiftKey ? -1 : 1);
          }}
          slotProps={{ htmlInput: { spellCheck: false } }}
          sx={{ width: 220 }}
        />
        {word ? (
          <>
            <IconButton
              size="small"
              aria-label={text('sent.previousMatch')}
              onClick={() => go(-1)}
              disabled={count === 0}
            >
              <Up fontSize="small" />
            </IconButton>
            <IconButton
              size="small"
              aria-label={text('sent.nextMatch')}
              onClick={() => go(1)}
              disabled={count === 0}
            >
              <Down fontSize="small" />
            </IconButton>
          </>
        ) : null}
        <Typography variant="body2" color="text.secondary" role="status">
          {word === ''
            ? ''
            : count === 0
              ? text('sent.noMatches')
              : text('sent.matches', { place: place + 1, count })}
        </Typography>
        <Box sx={{ flex: 1 }} />
        {actions}
      </Box>
      <Box
        component="pre"
        // Focus lets the keyboard scroll it.
        tabIndex={0}
        role="region"
        aria-label={label}
        sx={{
          m: 0,
          p: 1.25,
          borderRadius: 2,
          bgcolor: 'background.default',
          fontFamily: 'ui-monospace, monospace',
          fontSize: '0.78rem',
          maxHeight: 480,
          overflow: 'auto',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
        }}
      >
        {segments.map((segment, index) =>
          segment.match === null ? (
            segment.text
          ) : (
            <Box
              component="mark"
              key={index}
              ref={segment.match === place ? marked : undefined}
              sx={{ outline: segment.match === place ? '2px solid' : undefined }}
            >
              {segment.text}
            </Box>
          ),
        )}
      </Box>
    </Box>
  );
}
