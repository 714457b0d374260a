/** A new account. */

import TextField from '@mui/material/TextField';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { api, the } from '@/api/client';
import type { Role } from '@/api/types';
import { fault, FormDialog } from '@/components/FormDialog';
import { useText } from '@/texts/texts';
import { RoleField } from '@/views/users/RoleSelect';

export function NewUser({ onClose }: { onClose: () => void }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const create = useMutation({
    mutationFn: () => the(api.POST('/api/users', { body: { name, role, password } })),
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
        error={Boolean(fault(create.error, 'name'))}
        helperText={fault(create.error, 'name')}
        slotProps={{ htmlInput: { autoComplete: 'off', autoCapitalize: 'none' } }}
      />
      <RoleField value={role} onChange={setRole} />
      <TextField
        label={text('signIn.password')}
        type="password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={Boolean(fault(create.error, 'password'))}
        helperText={fault(create.error, 'password') ?? text('users.passwordHint')}
        slotProps={{ htmlInput: { autoComplete: 'new-password' } }}
      />
    </FormDialog>
  );
}
