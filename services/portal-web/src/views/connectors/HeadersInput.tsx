/** The extra headers of a connector. The API returns their names, never their values. */

import Add from '@mui/icons-material/AddOutlined';
import Delete from '@mui/icons-material/DeleteOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useFieldArray, useFormContext } from 'react-hook-form';
import { useText } from '@/texts/texts';
import type { FormValues } from '@/views/connectors/formValues';

export function HeadersInput({ currentNames }: { currentNames: string[] }) {
  const text = useText();
  const { control, register, formState } = useFormContext<FormValues>();
  const error = formState.errors.headers?.message ?? formState.errors.headers?.root?.message;
  const { fields, append, remove } = useFieldArray({ control, name: 'headers' });
  return (
    <Box sx={{ display: 'grid', gap: 1.5, justifyItems: 'start' }}>
      <Typography variant="h3">{text('connectors.label.headers')}</Typography>
      <Typography variant="body2" color="text.secondary">
        {text('connectors.help.headers')}{' '}
        {currentNames.length > 0
          ? text('connectors.currentHeaders', { names: currentNames.join(', ') })
          : ''}
      </Typography>
      {fields.map((field, index) => (
        <Box key={field.id} sx={{ display: 'flex', gap: 1, width: '100%' }}>
          <TextField label={text('connectors.header')} {...register(`headers.${index}.name`)} />
          <TextField
            label={text('connectors.value')}
            type="password"
            {...register(`headers.${index}.value`)}
            sx={{ flex: 1 }}
            slotProps={{ htmlInput: { autoComplete: 'new-password' } }}
          />
          <IconButton
            aria-label={text('connectors.removeHeader', { name: String(index + 1) })}
            onClick={() => remove(index)}
          >
            <Delete fontSize="small" />
          </IconButton>
        </Box>
      ))}
      {error ? (
        <Typography variant="body2" color="error" role="alert">
          {error}
        </Typography>
      ) : null}
      <Button startIcon={<Add />} onClick={() => append({ name: '', value: '' })}>
        {text('connectors.addHeader')}
      </Button>
    </Box>
  );
}
