/** A form for the user's own password. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { api } from '@/api/client';
import { errorMessage } from '@/components/ErrorAlert';
import { fieldError } from '@/components/FormDialog';
import { PasswordField } from '@/components/PasswordField';
import { useText } from '@/texts/texts';

const EMPTY_FORM = { old: '', new: '', again: '' };

export function PasswordForm({
  onChanged,
  hasApiKeys = true,
}: {
  onChanged?: () => Promise<void>;
  /** Whether the account may have API keys. After a reset it has none. */
  hasApiKeys?: boolean;
}) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const [form, setForm] = useState(EMPTY_FORM);
  const [revokesKeys, setRevokesKeys] = useState(true);
  const isConfirmed = form.new === form.again;
  const change = useMutation({
    mutationFn: () =>
      api.PUT('/api/session/password', {
        body: { old: form.old, new: form.new, revoke_api_keys: revokesKeys },
      }),
    onSuccess: async () => {
      setForm(EMPTY_FORM);
      notify(text('profile.changed'));
      await client.invalidateQueries();
      await onChanged?.();
    },
  });
  const field = (name: keyof typeof EMPTY_FORM, error: string | undefined, hint?: string) => (
    <PasswordField
      label={text(`profile.${name}`)}
      autoComplete={name === 'old' ? 'current-password' : 'new-password'}
      value={form[name]}
      onChange={(password) => setForm({ ...form, [name]: password })}
      error={error}
      hint={hint}
      showsStrength={name === 'new'}
    />
  );
  return (
    <Box
      component="form"
      sx={{ display: 'grid', gap: 2 }}
      onSubmit={(event) => {
        event.preventDefault();
        if (isConfirmed) change.mutate();
      }}
    >
      {change.error ? <Alert severity="error">{errorMessage(change.error, text)}</Alert> : null}
      {field('old', fieldError(change.error, 'old'))}
      {field('new', fieldError(change.error, 'new'), text('users.passwordHint'))}
      {field('again', form.again !== '' && !isConfirmed ? text('profile.notSame') : undefined)}
      {hasApiKeys ? (
        <FormControlLabel
          control={<Checkbox checked={revokesKeys} onChange={(_, isOn) => setRevokesKeys(isOn)} />}
          label={text('profile.revokeKeys')}
        />
      ) : null}
      <Button
        type="submit"
        variant="contained"
        loading={change.isPending}
        sx={{ justifySelf: 'start' }}
      >
        {text('profile.change')}
      </Button>
    </Box>
  );
}
