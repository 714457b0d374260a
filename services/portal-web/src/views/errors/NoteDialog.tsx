/** A note about a cause, for other users. */

import TextField from '@mui/material/TextField';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { api } from '@/api/client';
import type { Cause } from '@/api/types';
import { FormDialog } from '@/components/FormDialog';
import { CAUSES_KEY } from '@/live/useCauses';
import { useText } from '@/texts/texts';

export function NoteDialog({ cause, onClose }: { cause: Cause; onClose: () => void }) {
  const text = useText();
  const notify = useNotify();
  const client = useQueryClient();
  const [note, setNote] = useState(cause.note?.text ?? '');
  const save = useMutation({
    mutationFn: () =>
      api.PUT('/api/causes/{cause}/note', {
        params: { path: { cause: cause.cause } },
        body: { text: note },
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: CAUSES_KEY });
      notify(text('errors.noteSaved'));
      onClose();
    },
  });
  return (
    <FormDialog
      title={text('errors.noteFor')}
      submit={text('errors.saveNote')}
      isBusy={save.isPending}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <TextField
        fullWidth
        multiline
        minRows={3}
        autoFocus
        label={text('field.note')}
        placeholder={text('errors.notePlaceholder')}
        value={note}
        onChange={(event) => setNote(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 2000 } }}
      />
    </FormDialog>
  );
}
