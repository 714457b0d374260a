/** A dialog for a new account. */

import TextField from '@mui/material/TextField';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { api, unwrap } from '@/api/client';
import type { Role } from '@/api/types';
import { fieldError, FormDialog } from '@/components/FormDialog';
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
      <TextField
        label={text('signIn.password')}
        type="password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={Boolean(fieldError(create.error, 'password'))}
        helperText={fieldError(create.error, 'password') ?? text('users.firstHint')}
        slotProps={{ htmlInput: { autoComplete: 'new-password' } }}
      />
    </FormDialog>
  );
}
