/** A dialog for the role, the state and the password of an account. */

import Button from '@mui/material/Button';
import Divider from '@mui/material/Divider';
import FormControlLabel from '@mui/material/FormControlLabel';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { api, unwrap } from '@/api/client';
import type { User } from '@/api/types';
import { errorMessage } from '@/components/ErrorAlert';
import { fieldError, FormDialog } from '@/components/FormDialog';
import { PasswordField } from '@/components/PasswordField';
import { useText } from '@/texts/texts';
import { RoleSelect } from '@/views/users/RoleSelect';

export function EditUserDialog({ user, onClose }: { user: User; onClose: () => void }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const [role, setRole] = useState(user.role);
  const [isEnabled, setIsEnabled] = useState(user.enabled);
  const [password, setPassword] = useState('');
  const isLocal = user.kind === 'local';
  const params = { path: { name: user.name } };
  const change = useMutation({
    mutationFn: () =>
      unwrap(api.PUT('/api/users/{name}', { params, body: { role, enabled: isEnabled } })),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['users'] });
      notify(text('users.changed'));
      onClose();
    },
  });
  const reset = useMutation({
    mutationFn: () => api.POST('/api/users/{name}/password', { params, body: { password } }),
    onSuccess: () => {
      setPassword('');
      notify(text('users.passwordSet'));
    },
  });
  const endSessions = useMutation({
    mutationFn: () => api.DELETE('/api/users/{name}/sessions', { params }),
    onSuccess: () => notify(text('users.sessionsEnded')),
    onError: (error) => notify(errorMessage(error, text), { type: 'error' }),
  });
  const resetFactor = useMutation({
    mutationFn: () => api.DELETE('/api/users/{name}/second-factor', { params }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['users'] });
      notify(text('users.secondFactorReset'));
      onClose();
    },
    onError: (error) => notify(errorMessage(error, text), { type: 'error' }),
  });
  return (
    <FormDialog
      title={text('users.edit', { name: user.name })}
      submit={text('users.save')}
      isBusy={change.isPending}
      error={change.error ?? reset.error}
      onSubmit={() => change.mutate()}
      onClose={onClose}
    >
      {isLocal ? (
        <RoleSelect value={role} onChange={setRole} />
      ) : (
        <Typography variant="body2">
          {text('oidc.roleOfProvider', { role: text(`role.${user.role}`) })}
        </Typography>
      )}
      <FormControlLabel
        control={<Switch checked={isEnabled} onChange={(_, isOn) => setIsEnabled(isOn)} />}
        label={text('field.enabled')}
      />
      {isLocal ? (
        <>
          <Divider />
          <PasswordField
            label={text('users.newPassword')}
            autoComplete="new-password"
            required={false}
            value={password}
            onChange={setPassword}
            error={fieldError(reset.error, 'password')}
            hint={text('users.resetHint')}
            showsStrength
          />
          <Button
            variant="outlined"
            disabled={password === ''}
            loading={reset.isPending}
            onClick={() => reset.mutate()}
            sx={{ justifySelf: 'start' }}
          >
            {text('users.newPassword')}
          </Button>
        </>
      ) : null}
      <Divider />
      <Button
        variant="outlined"
        loading={endSessions.isPending}
        onClick={() => endSessions.mutate()}
        sx={{ justifySelf: 'start' }}
      >
        {text('users.endSessions')}
      </Button>
      {user.has_second_factor ? (
        <Button
          variant="outlined"
          color="error"
          loading={resetFactor.isPending}
          onClick={() => resetFactor.mutate()}
          sx={{ justifySelf: 'start' }}
        >
          {text('users.resetSecondFactor')}
        </Button>
      ) : null}
    </FormDialog>
  );
}
