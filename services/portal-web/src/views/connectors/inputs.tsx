/** The inputs of the form, each with label, help text and error. */

import Autocomplete from '@mui/material/Autocomplete';
import Checkbox from '@mui/material/Checkbox';
import FormControl from '@mui/material/FormControl';
import FormControlLabel from '@mui/material/FormControlLabel';
import FormGroup from '@mui/material/FormGroup';
import FormHelperText from '@mui/material/FormHelperText';
import FormLabel from '@mui/material/FormLabel';
import MenuItem from '@mui/material/MenuItem';
import Switch from '@mui/material/Switch';
import TextField from '@mui/material/TextField';
import { useController, type FieldPathByValue } from 'react-hook-form';
import { useText, type TextKey } from '@/texts/texts';
import type { FormValues } from '@/views/connectors/formValues';

type TextPath = FieldPathByValue<FormValues, string | undefined>;

interface InputProps {
  label: TextKey;
  help: TextKey;
}

export function TextInput({
  name,
  label,
  help,
  required = false,
  lines,
  type = 'text',
  placeholder,
}: InputProps & {
  name: TextPath;
  required?: boolean;
  lines?: number;
  type?: 'text' | 'url' | 'number';
  /** The value that an empty field stands for. */
  placeholder?: string;
}) {
  const text = useText();
  const { field, fieldState } = useController<FormValues, TextPath>({ name, rules: { required } });
  return (
    <TextField
      {...field}
      value={field.value ?? ''}
      inputRef={field.ref}
      label={text(label)}
      required={required}
      type={type}
      multiline={lines !== undefined}
      minRows={lines}
      maxRows={16}
      error={fieldState.invalid}
      helperText={fieldState.error?.message || text(help)}
      placeholder={placeholder}
      slotProps={{
        inputLabel: placeholder ? { shrink: true } : undefined,
        htmlInput: { spellCheck: false, step: 'any' },
        input: lines ? { sx: { fontFamily: 'monospace', fontSize: '0.82rem' } } : undefined,
      }}
    />
  );
}

/**
 * A select input. A stored value outside the choices stays selectable, so that the user can see and
 * correct it.
 */
export function ChoiceInput({
  name,
  label,
  help,
  choices,
  isOptional = true,
}: InputProps & { name: TextPath; choices: readonly string[]; isOptional?: boolean }) {
  const text = useText();
  const { field, fieldState } = useController<FormValues, TextPath>({ name });
  const value = field.value ?? '';
  const all = value === '' || choices.includes(value) ? choices : [...choices, value];
  return (
    <TextField
      {...field}
      value={value}
      inputRef={field.ref}
      select
      label={text(label)}
      error={fieldState.invalid}
      helperText={fieldState.error?.message || text(help)}
      slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}
    >
      {isOptional ? <MenuItem value="">–</MenuItem> : null}
      {all.map((choice) => (
        <MenuItem key={choice} value={choice}>
          {choice}
        </MenuItem>
      ))}
    </TextField>
  );
}

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

export function TimeZoneInput({ label, help }: InputProps) {
  const text = useText();
  const { field, fieldState } = useController<FormValues, 'time_zone'>({ name: 'time_zone' });
  return (
    <Autocomplete
      options={ZONES}
      value={field.value}
      onChange={(_, zone) => field.onChange(zone)}
      disableClearable
      renderInput={(params) => (
        <TextField
          {...params}
          inputRef={field.ref}
          label={text(label)}
          error={fieldState.invalid}
          helperText={fieldState.error?.message ?? text(help)}
        />
      )}
    />
  );
}

type SwitchName = 'enabled' | 'sends_missing_create' | 'newest_only' | 'recognises_delivery_id';

export function SwitchInput({
  name,
  label,
  help,
  fallback = false,
}: InputProps & { name: SwitchName; fallback?: boolean }) {
  const text = useText();
  const { field, fieldState } = useController<FormValues, SwitchName>({ name });
  return (
    <FormControl>
      <FormControlLabel
        control={
          <Switch
            checked={field.value ?? fallback}
            onChange={(_, isOn) => field.onChange(isOn)}
            slotProps={{ input: { ref: field.ref } }}
          />
        }
        label={text(label)}
      />
      <FormHelperText sx={{ mx: 0 }} error={fieldState.invalid}>
        {fieldState.error?.message || text(help)}
      </FormHelperText>
    </FormControl>
  );
}

export function ActionsInput({ label, help }: InputProps) {
  const text = useText();
  const { field } = useController<FormValues, 'actions'>({ name: 'actions' });
  return (
    <FormControl component="fieldset">
      <FormLabel component="legend" sx={{ fontSize: '0.8rem' }}>
        {text(label)}
      </FormLabel>
      <FormGroup row>
        {(['create', 'update', 'delete'] as const).map((action) => (
          <FormControlLabel
            key={action}
            control={
              <Checkbox
                size="small"
                checked={field.value.includes(action)}
                onChange={(_, isOn) =>
                  field.onChange(
                    isOn
                      ? [...field.value, action]
                      : field.value.filter((other) => other !== action),
                  )
                }
              />
            }
            label={text(`action.${action}`)}
          />
        ))}
      </FormGroup>
      <FormHelperText sx={{ mx: 0 }}>{text(help)}</FormHelperText>
    </FormControl>
  );
}
