/** A select for the role, with the rights of each. */

import ListItemText from '@mui/material/ListItemText';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import type { Role } from '@/api/types';
import { useText } from '@/texts/texts';

export const ROLES: readonly Role[] = ['viewer', 'operator', 'admin'];

export function RoleSelect({
  value,
  onChange,
  choices = ROLES,
}: {
  value: Role;
  onChange: (role: Role) => void;
  choices?: readonly Role[];
}) {
  const text = useText();
  return (
    <TextField
      select
      label={text('field.role')}
      value={value}
      onChange={(event) => onChange(event.target.value as Role)}
      helperText={text(`role.${value}May`)}
      slotProps={{ select: { renderValue: () => text(`role.${value}`) } }}
    >
      {choices.map((role) => (
        <MenuItem key={role} value={role}>
          <ListItemText primary={text(`role.${role}`)} secondary={text(`role.${role}May`)} />
        </MenuItem>
      ))}
    </TextField>
  );
}
