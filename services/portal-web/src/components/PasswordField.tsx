/** A field for a password, with a button that shows its characters. */

import Visibility from '@mui/icons-material/VisibilityOutlined';
import VisibilityOff from '@mui/icons-material/VisibilityOffOutlined';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import { useState } from 'react';
import { PasswordStrength } from '@/components/PasswordStrength';
import { useText } from '@/texts/texts';

interface Props {
  label: string;
  value: string;
  onChange: (password: string) => void;
  /** Whether a password manager fills in the present password or offers a new one. */
  autoComplete: 'current-password' | 'new-password';
  error?: string;
  hint?: string;
  required?: boolean;
  autoFocus?: boolean;
  /** Whether a meter shows the strength of the entered password. */
  showsStrength?: boolean;
  size?: 'small' | 'medium';
}

export function PasswordField({
  value,
  onChange,
  error,
  hint,
  required = true,
  showsStrength = false,
  ...input
}: Props) {
  const text = useText();
  const [isVisible, setIsVisible] = useState(false);
  const label = text(isVisible ? 'signIn.hide' : 'signIn.show');
  const visibilityButton = (
    <InputAdornment position="end">
      <IconButton onClick={() => setIsVisible(!isVisible)} aria-label={label} edge="end">
        {isVisible ? <VisibilityOff fontSize="small" /> : <Visibility fontSize="small" />}
      </IconButton>
    </InputAdornment>
  );
  const field = (
    <TextField
      {...input}
      name="password"
      type={isVisible ? 'text' : 'password'}
      required={required}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={Boolean(error)}
      helperText={error ?? hint}
      slotProps={{ input: { endAdornment: visibilityButton } }}
    />
  );
  if (!showsStrength) return field;
  return (
    <Box sx={{ display: 'grid', gap: 1 }}>
      {field}
      <PasswordStrength password={value} />
    </Box>
  );
}
