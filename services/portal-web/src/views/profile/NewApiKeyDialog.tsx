/** A dialog for a new API key, with at most the role of the user. */

import TextField from '@mui/material/TextField';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useHasRole } from '@/account/useHasRole';
import { api, unwrap } from '@/api/client';
import type { Role } from '@/api/types';
import { fieldError, FormDialog } from '@/components/FormDialog';
import { useText } from '@/texts/texts';
import { API_KEYS_KEY } from '@/views/profile/useApiKeys';
import { RoleSelect, ROLES } from '@/views/users/RoleSelect';

export function NewApiKeyDialog({ onClose }: { onClose: (key?: string) => void }) {
  const text = useText();
  const client = useQueryClient();
  const isOperator = useHasRole('operator');
  const allowedRoles = useHasRole('admin') ? 3 : isOperator ? 2 : 1;
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [expiresOn, setExpiresOn] = useState('');
  const create = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/api-keys', {
          body: { name, role, expires_at: expiresOn ? new Date(expiresOn).toISOString() : null },
        }),
      ),
    onSuccess: async ({ key }) => {
      await client.invalidateQueries({ queryKey: API_KEYS_KEY });
      onClose(key);
    },
  });
  return (
    <FormDialog
      title={text('profile.createKey')}
      submit={text('profile.createKey')}
      isBusy={create.isPending}
      error={create.error}
      onSubmit={() => create.mutate()}
      onClose={() => onClose()}
    >
      <TextField
        label={text('profile.keyName')}
        required
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <RoleSelect value={role} onChange={setRole} choices={ROLES.slice(0, allowedRoles)} />
      <TextField
        label={text('profile.expires')}
        type="date"
        value={expiresOn}
        onChange={(event) => setExpiresOn(event.target.value)}
        error={Boolean(fieldError(create.error, 'expires_at'))}
        helperText={fieldError(create.error, 'expires_at')}
        slotProps={{ inputLabel: { shrink: true } }}
      />
    </FormDialog>
  );
}
