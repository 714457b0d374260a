/** A dialog for a new account. */

import TextField from '@mui/material/TextField';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { api, unwrap } from '@/api/client';
import type { Role } from '@/api/types';
import { fieldError, FormDialog } from '@/components/FormDialog';
import { PasswordField } from '@/components/PasswordField';
import { useText } from '@/texts/texts';
import { RoleSelect } from '@/views/users/RoleSelect';

export function NewUserDialog({ onClose }: { onClose: () => void }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const create = useMutation({
    mutationFn: () => unwrap(api.POST('/api/users', { body: { name, role, password } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['users'] });
      notify(text('users.created'));
      onClose();
    },
  });
  return (
    <FormDialog
      title={text('users.create')}
      submit={text('users.create')}
      isBusy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <TextField
        label={text('field.name')}
        required
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={Boolean(fieldError(create.error, 'name'))}
        helperText={fieldError(create.error, 'name')}
        slotProps={{ htmlInput: { autoComplete: 'off', autoCapitalize: 'none' } }}
      />
      <RoleSelect value={role} onChange={setRole} />
      <PasswordField
        label={text('signIn.password')}
        autoComplete="new-password"
        value={password}
        onChange={setPassword}
        error={fieldError(create.error, 'password')}
        hint={text('users.firstHint')}
        showsStrength
      />
    </FormDialog>
  );
}
