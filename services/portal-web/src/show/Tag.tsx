/** A small coloured word: never colour alone, always the word too. */

import Box from '@mui/material/Box';
import type { ReactNode } from 'react';
import type { Tone } from '@/shell/theme';

export function Tag({ tone, icon, children }: { tone: Tone; icon?: ReactNode; children: ReactNode }) {
  return (
    <Box
      component="span"
      sx={(theme) => ({
        display: 'inline-flex', alignItems: 'center', gap: 0.6, px: 0.9, py: 0.15, borderRadius: 1.5, maxWidth: '100%',
        fontSize: '0.78rem', fontWeight: 560, lineHeight: 1.5, whiteSpace: 'nowrap',
        color: theme.palette.tones[tone].text, bgcolor: theme.palette.tones[tone].fill,
        '& svg': { fontSize: '0.95rem', flexShrink: 0 },
      })}
    >
      {icon}
      <Box component="span" sx={{ overflow: 'hidden', textOverflow: 'ellipsis' }}>
        {children}
      </Box>
    </Box>
  );
}
