/** The user's second factor: its state, its enrolment and its end. */

import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { useNotify } from 'react-admin';
import { useSession } from '@/account/useSession';
import { api, unwrap } from '@/api/client';
import { errorMessage, ErrorAlert } from '@/components/ErrorAlert';
import { Panel } from '@/components/Panel';
import { Tag } from '@/components/Tag';
import { EnrolSecondFactor } from '@/credentials/EnrolSecondFactor';
import { RecoveryCodes } from '@/credentials/RecoveryCodes';
import { useText } from '@/texts/texts';
import { DisableSecondFactorDialog } from '@/views/profile/DisableSecondFactorDialog';

const STATE_KEY = ['second-factor'];
type OpenDialog = 'enrol' | 'disable' | null;

export function SecondFactorPanel() {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const { reload } = useSession();
  const [open, setOpen] = useState<OpenDialog>(null);
  const query = useQuery({
    queryKey: STATE_KEY,
    queryFn: () => unwrap(api.GET('/api/session/second-factor')),
  });
  const renew = useMutation({
    mutationFn: () => unwrap(api.POST('/api/session/second-factor/recovery-codes')),
    onError: (error) => notify(errorMessage(error, text), { type: 'error' }),
  });
  const finish = async () => {
    setOpen(null);
    renew.reset();
    await client.invalidateQueries({ queryKey: STATE_KEY });
    await reload();
  };
  const state = query.data;
  const isEnrolled = Boolean(state?.enrolled_at);
  return (
    <Panel title={text('secondFactor.title')} hint={text('secondFactor.lead')}>
      {query.error ? <ErrorAlert error={query.error} onRetry={() => void query.refetch()} /> : null}
      {state ? (
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
          <Tag tone={isEnrolled ? 'good' : 'quiet'}>
            {text(isEnrolled ? 'secondFactor.on' : 'secondFactor.off')}
          </Tag>
          {isEnrolled ? (
            <span>{text('secondFactor.left', { smart_count: state.recovery_codes_left })}</span>
          ) : null}
          <Box sx={{ flexBasis: '100%' }} />
          <Button variant="outlined" onClick={() => setOpen('enrol')}>
            {text(isEnrolled ? 'secondFactor.replace' : 'secondFactor.enrol')}
          </Button>
          {isEnrolled ? (
            <Button variant="outlined" loading={renew.isPending} onClick={() => renew.mutate()}>
              {text('secondFactor.renew')}
            </Button>
          ) : null}
          {isEnrolled && !state.is_required ? (
            <Button color="error" onClick={() => setOpen('disable')}>
              {text('secondFactor.disable')}
            </Button>
          ) : null}
        </Box>
      ) : null}
      <OpenedDialog
        open={open}
        onClose={() => setOpen(null)}
        onDone={() => {
          if (open === 'disable') notify(text('secondFactor.disabled'));
          void finish();
        }}
      />
      {renew.data ? (
        <CodesDialog codes={renew.data.recovery_codes} onDone={() => void finish()} />
      ) : null}
    </Panel>
  );
}

interface OpenedDialogProps {
  open: OpenDialog;
  onClose: () => void;
  onDone: () => void;
}

function OpenedDialog({ open, onClose, onDone }: OpenedDialogProps) {
  if (open === 'enrol') return <EnrolmentDialog onClose={onClose} onDone={onDone} />;
  if (open === 'disable') return <DisableSecondFactorDialog onClose={onClose} onDone={onDone} />;
  return null;
}

function EnrolmentDialog({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const text = useText();
  const id = useId();
  return (
    <Dialog open fullWidth maxWidth="sm" aria-labelledby={id}>
      <DialogTitle id={id}>{text('secondFactor.enrol')}</DialogTitle>
      <DialogContent>
        <EnrolSecondFactor onDone={onDone} />
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{text('list.cancel')}</Button>
      </DialogActions>
    </Dialog>
  );
}

function CodesDialog({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const text = useText();
  const id = useId();
  return (
    <Dialog open fullWidth maxWidth="sm" aria-labelledby={id}>
      <DialogTitle id={id}>{text('secondFactor.recoveryCodes')}</DialogTitle>
      <DialogContent>
        <RecoveryCodes codes={codes} onDone={onDone} />
      </DialogContent>
    </Dialog>
  );
}
