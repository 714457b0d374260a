/** A dialog that disables the second factor, with the password and a code. */

import Typography from '@mui/material/Typography';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '@/api/client';
import { fieldError, FormDialog } from '@/components/FormDialog';
import { PasswordField } from '@/components/PasswordField';
import { CodeField } from '@/credentials/CodeField';
import { useText } from '@/texts/texts';

export function DisableSecondFactorDialog({
  onClose,
  onDone,
}: {
  onClose: () => void;
  onDone: () => void;
}) {
  const text = useText();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const disable = useMutation({
    mutationFn: () => api.POST('/api/session/second-factor/disable', { body: { password, code } }),
    onSuccess: onDone,
    onError: () => setCode(''),
  });
  return (
    <FormDialog
      title={text('secondFactor.disable')}
      submit={text('secondFactor.disable')}
      isBusy={disable.isPending}
      error={disable.error}
      onSubmit={() => disable.mutate()}
      onClose={onClose}
    >
      <Typography variant="body2">{text('secondFactor.disableLead')}</Typography>
      <PasswordField
        label={text('verification.password')}
        autoComplete="current-password"
        autoFocus
        value={password}
        onChange={setPassword}
        error={fieldError(disable.error, 'password')}
      />
      <CodeField value={code} onChange={setCode} error={fieldError(disable.error, 'code')} />
    </FormDialog>
  );
}
