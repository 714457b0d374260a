/** The inputs of secrets. A stored secret is never shown, and may have to be entered again. */

import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import InputAdornment from '@mui/material/InputAdornment';
import TextField from '@mui/material/TextField';
import { useController, useWatch } from 'react-hook-form';
import type { Connector } from '@/api/types';
import { useText, type TextFunction } from '@/texts/texts';
import { secretsToEnterAgain, type DestinationPart } from '@/views/connectors/destinations';
import type { FormValues, SecretName } from '@/views/connectors/formValues';

type EnterAgain = Partial<Record<SecretName, DestinationPart[]>>;

export function isStored(connector: Connector | undefined, secret: SecretName): boolean {
  return connector?.secrets.includes(secret) ?? false;
}

/** Return the stored secrets that the entered settings would send to another server. */
export function useSecretsToEnterAgain(connector?: Connector): EnterAgain {
  const [uri, system, ca_certificate, authentication] = useWatch<
    FormValues,
    ['uri', 'system', 'ca_certificate', 'authentication']
  >({ name: ['uri', 'system', 'ca_certificate', 'authentication'] });
  return connector
    ? secretsToEnterAgain(connector, { uri, system, ca_certificate, authentication })
    : {};
}

/** Return the sentence about a secret that must be entered again. */
export function enterAgainText(text: TextFunction, parts: DestinationPart[]): string {
  const names = parts.map((part) => text(`connectors.part.${part}`));
  return text('connectors.enterAgain', { parts: names.join(', ') });
}

/** A status that names the secrets to enter again, as soon as the address was changed. */
export function EnterAgainNotice({ connector }: { connector?: Connector }) {
  const text = useText();
  const again = useSecretsToEnterAgain(connector);
  const names = (Object.keys(again) as SecretName[]).map((name) =>
    text(`connectors.label.${name}`),
  );
  return (
    <Box role="status">
      {names.length > 0 ? (
        <Alert severity="warning">
          {text('connectors.enterAgainNotice', { names: names.join(', ') })}
        </Alert>
      ) : null}
    </Box>
  );
}

/** A write-only input. A stored secret stays unless the user replaces or removes it. */
export function SecretInput({
  name,
  connector,
}: {
  name: Exclude<SecretName, 'headers'>;
  connector?: Connector;
}) {
  const text = useText();
  const { field, fieldState } = useController<FormValues, typeof name>({ name });
  const parts = useSecretsToEnterAgain(connector)[name];
  const isSet = isStored(connector, name);
  const isKept = isSet && field.value !== '';
  const isMissing = parts !== undefined && field.value === undefined;
  return (
    <TextField
      name={field.name}
      inputRef={field.ref}
      onBlur={field.onBlur}
      value={field.value ?? ''}
      onChange={(event) => field.onChange(event.target.value || undefined)}
      type="password"
      label={text(`connectors.label.${name}`)}
      placeholder={isKept && !isMissing ? '••••••••' : undefined}
      required={isMissing}
      error={fieldState.invalid || isMissing}
      helperText={
        fieldState.error?.message ?? helpOf(name, isKept, isMissing ? parts : undefined, text)
      }
      slotProps={{
        htmlInput: { autoComplete: 'new-password' },
        inputLabel: { shrink: true },
        input: {
          endAdornment: isSet ? (
            <RemoveButton isDisabled={!isKept} onRemove={() => field.onChange('')} />
          ) : undefined,
        },
      }}
    />
  );
}

/** Return the state of the secret with its help text, or why it must be entered again. */
function helpOf(
  name: Exclude<SecretName, 'headers'>,
  isKept: boolean,
  moved: DestinationPart[] | undefined,
  text: TextFunction,
): string {
  if (moved) return enterAgainText(text, moved);
  const state = text(isKept ? 'connectors.secretSet' : 'connectors.secretNone');
  return `${state} ${text(`connectors.help.${name}`)}`;
}

function RemoveButton({ isDisabled, onRemove }: { isDisabled: boolean; onRemove: () => void }) {
  const text = useText();
  return (
    <InputAdornment position="end">
      <Button size="small" color="inherit" disabled={isDisabled} onClick={onRemove}>
        {text('connectors.removeSecret')}
      </Button>
    </InputAdornment>
  );
}
