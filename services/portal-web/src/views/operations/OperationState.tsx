/** The state and the progress of an operation. */

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { Operation } from '@/api/types';
import { Tag } from '@/components/Tag';
import { useText, type TextKey } from '@/texts/texts';
import type { Tone } from '@/theme/tones';

const STATE_TONES: Record<Operation['state'], Tone> = {
  planned: 'busy',
  running: 'busy',
  paused: 'held',
  cancelled: 'quiet',
  stopped: 'bad',
  done: 'good',
};

export function StateTag({ operation }: { operation: Operation }) {
  const text = useText();
  return <Tag tone={STATE_TONES[operation.state]}>{text(`operations.${operation.state}`)}</Tag>;
}

export const PROGRESS_PARTS: readonly (readonly [keyof Operation['counts'], Tone, TextKey])[] = [
  ['succeeded', 'good', 'operations.succeeded'],
  ['failed', 'bad', 'operations.failed'],
  ['skipped', 'quiet', 'operations.skipped'],
  ['asked', 'busy', 'operations.asked'],
];

export function OperationProgress({
  operation,
  height = 8,
}: {
  operation: Operation;
  height?: number;
}) {
  const text = useText();
  const { counts } = operation;
  const done = counts.total - counts.waiting - counts.asked;
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.25, minWidth: 190 }}>
      <Box
        role="progressbar"
        aria-label={text('field.progress')}
        aria-valuemin={0}
        aria-valuemax={counts.total}
        aria-valuenow={done}
        sx={{
          flex: 1,
          display: 'flex',
          height,
          borderRadius: 4,
          overflow: 'hidden',
          bgcolor: 'action.selected',
        }}
      >
        {PROGRESS_PARTS.map(([part, tone]) => (
          <Box
            key={part}
            sx={(theme) => ({
              width: `${counts.total ? (100 * counts[part]) / counts.total : 0}%`,
              bgcolor: theme.palette.tones[tone].line,
              transition: 'width 300ms',
            })}
          />
        ))}
      </Box>
      <Typography variant="body2" sx={{ whiteSpace: 'nowrap', fontVariantNumeric: 'tabular-nums' }}>
        {text('operations.of', { done, total: counts.total })}
      </Typography>
    </Box>
  );
}
