/** The pace of a retry, and the share of failures that stops it. */

import Box from '@mui/material/Box';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormHelperText from '@mui/material/FormHelperText';
import TextField from '@mui/material/TextField';
import type { OperationKind } from '@/api/types';
import { useText } from '@/texts/texts';

export interface Pace {
  perSecond: string;
  ramp: boolean;
  stopAt: string;
}

/** Return whether an operation of this kind makes calls to back offices. */
export function isPaced(kind: OperationKind): boolean {
  return kind === 'retry' || kind === 'check';
}

export function PaceFields({ pace, onChange }: { pace: Pace; onChange: (pace: Pace) => void }) {
  const text = useText();
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { xs: '1fr', sm: '1fr 1fr' } }}>
      <TextField
        label={text('plan.pace')}
        type="number"
        value={pace.perSecond}
        onChange={(event) => onChange({ ...pace, perSecond: event.target.value })}
        helperText={text('plan.paceHint')}
        slotProps={{ htmlInput: { min: 1, max: 1000 } }}
      />
      <TextField
        label={text('plan.stopAt')}
        type="number"
        value={pace.stopAt}
        onChange={(event) => onChange({ ...pace, stopAt: event.target.value })}
        helperText={text('plan.stopAtHint')}
        slotProps={{ htmlInput: { min: 0, max: 100 } }}
      />
      <Box sx={{ gridColumn: '1 / -1' }}>
        <FormControlLabel
          control={
            <Checkbox
              checked={pace.ramp}
              onChange={(_, isOn) => onChange({ ...pace, ramp: isOn })}
            />
          }
          label={text('plan.ramp')}
        />
        <FormHelperText sx={{ mx: 0 }}>{text('plan.rampHint')}</FormHelperText>
      </Box>
    </Box>
  );
}
