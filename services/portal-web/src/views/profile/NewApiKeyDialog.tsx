/** A new API key, with at most one's own role. */

import TextField from '@mui/material/TextField';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '@/account/useHasRole';
import { api, the } from '@/api/client';
import type { Role } from '@/api/types';
import { fault, FormDialog } from '@/components/FormDialog';
import { useText } from '@/texts/texts';
import { KEYS } from '@/views/profile/ApiKeysPanel';
import { RoleField, ROLES } from '@/views/users/RoleSelect';

export function NewKey({ onClose }: { onClose: (key?: string) => void }) {
  const text = useText();
  const client = useQueryClient();
  const isOperator = useMay('operator');
  const most = useMay('admin') ? 3 : isOperator ? 2 : 1;
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [until, setUntil] = useState('');
  const make = useMutation({
    mutationFn: () =>
      the(
        api.POST('/api/api-keys', {
          body: { name, role, expires_at: until ? new Date(until).toISOString() : null },
        }),
      ),
    onSuccess: async ({ key }) => {
      await client.invalidateQueries({ queryKey: KEYS });
      onClose(key);
    },
  });
  return (
    <FormDialog
      title={text('profile.createKey')}
      submit={text('profile.createKey')}
      isBusy={make.isPending}
      error={make.error}
      onSubmit={() => make.mutate()}
      onClose={() => onClose()}
    >
      <TextField
        label={text('profile.keyName')}
        required
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <RoleField value={role} onChange={setRole} choices={ROLES.slice(0, most)} />
      <TextField
        label={text('profile.expires')}
        type="date"
        value={until}
        onChange={(event) => setUntil(event.target.value)}
        error={Boolean(fault(make.error, 'expires_at'))}
        helperText={fault(make.error, 'expires_at')}
        slotProps={{ inputLabel: { shrink: true } }}
      />
    </FormDialog>
  );
}
