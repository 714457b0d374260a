/** The enrolment of a second factor: the QR code, the first code, and the recovery codes. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { CopyableValue } from '@/components/CopyableValue';
import { errorMessage } from '@/components/ErrorAlert';
import { fieldError } from '@/components/FormDialog';
import { CodeField } from '@/credentials/CodeField';
import { RecoveryCodes } from '@/credentials/RecoveryCodes';
import { useText } from '@/texts/texts';

const QR_SIZE = 220;
const GROUP = /(.{4})(?=.)/g;

export function EnrolSecondFactor({ onDone }: { onDone: () => void }) {
  const text = useText();
  const [code, setCode] = useState('');
  const offer = useMutation({
    mutationFn: () => unwrap(api.POST('/api/session/second-factor')),
    onSuccess: () => setCode(''),
  });
  const confirm = useMutation({
    mutationFn: () => unwrap(api.POST('/api/session/second-factor/confirm', { body: { code } })),
    onError: () => setCode(''),
  });
  if (confirm.data) return <RecoveryCodes codes={confirm.data.recovery_codes} onDone={onDone} />;
  const error = confirm.error ?? offer.error;
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      {error ? <Alert severity="error">{errorMessage(error, text)}</Alert> : null}
      {offer.data ? (
        <Box
          component="form"
          sx={{ display: 'grid', gap: 2 }}
          onSubmit={(event) => {
            event.preventDefault();
            confirm.mutate();
          }}
        >
          <Box component="p" sx={{ m: 0 }}>
            {text('secondFactor.scan')}
          </Box>
          <img
            src={offer.data.qr_code}
            alt={text('secondFactor.qrCode')}
            width={QR_SIZE}
            height={QR_SIZE}
          />
          <Box component="p" sx={{ m: 0 }}>
            {text('secondFactor.byHand')}{' '}
            <Box component="code" sx={{ overflowWrap: 'anywhere', userSelect: 'all' }}>
              <CopyableValue
                value={offer.data.secret.replace(GROUP, '$1 ')}
                label={text('secondFactor.secret')}
              />
            </Box>
          </Box>
          <CodeField
            value={code}
            onChange={setCode}
            error={fieldError(confirm.error, 'code')}
            autoFocus
            isFirst
          />
          <Button
            type="submit"
            variant="contained"
            loading={confirm.isPending}
            sx={{ justifySelf: 'start' }}
          >
            {text('secondFactor.confirm')}
          </Button>
        </Box>
      ) : (
        <Button
          variant="contained"
          loading={offer.isPending}
          onClick={() => offer.mutate()}
          sx={{ justifySelf: 'start' }}
        >
          {text('secondFactor.begin')}
        </Button>
      )}
    </Box>
  );
}
