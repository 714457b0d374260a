/** One's own password, replaced. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { api } from '@/api/client';
import { fault } from '@/components/FormDialog';
import { Panel } from '@/components/Panel';
import { sentence } from '@/components/ErrorAlert';
import { useText } from '@/texts/texts';

const EMPTY = { old: '', new: '', again: '' };

export function Password() {
  const text = useText();
  const notify = useNotify();
  const [entered, setEntered] = useState(EMPTY);
  const isSame = entered.new === entered.again;
  const change = useMutation({
    mutationFn: () =>
      api.PUT('/api/session/password', { body: { old: entered.old, new: entered.new } }),
    onSuccess: () => {
      setEntered(EMPTY);
      notify(text('profile.changed'));
    },
  });
  const field = (name: keyof typeof EMPTY, wrong: string | undefined, hint?: string) => (
    <TextField
      label={text(`profile.${name}`)}
      type="password"
      required
      value={entered[name]}
      onChange={(event) => setEntered({ ...entered, [name]: event.target.value })}
      error={Boolean(wrong)}
      helperText={wrong ?? hint}
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
          if (isSame) change.mutate();
        }}
      >
        {change.error ? <Alert severity="error">{sentence(change.error, text)}</Alert> : null}
        {field('old', fault(change.error, 'old'))}
        {field('new', fault(change.error, 'new'), text('users.passwordHint'))}
        {field('again', entered.again !== '' && !isSame ? text('profile.notSame') : undefined)}
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
