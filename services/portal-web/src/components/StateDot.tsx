/** A coloured dot for a state. A word always accompanies it. */

import Box from '@mui/material/Box';
import type { Tone } from '@/theme/tones';

export type State = 'well' | 'troubled' | 'down' | 'unknown';
const TONES: Record<State, Tone> = {
  well: 'good',
  troubled: 'warn',
  down: 'bad',
  unknown: 'quiet',
};

export function StateDot({ state, size = 10 }: { state: State; size?: number }) {
  return (
    <Box
      component="span"
      aria-hidden
      sx={(theme) => ({
        display: 'inline-block',
        width: size,
        height: size,
        borderRadius: '50%',
        flexShrink: 0,
        bgcolor: theme.palette.tones[TONES[state]].line,
        boxShadow: `0 0 0 3px ${theme.palette.tones[TONES[state]].fill}`,
      })}
    />
  );
}
