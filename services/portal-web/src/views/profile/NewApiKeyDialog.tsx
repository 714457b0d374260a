/** A dialog for a new API key, with at most the role of the user. */

import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
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
  const isAdmin = useHasRole('admin');
  const allowedRoles = isAdmin ? 3 : isOperator ? 2 : 1;
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [expiresOn, setExpiresOn] = useState('');
  const [hasNoEnd, setHasNoEnd] = useState(false);
  const create = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/api-keys', {
          body: { name, role, ...endOf(expiresOn, hasNoEnd) },
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
        helperText={fieldError(create.error, 'expires_at') ?? text('profile.expiresHint')}
        disabled={hasNoEnd}
        slotProps={{ inputLabel: { shrink: true } }}
      />
      {isAdmin ? (
        <FormControlLabel
          control={<Checkbox checked={hasNoEnd} onChange={(_, isOn) => setHasNoEnd(isOn)} />}
          label={text('profile.noEnd')}
        />
      ) : null}
    </FormDialog>
  );
}

/** Return the end of a new key. Without one, the server chooses the default. */
function endOf(expiresOn: string, hasNoEnd: boolean): { expires_at?: string | null } {
  if (hasNoEnd) return { expires_at: null };
  return expiresOn ? { expires_at: new Date(expiresOn).toISOString() } : {};
}
