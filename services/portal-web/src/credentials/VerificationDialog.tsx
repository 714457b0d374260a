/** A dialog that asks for the password again, while a sensitive request waits. */

import Typography from '@mui/material/Typography';
import { useMutation } from '@tanstack/react-query';
import { useState, useSyncExternalStore } from 'react';
import { useLocation } from 'react-router-dom';
import { oidcAddress } from '@/account/signInOptions';
import { useSession } from '@/account/useSession';
import { api } from '@/api/client';
import {
  finishVerification,
  isVerificationRequested,
  subscribeToVerification,
} from '@/api/verification';
import { fieldError, FormDialog } from '@/components/FormDialog';
import { PasswordField } from '@/components/PasswordField';
import { CodeField } from '@/credentials/CodeField';
import { useText } from '@/texts/texts';

export function VerificationDialog() {
  const isRequested = useSyncExternalStore(subscribeToVerification, isVerificationRequested);
  const { session } = useSession();
  if (!isRequested) return null;
  return session?.kind === 'OpenID Connect' ? <ProviderDialog /> : <OpenDialog />;
}

/** The provider verifies the user of its account. The page is left, so the request is repeated. */
function ProviderDialog() {
  const text = useText();
  const { pathname, search } = useLocation();
  return (
    <FormDialog
      title={text('verification.title')}
      submit={text('oidc.verify')}
      isBusy={false}
      error={null}
      onSubmit={() => window.location.assign(oidcAddress(pathname + search, 'verify'))}
      onClose={() => finishVerification(false)}
    >
      <Typography variant="body2">{text('oidc.verifyLead')}</Typography>
    </FormDialog>
  );
}

function OpenDialog() {
  const text = useText();
  const { session } = useSession();
  const hasSecondFactor = session?.hasSecondFactor ?? false;
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const verify = useMutation({
    mutationFn: () => api.POST('/api/session/verification', { body: { password, code } }),
    onSuccess: () => finishVerification(true),
    // a code is accepted once, so the next try needs another one
    onError: () => setCode(''),
  });
  return (
    <FormDialog
      title={text('verification.title')}
      submit={text('verification.submit')}
      isBusy={verify.isPending}
      error={verify.error}
      onSubmit={() => verify.mutate()}
      onClose={() => finishVerification(false)}
    >
      <Typography variant="body2">{text('verification.lead')}</Typography>
      <PasswordField
        label={text('verification.password')}
        autoComplete="current-password"
        autoFocus
        value={password}
        onChange={setPassword}
        error={fieldError(verify.error, 'password')}
      />
      {hasSecondFactor ? (
        <CodeField value={code} onChange={setCode} error={fieldError(verify.error, 'code')} />
      ) : null}
    </FormDialog>
  );
}
