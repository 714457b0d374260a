/** What is known about a cause, for whoever looks next. */

import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import TextField from '@mui/material/TextField';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { api } from '@/api/client';
import type { Cause } from '@/api/types';
import { CAUSES } from '@/live/errorCount';
import { sentence } from '@/show/Trouble';
import { useText } from '@/texts/texts';

export function NoteDialog({ cause, onClose }: { cause: Cause; onClose: () => void }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const [note, setNote] = useState(cause.note?.text ?? '');
  const save = useMutation({
    mutationFn: () => api.PUT('/api/causes/{cause}/note', { params: { path: { cause: cause.cause } }, body: { text: note } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: CAUSES });
      notify(text('errors.noteSaved'));
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} fullWidth maxWidth="sm" aria-labelledby="note">
      <DialogTitle id="note">{text('errors.noteFor')}</DialogTitle>
      <DialogContent>
        <TextField fullWidth multiline minRows={3} autoFocus margin="dense" label={text('field.note')} placeholder={text('errors.notePlaceholder')} value={note} onChange={(event) => setNote(event.target.value)} error={save.isError} helperText={save.isError ? sentence(save.error, text) : undefined} slotProps={{ htmlInput: { maxLength: 2000 } }} />
      </DialogContent>
      <DialogActions>
        <Button onClick={onClose}>{text('list.cancel')}</Button>
        <Button variant="contained" onClick={() => save.mutate()} loading={save.isPending}>
          {text('errors.saveNote')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
