/** A form for the user's own password. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { api } from '@/api/client';
import { errorMessage } from '@/components/ErrorAlert';
import { fieldError } from '@/components/FormDialog';
import { Panel } from '@/components/Panel';
import { useText } from '@/texts/texts';

const EMPTY_FORM = { old: '', new: '', again: '' };

export function PasswordPanel() {
  const text = useText();
  const notify = useNotify();
  const [form, setForm] = useState(EMPTY_FORM);
  const isConfirmed = form.new === form.again;
  const change = useMutation({
    mutationFn: () => api.PUT('/api/session/password', { body: { old: form.old, new: form.new } }),
    onSuccess: () => {
      setForm(EMPTY_FORM);
      notify(text('profile.changed'));
    },
  });
  const field = (name: keyof typeof EMPTY_FORM, error: string | undefined, hint?: string) => (
    <TextField
      label={text(`profile.${name}`)}
      type="password"
      required
      value={form[name]}
      onChange={(event) => setForm({ ...form, [name]: event.target.value })}
      error={Boolean(error)}
      helperText={error ?? hint}
      slotProps={{
        htmlInput: { autoComplete: name === 'old' ? 'current-password' : 'new-password' },
      }}
    />
  );
  return (
    <Panel title={text('profile.password')}>
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
        <Button
          type="submit"
          variant="contained"
          loading={change.isPending}
          sx={{ justifySelf: 'start' }}
        >
          {text('profile.change')}
        </Button>
      </Box>
    </Panel>
  );
}
