/** The time zone and the row height, stored with the account. */

import Autocomplete from '@mui/material/Autocomplete';
import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { usePreferences } from '@/account/preferences';
import { deviceTimeZone } from '@/components/dateTime';
import { Panel } from '@/components/Panel';
import { useText } from '@/texts/texts';

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

export function PreferencesPanel() {
  const text = useText();
  const { preferences, updatePreferences } = usePreferences();
  return (
    <Panel title={text('profile.preferences')}>
      <Box sx={{ display: 'grid', gap: 2 }}>
        <Autocomplete
          options={ZONES}
          value={preferences.time_zone ?? null}
          onChange={(_, zone) => updatePreferences({ time_zone: zone ?? undefined })}
          renderInput={(params) => (
            <TextField
              {...params}
              label={text('profile.zone')}
              placeholder={deviceTimeZone()}
              helperText={text('profile.zoneHint', { zone: deviceTimeZone() })}
              slotProps={{ inputLabel: { ...params.InputLabelProps, shrink: true } }}
            />
          )}
        />
        <TextField
          select
          label={text('list.density')}
          value={preferences.density ?? 'standard'}
          onChange={(event) =>
            updatePreferences({ density: event.target.value as 'standard' | 'compact' })
          }
        >
          <MenuItem value="standard">{text('list.comfortable')}</MenuItem>
          <MenuItem value="compact">{text('list.compact')}</MenuItem>
        </TextField>
      </Box>
    </Panel>
  );
}
