/** The extra headers of a connector. The API returns their names, never their values. */

import Add from '@mui/icons-material/AddOutlined';
import Delete from '@mui/icons-material/DeleteOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useFieldArray, useFormContext } from 'react-hook-form';
import type { Connector } from '@/api/types';
import { useText } from '@/texts/texts';
import type { FormValues } from '@/views/connectors/formValues';
import { enterAgainText, useSecretsToEnterAgain } from '@/views/connectors/secretInputs';

export function HeadersInput({ connector }: { connector?: Connector }) {
  const text = useText();
  const { control, register, formState } = useFormContext<FormValues>();
  const error = formState.errors.headers?.message ?? formState.errors.headers?.root?.message;
  const { fields, append, remove } = useFieldArray({ control, name: 'headers' });
  return (
    <Box sx={{ display: 'grid', gap: 1.5, justifyItems: 'start' }}>
      <Typography variant="h3">{text('connectors.label.headers')}</Typography>
      <Typography variant="body2" color="text.secondary">
        {text('connectors.help.headers')}
      </Typography>
      {connector && connector.header_names.length > 0 ? (
        <CurrentHeaders connector={connector} isReplaced={fields.length > 0} />
      ) : null}
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

/** The stored headers. They stay unless the user replaces or removes all of them. */
function CurrentHeaders({ connector, isReplaced }: { connector: Connector; isReplaced: boolean }) {
  const text = useText();
  const { setValue, watch } = useFormContext<FormValues>();
  const parts = useSecretsToEnterAgain(connector).headers;
  if (isReplaced || watch('removes_headers')) return null;
  return (
    <>
      <Typography variant="body2" color="text.secondary">
        {text('connectors.currentHeaders', { names: connector.header_names.join(', ') })}
      </Typography>
      {parts ? (
        <Typography variant="body2" color="error">
          {enterAgainText(text, parts)}
        </Typography>
      ) : null}
      <Button
        color="inherit"
        onClick={() => setValue('removes_headers', true, { shouldDirty: true })}
      >
        {text('connectors.removeHeaders')}
      </Button>
    </>
  );
}
