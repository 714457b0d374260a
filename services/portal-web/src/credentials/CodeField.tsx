/** A field for a code of the authenticator app, or for a recovery code. */

import TextField from '@mui/material/TextField';
import { useText } from '@/texts/texts';

export function CodeField({
  value,
  onChange,
  error,
  autoFocus = false,
  isFirst = false,
}: {
  value: string;
  onChange: (code: string) => void;
  error?: string;
  autoFocus?: boolean;
  /** Whether it is the first code of an enrolment, when there are no recovery codes. */
  isFirst?: boolean;
}) {
  const text = useText();
  return (
    <TextField
      label={text('secondFactor.code')}
      name="code"
      required
      autoFocus={autoFocus}
      autoComplete="one-time-code"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={Boolean(error)}
      helperText={error ?? text(isFirst ? 'secondFactor.firstCodeHint' : 'secondFactor.codeHint')}
      slotProps={{ htmlInput: { maxLength: 64, spellCheck: false, autoCapitalize: 'none' } }}
    />
  );
}
